"""Only the period is taken, by when events occurred."""

from __future__ import annotations

from pathlib import Path

from regulars.company.rights.model import SHELL
from regulars.jobs.export import service
from regulars.jobs.export.model import What
from regulars.kit import clock
from regulars.kit.period import Period
from regulars.timeline.workspace import Workspace
from tests.jobs.export.conftest import at


def test_only_the_period_is_taken(ws: Workspace, tmp_path: Path) -> None:
    period = Period(at(2), at(3))
    what = [What.EVENTS, What.FINDINGS]
    out = tmp_path / "out"
    written = service.export(ws, SHELL, out, now=clock.now(), what=what, period=period)
    assert [one.rows for one in written] == [1, 1]
    assert not (out / "people.parquet").exists()
