"""Pages of no noun: preferences, health, the parts and the reference."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_preferences_are_kept_and_lead_back_to_our_own_pages_only(server: TestClient) -> None:
    answer = server.post(
        "/preferences", data={"theme": "dark", "next": "/orders?sort=n"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/orders?sort=n"
    assert 'data-theme="dark"' in server.get("/orders").text
    for foreign in ("https://evil.test/", "//evil.test", "/\\evil.test"):
        answer = server.post("/preferences", data={"next": foreign}, follow_redirects=False)
        assert answer.headers["location"] == "/"


def test_health_is_open_and_tells_no_more(server: TestClient) -> None:
    assert server.get("/healthz").json() == {"status": "ok"}


def test_parts_and_reference_ask_for_their_rights(server: TestClient) -> None:
    assert server.get("/look", follow_redirects=False).status_code == 303
    assert server.get("/api/v1/openapi.json").status_code == 401
    server.cookies.set("who", "manager")
    assert server.get("/look").status_code == 403
    assert server.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
    assert "/api/v1/orders" in server.get("/api-reference").text
    server.cookies.set("who", "admin")
    assert server.get("/look").status_code == 200
