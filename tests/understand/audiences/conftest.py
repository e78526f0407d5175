"""What tests of audiences share."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from tests.understand.audiences.cast import guests, tell

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace


def client_of(ws: Workspace, role: Role, places: list[str] | None = None) -> TestClient:
    _key, secret = keys.add_api_key(
        ws, SHELL, name=str(role), role=role, places=places, now=clock.now()
    )
    made = TestClient(build_web(ws), follow_redirects=False)
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    tell(ws, guests())
    return client_of(ws, Role.ADMIN)


APP = {"name": "App users", "where": "channel = 'app'"}


@pytest.fixture
def key(client: TestClient) -> str:
    return str(client.post("/api/v1/audiences", json=APP).json()["key"])
