"""Nobody can fill the server's memory or disk by one endless request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from regulars.faces import bounds
from tests.faces.conftest import TOKEN, Lin

JSON = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small numbers stand for large ones."""
    monkeypatch.setattr(bounds, "ANYBODY", 1_000)
    monkeypatch.setattr(bounds, "KNOWN", 5_000)


def pieces(size: int) -> Iterator[bytes]:
    """A body without a declared length, as an attacker or a stream sends it."""
    yield b'{"note": "'
    for _ in range(size // 100):
        yield b"x" * 100
    yield b'"}'


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/orders", "application/x-www-form-urlencoded"), ("/api/v1/orders", "application/json")],
)
def test_a_stranger_may_send_little(server: TestClient, path: str, kind: str) -> None:
    headers = {"content-type": kind}
    assert server.post(path, content=b"x" * 900, headers=headers).status_code != 413
    assert server.post(path, content=b"x" * 1_100, headers=headers).status_code == 413
    assert server.post(path, content=pieces(1_100), headers=headers).status_code == 413


def test_a_known_caller_may_send_more_and_is_told_the_limit(server: TestClient) -> None:
    key = {**JSON, "authorization": "Bearer key", "accept": "application/json"}
    assert server.post("/api/v1/orders", content=pieces(4_000), headers=key).status_code == 200
    for content in (pieces(6_000), b"x" * 6_000):
        answer = server.post("/api/v1/orders", content=content, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (413, "http.413")
        assert "At most" in answer.json()["detail"]


def test_a_call_that_is_to_be_repeated_has_the_same_limit(server: TestClient) -> None:
    key = {**JSON, "authorization": "Bearer key", "idempotency-key": "a"}
    answer = server.post("/api/v1/orders", content=pieces(6_000), headers=key)
    assert answer.status_code == 413
    assert server.post("/api/v1/orders", content=pieces(400), headers=key).status_code == 200


def test_a_person_reads_the_refusal_as_a_page(lin: TestClient) -> None:
    form = {"csrf": TOKEN, "amount": "1" * 6_000}
    answer = lin.post("/orders", data=form, headers={"accept": "text/html"})
    assert answer.status_code == 413
    assert "That is too large" in answer.text


def test_whoever_imports_may_send_large_files() -> None:
    class Importer(Lin):
        def may(self, right: str) -> bool:
            return right == "import"

    assert bounds.most(Importer()) == bounds.IMPORTERS
    assert bounds.most(None) < bounds.most(Lin()) < bounds.IMPORTERS
