"""Every face of a finding tells what it was computed from, in the same words."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.levels.made import NOW, guests, tell
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import ORIGIN, Finding, enveloped
from regulars.understand.value_groups import service as value_groups

ADDRESSES = (
    "audiences", "complaints", "costs", "drivers", "early-warning", "levels", "levels/what-if",
    "lifetime-value", "maturity", "needs", "radar", "value-groups", "words", "words/divide",
)  # fmt: skip
SHOWN = tuple(one for one in ADDRESSES if "/" not in one)


def test_a_payload_follows_its_origin() -> None:
    found = Finding("visits", {}, NOW, NOW, 3, "17", 0.1, {"n": 4})
    assert enveloped(found) == {
        "as_of": "2026-11-28T04:00:00Z",
        "computed_at": "2026-11-28T04:00:00Z",
        "version": 3,
        "watermark": "17",
        "n": 4,
    }
    assert enveloped(found, {"visits": 4})["visits"] == 4


def test_a_payload_may_not_hide_its_origin() -> None:
    found = Finding("visits", {}, NOW, NOW, 3, "17", 0.1, {"version": "mine"})
    with pytest.raises(ValueError, match=r"visits uses names of the envelope: \['version'\]"):
        enveloped(found)


def test_api_and_command_tell_the_origin_of_every_finding(ws: Workspace) -> None:
    tell(ws, guests(20))
    value_groups.assign_due(ws, now=clock.now())
    _key, secret = keys.add_api_key(
        ws, SHELL, name="all", role=Role.ADMIN, places=None, now=clock.now()
    )
    client = TestClient(build_web(ws), headers={"Authorization": f"Bearer {secret}"})
    for address in ADDRESSES:
        told = client.get(f"/api/v1/{address}").json()
        assert [told.get(name) is not None for name in ORIGIN] == [True] * 4, address
    for name in SHOWN:
        args = ["show", name, "--json", "--workspace", str(ws.folder)]
        told = json.loads(CliRunner().invoke(build_cli(), args).stdout)
        assert [told.get(name) is not None for name in ORIGIN] == [True] * 4, name
