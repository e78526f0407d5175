"""Runs: one at a time, step by step, continued after a crash."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regulars import app
from regulars.company.rights.model import SHELL
from regulars.jobs.runs import service
from regulars.jobs.runs.model import Job, Progress, State, Step, Stopping
from regulars.kit.errors import Conflict
from regulars.kit.text import Text
from regulars.store import workspace as store_workspace
from regulars.store.database import metadata
from regulars.store.settings import Settings
from regulars.timeline import workspace as timeline_workspace
from regulars.timeline.workspace import Workspace

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    store_workspace.create_folder(tmp_path / "w", Settings())
    workspace = timeline_workspace.load(tmp_path / "w")
    app.load_tables()
    metadata.create_all(workspace.database.engine)
    yield workspace
    workspace.close()


class Clock:
    """Time that moves one second at each look."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


def step(key: str, log: list[str], error: BaseException | None = None) -> Step:
    def run(_ws: Workspace, _now: datetime, progress: Progress) -> None:
        log.append(key)
        progress(0.5)
        if error is not None:
            raise error

    return Step(key, Text(key, key), run)


def job(*steps: Step) -> Job:
    return Job("count", Text("Count", "计数"), steps)


def test_steps_are_done_in_order_and_the_run_says_so(ws: Workspace) -> None:
    log: list[str] = []
    run = service.perform(ws, job(step("a", log), step("b", log)), reason="test", clock=Clock())
    assert log == ["a", "b"]
    assert (run.state, run.progress, run.reason) == (State.DONE, 1.0, "test")
    assert [one.state for one in run.steps] == [State.DONE, State.DONE]
    assert run.ended_at is not None
    assert run.ended_at > run.started_at


def test_a_failed_step_is_noted_and_the_next_ones_are_done(ws: Workspace) -> None:
    log: list[str] = []
    wrong = step("a", log, ValueError("no such column"))
    run = service.perform(ws, job(wrong, step("b", log)), reason="test", clock=Clock())
    assert log == ["a", "b"]
    assert run.state == State.FAILED
    assert run.steps[0].error == "ValueError: no such column"
    assert run.steps[0].progress == 0.5
    assert run.steps[1].state == State.DONE


def test_after_a_crash_the_run_goes_on_where_it_stopped(ws: Workspace) -> None:
    log: list[str] = []
    crash = step("b", log, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        service.perform(ws, job(step("a", log), crash), reason="test", clock=Clock())
    left = service.recent(ws)[0]
    assert left.state == State.RUNNING
    assert left.current is not None
    assert left.current.key == "b"
    run = service.perform(ws, job(step("a", log), step("b", log)), reason="again", clock=Clock())
    assert log == ["a", "b", "b"]
    assert (run.id, run.as_of, run.state) == (left.id, left.as_of, State.DONE)


def test_a_run_left_long_ago_is_not_continued(ws: Workspace) -> None:
    log: list[str] = []
    crash = step("b", log, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        service.perform(ws, job(step("a", log), crash), reason="test", clock=Clock())
    later = Clock()
    later.moment += timedelta(hours=2)
    service.perform(ws, job(step("a", log), step("b", log)), reason="test", clock=later)
    assert log == ["a", "b", "a", "b"]
    assert [run.state for run in service.recent(ws)] == [State.DONE, State.INTERRUPTED]


def test_a_run_of_other_steps_is_not_continued(ws: Workspace) -> None:
    log: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        crash = step("a", log, KeyboardInterrupt())
        service.perform(ws, job(crash), reason="test", clock=Clock())
    service.perform(ws, job(step("a", log), step("b", log)), reason="test", clock=Clock())
    assert [run.state for run in service.recent(ws)] == [State.DONE, State.INTERRUPTED]


def test_only_one_at_a_time(ws: Workspace) -> None:
    inside, leave = threading.Event(), threading.Event()

    def slow(_ws: Workspace, _now: datetime, _progress: Progress) -> None:
        inside.set()
        leave.wait(30)

    slowly = job(Step("slow", Text("slow", "慢"), slow))
    first = threading.Thread(
        target=service.perform, args=(ws, slowly), kwargs={"reason": "one", "clock": Clock()}
    )
    first.start()
    assert inside.wait(30)
    with pytest.raises(Conflict) as refused:
        service.perform(ws, slowly, reason="two", clock=Clock())
    assert refused.value.code == "jobs.running"
    leave.set()
    first.join()
    assert [run.reason for run in service.recent(ws)] == ["one"]
    assert service.perform(ws, slowly, reason="three", clock=Clock()).state == State.DONE


def test_progress_is_seen_while_the_step_runs(ws: Workspace) -> None:
    seen = []

    def look(_ws: Workspace, _now: datetime, progress: Progress) -> None:
        progress(0.25)
        seen.append(service.recent(ws)[0].progress)

    done: list[tuple[str, float]] = []
    service.perform(
        ws,
        job(Step("look", Text("look", "看"), look)),
        reason="test",
        clock=Clock(),
        watch=lambda one, share: done.append((one.key, share)),
    )
    assert seen == [0.25]
    assert done == [("look", 0.0), ("look", 0.25), ("look", 1.0)]


def test_a_failed_run_is_gone_on_with_where_it_failed(ws: Workspace) -> None:
    log: list[str] = []
    wrong = job(step("a", log), step("b", log, ValueError("x")), step("c", log))
    failed = service.perform(ws, wrong, reason="first", clock=Clock())
    whole = job(step("a", log), step("b", log), step("c", log))
    run = service.perform(ws, whole, reason=service.RETRY, clock=Clock())
    assert log == ["a", "b", "c", "b"]
    assert (run.id, run.as_of, run.state, run.reason) == (
        failed.id, failed.as_of, State.DONE, "retry",
    )  # fmt: skip
    assert run.errors is None
    again = service.perform(ws, whole, reason=service.RETRY, clock=Clock())
    assert again.id != run.id  # the newest did not fail: there is nothing to go on with


def test_a_run_is_cancelled_at_its_next_sign_of_progress(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.jobs.runs.brake.LOOK_SECONDS", 0.0)
    log: list[str] = []

    def cancelled(_ws: Workspace, _now: datetime, progress: Progress) -> None:
        service.cancel(ws, "count", SHELL, now=NOON)
        try:
            progress(0.5)
        except Exception:
            log.append("a step cannot go on by itself")
        log.append("after")

    stopped = Step("stopped", Text("stopped", "停"), cancelled)
    run = service.perform(ws, job(stopped, step("b", log)), reason="test", clock=Clock())
    assert log == []
    assert run.state == State.CANCELLED
    assert [one.state for one in run.steps] == [State.CANCELLED, State.WAITING]
    with pytest.raises(Conflict, match="not running"):
        service.cancel(ws, "count", SHELL, now=NOON)
    next_run = service.perform(ws, job(step("b", log)), reason="test", clock=Clock())
    assert (next_run.state, next_run.id != run.id) == (State.DONE, True)


def test_a_run_whose_process_has_died_is_cancelled_at_once(ws: Workspace) -> None:
    with pytest.raises(KeyboardInterrupt):
        crash = job(step("a", [], KeyboardInterrupt()))
        service.perform(ws, crash, reason="test", clock=Clock())
    service.cancel(ws, "count", SHELL, now=NOON)
    assert service.recent(ws)[0].state == State.CANCELLED


def test_a_process_that_ends_leaves_its_run_to_the_next(ws: Workspace) -> None:
    log: list[str] = []
    with pytest.raises(Stopping):
        service.perform(
            ws,
            job(step("a", log), step("b", log)),
            reason="test",
            clock=Clock(),
            stopping=lambda: log == ["a"],
        )
    left = service.recent(ws)[0]
    assert left.state == State.RUNNING
    run = service.perform(ws, job(step("a", log), step("b", log)), reason="test", clock=Clock())
    assert (run.id, run.state, log) == (left.id, State.DONE, ["a", "a", "b"])


def test_what_is_asked_for_is_wanted_until_it_begins(ws: Workspace) -> None:
    service.request(ws, "count", SHELL, now=NOON)
    service.request(ws, "count", SHELL, now=NOON)
    assert service.requested(ws) == {"count"}
    service.perform(ws, job(step("a", [])), reason="asked", clock=Clock())
    assert service.requested(ws) == set()
