"""The schedule does what is due, and goes on after an error."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from regulars.jobs.schedule import service
from regulars.jobs.schedule.service import Schedule, Timed
from regulars.kit.errors import Conflict
from regulars.kit.text import Text
from regulars.store import workspace as store_workspace
from regulars.store.settings import Settings
from regulars.timeline import workspace as timeline_workspace
from regulars.timeline.workspace import Workspace

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


def workspace(folder: Path) -> Workspace:
    store_workspace.create_folder(folder / "w", Settings())
    return timeline_workspace.load(folder / "w")


def test_only_due_jobs_are_done_and_a_busy_one_is_passed_over(tmp_path: Path) -> None:
    log: list[str] = []

    def busy(_ws: Workspace, _reason: str, _clock: object) -> None:
        raise Conflict("jobs.running", Text("running", "运行中"))

    timed = [
        Timed("busy", lambda _ws, _now: "schedule", busy),
        Timed("not due", lambda _ws, _now: None, lambda _ws, why, _c: log.append(why)),
        Timed("due", lambda _ws, _now: "first", lambda _ws, why, _c: log.append(why)),
    ]
    schedule = Schedule(workspace(tmp_path), lambda: NOON, timed)
    assert schedule.look() == ["due"]
    assert log == ["first"]


def test_an_error_does_not_end_the_thread(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(service, "LOOK_SECONDS", 0.01)
    looks, third = [], threading.Event()

    def due(_ws: Workspace, _now: datetime) -> str | None:
        looks.append(1)
        if len(looks) >= 3:
            third.set()
        raise OSError("database away")

    schedule = Schedule(workspace(tmp_path), lambda: NOON, [Timed("x", due, lambda *_: None)])
    schedule.start()
    assert third.wait(10)
    schedule.stop()
    count = len(looks)
    assert not schedule._thread.is_alive()
    assert len(looks) == count


def test_what_is_asked_for_is_done_once_though_not_due(tmp_path: Path) -> None:
    log: list[str] = []
    timed = [Timed("x", lambda _ws, _now: None, lambda _ws, why, _c: log.append(why))]
    schedule = Schedule(workspace(tmp_path), lambda: NOON, timed)
    schedule.ask("x")
    assert schedule.look() == ["x"]
    assert schedule.look() == []
    assert log == ["asked"]
