"""What tests of journeys share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from regulars.app import build_web, init_workspace
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.kit import clock
from regulars.simulate.demo import service as demo
from regulars.simulate.demo.model import LOGIN
from regulars.timeline.workspace import Workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, TestClient, str]]:
    now = clock.now()
    ws = init_workspace(tmp_path_factory.mktemp("pages") / "w", demo.settings("en"))
    plan = demo.planned(400, 20, now)
    demo.make(ws, plan, language="en", now=now, watch=lambda _n: None)
    token = sign_in.start_session(ws, staff.named(ws, LOGIN), now, address="::1", agent="test")
    with TestClient(build_web(ws), follow_redirects=False) as client:
        client.cookies.set(sign_in.cookie_name(ws), token)
        yield ws, client, sign_in.csrf_token(ws, token)
    ws.close()


@pytest.fixture
def browser(made: tuple[Workspace, TestClient, str]) -> TestClient:
    return made[1]
