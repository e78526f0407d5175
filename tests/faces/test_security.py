"""No other site makes a browser change something, and no page runs foreign script."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.faces.conftest import TOKEN

ORDER = {"amount": "12,5"}


def test_a_form_of_a_session_needs_its_token(lin: TestClient) -> None:
    assert lin.post("/orders", data=ORDER).status_code == 403
    assert lin.post("/orders", data={**ORDER, "csrf": "guess"}).status_code == 403
    answer = lin.post("/orders", data={**ORDER, "csrf": TOKEN})
    assert answer.json() == {"amount": 12.5, "errors": {}}
    assert lin.post("/orders", data=ORDER, headers={"x-csrf-token": TOKEN}).status_code == 200


def test_a_token_in_a_form_with_a_file_is_found(lin: TestClient) -> None:
    file = {"file": ("a.csv", b"a,b")}
    assert lin.post("/orders", data=ORDER, files=file).status_code == 403
    assert lin.post("/orders", data={**ORDER, "csrf": TOKEN}, files=file).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.test"},
    ],
)
def test_without_a_session_other_sites_are_refused(
    server: TestClient, headers: dict[str, str]
) -> None:
    assert server.post("/orders", data=ORDER, headers=headers).status_code == 403


def test_our_own_forms_and_programs_pass(server: TestClient) -> None:
    own = {"origin": "http://regulars.test", "sec-fetch-site": "same-origin"}
    assert server.post("/orders", data=ORDER, headers=own).status_code == 200
    assert server.post("/orders", data=ORDER).status_code == 200


def test_every_answer_carries_a_strict_policy(server: TestClient) -> None:
    for path in ("/orders", "/nowhere", "/static/regulars.css", "/healthz"):
        headers = server.get(path).headers
        scripts = headers["content-security-policy"].split("script-src")[1].split(";")[0]
        assert "unsafe" not in scripts
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_pages_have_no_script_or_handler_in_line(lin: TestClient) -> None:
    lin.cookies.set("who", "admin")
    words = lin.get("/look").text
    assert words.count("<script") == words.count("<script defer src=") + words.count(
        '<script type="application/json"'
    )
    assert " onclick=" not in words
    assert "javascript:" not in words


def test_behind_https_the_browser_is_told_to_stay_there(server: TestClient) -> None:
    assert "strict-transport-security" not in server.get("/healthz").headers
    answer = server.get("https://regulars.test/healthz")
    assert answer.headers["strict-transport-security"].startswith("max-age=")
