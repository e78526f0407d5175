"""What tests of maturity share."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace


def signed(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(
        ws, SHELL, name=f"as {role}", role=role, places=None, now=clock.now()
    )
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    return signed(ws, Role.MANAGER)
