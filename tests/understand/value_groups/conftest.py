"""What tests of value_groups share."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from tests.understand.value_groups.test_service import NOW, hundred

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.value_groups import service


def client_of(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(ws, SHELL, name=role, role=role, places=None, now=clock.now())
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    hundred(ws)
    service.assign_due(ws, now=NOW)
    return client_of(ws, Role.ADMIN)
