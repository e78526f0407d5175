"""A lane does what is due, one task after the other, and what fails again after growing pauses."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from regulars.company.rights.model import SHELL
from regulars.jobs.lanes import loop, service, tasks
from regulars.jobs.lanes.loop import Loop
from regulars.jobs.lanes.model import PACES, Lane, LaneState, Outcome, Task, Turn
from regulars.jobs.lanes.service import Lanes
from regulars.jobs.runs import service as runs
from regulars.kit import clock
from regulars.kit.errors import Conflict
from regulars.kit.text import Text
from regulars.timeline import acts, erasure, inbox
from regulars.timeline.flush import flush
from regulars.timeline.reacting import declare, reacts_to
from regulars.timeline.tables import leases
from regulars.timeline.workspace import Workspace
from tests.timeline import reacting
from tests.timeline.cast import ANN, ids, visits

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


class Clock:
    """Time that moves when told."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lanes begin when they are started."""
    monkeypatch.setattr(loop, "FIRST_LOOK", 0.0)


def task(key: str, work: Callable[[Turn], Outcome], **more: object) -> Task:
    return Task(key, Lane.REACT, Text(key, key), lambda _ws, turn: work(turn), **more)  # type: ignore[arg-type]


def looking(ws: Workspace, *work: Task, now: Callable[[], datetime] = lambda: NOON) -> Loop:
    return Loop(ws, Lane.REACT, work, now)


def wait_until(true: Callable[[], object], seconds: float = 20.0) -> bool:
    deadline = clock.monotonic() + seconds
    while clock.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


def state_of(ws: Workspace, lane: Lane = Lane.REACT) -> LaneState:
    return next(one for one in service.states(ws, clock.now()) if one.lane is lane)


def test_only_what_is_due_is_done_and_what_another_does_is_waited_for(ws: Workspace) -> None:
    log: list[str] = []

    def busy(_turn: Turn) -> Outcome:
        log.append("busy")
        raise Conflict("jobs.running", Text("running", "运行中"))

    def note(turn: Turn) -> Outcome:
        log.append(turn.reason)
        return Outcome(1)

    lane = looking(
        ws,
        task("busy", busy),
        task("not due", note, due=lambda *_: None),
        task("due", note, due=lambda *_: "first"),
    )
    assert lane.look() is False
    assert log == ["busy", "first"]
    lane.look()
    assert log == ["busy", "first", "first"]  # what another does is not asked for at every look
    assert state_of(ws).failing == ()


def test_what_fails_is_shown_and_tried_again_after_growing_pauses(ws: Workspace) -> None:
    time_of, tries, well = Clock(), [], False

    def fail(_turn: Turn) -> Outcome:
        tries.append(time_of.moment)
        if well:
            return Outcome(1)
        raise ValueError("no such column")

    others: list[int] = []

    def go_on(_turn: Turn) -> Outcome:
        others.append(1)
        return Outcome()

    lane = looking(ws, task("broken", fail), task("other", go_on), now=time_of)
    for _second in range(16):
        lane.look()
        time_of.moment += timedelta(seconds=1)
    pauses = [(b - a).total_seconds() for a, b in pairwise(tries)]
    assert pauses == [1, 2, 4, 8]
    assert len(others) == 16
    (shown,) = state_of(ws).failing
    assert (shown.error, shown.failures) == ("ValueError: no such column", 5)
    assert shown.next_at == tries[-1] + timedelta(seconds=16)

    well, time_of.moment = True, shown.next_at
    lane.look()
    assert state_of(ws).failing == ()
    assert state_of(ws).done_at == time_of.moment


def test_pauses_grow_up_to_a_bound() -> None:
    pace = PACES[Lane.REFRESH]
    assert [pace.pause_after(n) for n in (1, 2, 3)] == [pace.pause, pace.pause * 2, pace.pause * 4]
    assert pace.pause_after(10_000) == pace.longest


def test_what_is_asked_for_is_done_though_not_due_or_failed_before(ws: Workspace) -> None:
    log: list[str] = []

    def fail(turn: Turn) -> Outcome:
        log.append(turn.reason)
        return Outcome(error="again")

    lane = looking(ws, task("job", fail, due=lambda *_: "first", askable=True))
    lane.look()
    lane.look()  # waits
    assert log == ["first"]
    runs.request(ws, "job", SHELL, now=NOON)
    lane.look()
    assert log == ["first", "asked"]


def test_a_task_with_more_to_do_is_looked_at_again_at_once(ws: Workspace) -> None:
    assert looking(ws, task("much", lambda _turn: Outcome(5, more=True))).look() is True


def test_a_long_task_is_shown_while_it_is_done(ws: Workspace) -> None:
    seen: list[LaneState] = []

    def look(_turn: Turn) -> Outcome:
        seen.append(state_of(ws, Lane.MAINTAIN))
        return Outcome(1)

    known = service.of(Lane.MAINTAIN)[-1]  # one that the house has, so that it has a name
    long = Task(known.key, Lane.MAINTAIN, known.name, lambda _ws, turn: look(turn), long=True)
    working = Lanes(ws, [Lane.MAINTAIN], clock.now, lambda _lane: [long])
    working.start()
    assert wait_until(lambda: seen)
    working.stop()
    assert seen[0].task == known.name
    assert seen[0].holder is not None
    assert state_of(ws, Lane.MAINTAIN).holder is None


@pytest.fixture
def begin(ws: Workspace) -> Iterator[Callable[..., Lanes]]:
    """Begin to work on lanes; what a test leaves at work ends with it."""
    begun: list[Lanes] = []

    def start(*wanted: Lane, work: Callable[[Lane], Sequence[Task]] = service.of) -> Lanes:
        lanes = Lanes(ws, wanted, clock.now, work)
        lanes.start()
        begun.append(lanes)
        return lanes

    yield start
    for lanes in begun:
        lanes.stop()


def counting(counted: list[str], who: str) -> Callable[[Lane], list[Task]]:
    def count(_turn: Turn) -> Outcome:
        counted.append(who)
        return Outcome()

    return lambda _lane: [task("count", count)]


def test_one_holds_a_lane_and_another_takes_over(
    ws: Workspace, begin: Callable[..., Lanes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "STANDBY", 0.05)
    counted: list[str] = []
    first = begin(Lane.REACT, work=counting(counted, "first"))
    assert wait_until(lambda: counted)
    begin(Lane.REACT, work=counting(counted, "second"))
    time.sleep(0.5)
    assert set(counted) == {"first"}
    first.stop()
    assert wait_until(lambda: "second" in counted)


HOLD = """
import sys, time
from regulars.app import open_workspace
from regulars.timeline.lease import Lease
held = Lease(open_workspace(sys.argv[1]).database, "lane:react")
assert held.take()
print("held", flush=True)
time.sleep(600)
"""


def test_a_lane_is_taken_over_from_a_process_that_was_killed(
    ws: Workspace, begin: Callable[..., Lanes]
) -> None:
    program = [sys.executable, "-c", HOLD, str(ws.folder)]
    other = subprocess.Popen(program, stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        counted: list[str] = []
        begin(Lane.REACT, work=counting(counted, "next"))
        time.sleep(0.5)
        assert counted == []
        assert state_of(ws).holder is not None
    finally:
        other.kill()
        other.communicate()
    assert wait_until(lambda: counted)


def test_a_lane_that_was_lost_does_nothing_more_until_it_has_it_again(
    ws: Workspace, begin: Callable[..., Lanes], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr("regulars.timeline.lease.LIFE", timedelta(seconds=0.4))
    begin(Lane.REACT, work=counting(counted, "mine"))
    assert wait_until(lambda: counted)
    with ws.database.transaction() as connection:
        taken = {"holder": "elsewhere|1|x", "until": clock.now() + timedelta(hours=1)}
        connection.execute(leases.update().values(**taken))
    time.sleep(1.0)
    before = len(counted)
    time.sleep(1.5)
    assert len(counted) == before
    with ws.database.transaction() as connection:
        connection.execute(leases.delete())
    assert wait_until(lambda: len(counted) > before)


def test_an_act_is_an_event_soon_after_it_was_committed(
    ws: Workspace, begin: Callable[..., Lanes]
) -> None:
    begin(Lane.REACT)
    assert wait_until(lambda: state_of(ws).holder)
    now = clock.now()
    with ws.database.transaction() as connection:
        acts.record(ws, connection, [{"event_id": "a", "name": "Case Opened"}], now=now)
    assert wait_until(lambda: ids(ws) == ["a"], 5.0)


def test_a_reaction_follows_what_was_taken_in_and_a_broken_one_keeps_no_other_waiting(
    ws: Workspace, begin: Callable[..., Lanes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_told: object) -> None:
        raise ValueError("no such case")

    declared = (reacts_to(reacting.ORDER, name="test.broken")(broken), reacting.thanks)
    monkeypatch.setattr(tasks, "reactions", lambda: declared)
    monkeypatch.setattr(service, "reactions", lambda: declared)
    reacting.begin(ws, now=clock.now())
    declare(ws, declared, now=clock.now())
    begin(Lane.REACT)
    assert wait_until(lambda: state_of(ws).holder)
    reacting.order(ws, ANN, 1, at=clock.now())
    assert wait_until(lambda: reacting.thanked(ws) == ["a1"], 5.0)
    assert wait_until(lambda: service.lags(ws, clock.now())[0].error, 5.0)
    (told, well) = service.lags(ws, clock.now())
    assert (told.reaction, well.error, well.groups) == ("test.broken", None, 0)
    assert "no such case" in str(told.error)


def test_the_inbox_is_flushed_when_it_is_due(ws: Workspace, begin: Callable[..., Lanes]) -> None:
    intake = msgspec.structs.replace(ws.settings.intake, flush_seconds=0)
    ws.settings = msgspec.structs.replace(ws.settings, intake=intake)
    begin(Lane.MAINTAIN)
    inbox.accept(ws, visits(ANN, 1))
    assert wait_until(lambda: inbox.backlog(ws)[0] == 0)
    assert ids(ws) == ["a1"]


def test_an_erasure_that_was_cut_off_is_finished(
    ws: Workspace, begin: Callable[..., Lanes], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    flush(ws)
    with monkeypatch.context() as broken:
        broken.setattr("regulars.timeline.erasure._from_lake", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erasure.erase(ws, [ANN], by="dana", now=NOON)
    begin(Lane.MAINTAIN)
    assert wait_until(lambda: ids(ws) == [])
