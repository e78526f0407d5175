"""What tests of churn share."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from tests.understand.churn.test_service import bring, shop

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace


def client_of(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(ws, SHELL, name=role, role=role, places=None, now=clock.now())
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    bring(ws, shop())
    return client_of(ws, Role.ADMIN)
