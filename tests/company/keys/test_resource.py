"""Keys by page and by API."""

from __future__ import annotations

from fastapi.testclient import TestClient

from regulars.app import build_web
from regulars.company.keys import service
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from tests.company.cast import plant


def test_a_key_for_a_place_that_is_gone_is_refused_with_the_reason(ws: Workspace) -> None:
    now = clock.now()
    plant(ws, now)
    deploy, secret = service.add_api_key(ws, SHELL, name="Deploy", role=Role.ADMIN, now=now)
    client = TestClient(build_web(ws), headers={"Authorization": f"Bearer {secret}"})
    wanted = {"name": "Till", "role": "manager", "places": ["sh-1"]}
    answer = client.post("/api/v1/keys/api", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, "places.unknown")
    page = client.post("/keys/api", data=wanted)
    assert page.status_code == 422
    assert "There is no place “sh-1”. Near: sh-01" in page.text
    assert [key.id for key in service.all_keys(ws)] == [deploy.id]
