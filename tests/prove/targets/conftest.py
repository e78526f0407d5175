"""What tests of targets share."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from tests.understand.metrics.story import answered, days, happened, tell

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    """Fourteen promoters and two detractors of twenty answered yesterday; two complained."""
    yesterday = clock.now() - days(1)
    scores = [10] * 14 + [8] * 4 + [3] * 2
    tell(ws, [answered(f"p{i}", "nps", s, yesterday) for i, s in enumerate(scores)])
    tell(ws, [happened(f"p{i}", "Complaint Made", yesterday) for i in range(2)])
    return browser(ws, Role.MANAGER)


def browser(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(ws, SHELL, name="t", role=role, places=None, now=clock.now())
    made = TestClient(build_web(ws), follow_redirects=False)
    made.headers.update({"Authorization": f"Bearer {secret}", "Accept": "text/html"})
    return made
