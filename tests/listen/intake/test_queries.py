"""Old refusals and repeats are forgotten."""

from __future__ import annotations

from datetime import timedelta

from fastapi.testclient import TestClient

from regulars.kit import clock
from regulars.listen.intake import service
from regulars.timeline.workspace import Workspace
from tests.listen.intake.test_api import track


def test_old_refusals_and_repeats_are_forgotten(
    client: TestClient, ws: Workspace, write_key: str
) -> None:
    bad = track("bad", event="")
    client.post("/v1/batch", json={"batch": [track("m"), track("m"), bad]}, auth=(write_key, ""))
    assert service.forget_old(ws, clock.now() + timedelta(days=29)) == 0
    assert service.forget_old(ws, clock.now() + timedelta(days=31)) == 2
    assert service.refusals(ws) == []
