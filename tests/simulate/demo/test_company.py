"""Targets of the demo stand with a baseline of a year ago."""

from __future__ import annotations

from datetime import date

from regulars.prove.targets import service as targets
from regulars.timeline.workspace import Workspace


def test_targets_stand_with_a_baseline_of_a_year_ago(ws: Workspace) -> None:
    found = {one.preset: one for one in targets.every(ws)}
    assert {"csat", "nps", "complaints"} <= set(found)
    baseline = found["complaints"].baseline
    assert baseline is not None
    assert baseline.end.astimezone(ws.zone).date() == date(2025, 11, 20)
    assert found["csat"].baseline is None
