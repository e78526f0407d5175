"""Texts and numbers that no database can keep are refused by their field, on every route."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from tests.test_rights_walk import routes_of


@pytest.fixture
def api(any_ws: Workspace) -> Iterator[TestClient]:
    """An administrator's program."""
    secret = keys.add_api_key(any_ws, SHELL, name="A", role=Role.ADMIN, now=clock.now())[1]
    headers = {"Authorization": f"Bearer {secret}"}
    yield TestClient(build_web(any_ws), raise_server_exceptions=False, headers=headers)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (r'{"name":"\ud83d","source":"shop"}', "name"),
        (r'{"name":"a\u0000b","source":"shop"}', "name"),
        (r'{"name":"a","source":"shop","actors":["customer","\udc00"]}', "actors.1"),
        (r'{"name":"a","source":"shop","\ud83d":1}', "?"),
        (r'{"name":"a","source":"shop","more":{"deep":[NaN]}}', "more.deep.0"),
        (r'{"name":"a","source":"shop","more":-Infinity}', "more"),
        (r'{"name":"a","source":"shop","more":1e400}', "more"),
        ('{"name":"a","source":"shop","more":' + "9" * 400 + "}", "more"),
    ],
)
def test_a_body_names_its_field(api: TestClient, body: str, field: str) -> None:
    answer = api.post(
        "/api/v1/keys/write", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert answer.json()["code"] == "request.unstorable"


def test_a_query_and_a_form_name_their_field(api: TestClient) -> None:
    answer = api.get("/api/v1/complaints", params={"place": "a\0b"})
    assert (answer.status_code, answer.json()["field"]) == (422, "place")
    chinese = api.get("/api/v1/people/a%00b/complaints", headers={"Accept-Language": "zh"})
    assert (chinese.status_code, chinese.json()["field"]) == (422, "person")
    assert "空字符" in chinese.json()["detail"]
    form = api.post("/sign-in", data={"login": "a\0b", "password": "x"})
    assert (form.status_code, "NUL" in form.text) == (422, True)


@pytest.mark.parametrize("path", ["/api/v1/audit", "/api/v1/receipts"])
def test_a_number_without_end_is_no_error_of_ours(api: TestClient, path: str) -> None:
    assert api.get(path, params={"before": "9" * 400}).status_code in (200, 422)


def test_a_nul_breaks_no_route(api: TestClient) -> None:
    broken = []
    for route in routes_of(api.app):  # type: ignore[arg-type]
        if route.path.startswith(("/v1/", "/static")):
            continue
        path = route.path
        for name in route.parameters:
            path = path.replace("{" + name + "}", urllib.parse.quote("a\0b"))
        answer = api.request(
            route.method, path, params={"place": "\0", "q": "\0"}, follow_redirects=False
        )
        if answer.status_code >= 500:
            broken.append(f"{route} → {answer.status_code} {answer.text[:200]}")
    assert not broken, broken
