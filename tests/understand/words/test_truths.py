"""The demo company's digital divide is found; in a company without troubles there is none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from regulars.app import init_workspace
from regulars.simulate.demo import service as demo
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventFilter
from regulars.understand.words import service

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def company(folder: Path, *, troubles: bool) -> Workspace:
    ws = init_workspace(folder, demo.settings("en"))
    for part in parts(Plan(8_000, NOW, seed=20, troubles=troubles), ws):
        demo.take_in(ws, part, names=20)
    return ws


def test_the_old_are_left_behind_in_the_app_and_nobody_else(tmp_path: Path) -> None:
    ws = company(tmp_path / "w", troubles=True)
    found = service.divide(ws, EventFilter("all"), now=NOW)
    old = next(gap for gap in found.gaps if gap.group == "60" and not gap.by)
    assert old.marked
    assert (old.divide.high or 0) < 0
    assert {gap.group for gap in found.gaps if gap.marked} == {"60"}
    service.analyse(ws, now=NOW)
    told = service.words(ws, service.WordsParameters(EventFilter("all")), now=NOW)
    marked = {(cell.touchpoint, cell.key) for cell in told.cells if cell.marked}
    assert ("hotline", "wait") in marked
    own = service.divide(ws, EventFilter("all", scope=frozenset({"gz-tianhe"})), now=NOW)
    assert 0 < own.people < found.people / 5  # one store of eighteen
    ws.close()


def test_without_troubles_nobody_is_left_behind(tmp_path: Path) -> None:
    ws = company(tmp_path / "w", troubles=False)
    assert not [gap for gap in service.divide(ws, EventFilter("all"), now=NOW).gaps if gap.marked]
    ws.close()
