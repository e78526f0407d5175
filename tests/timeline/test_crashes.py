"""A flush, a compaction and an erasure killed at random moments lose and double nothing."""

from __future__ import annotations

import random
import time

import pytest

from regulars.kit import clock
from regulars.store import spill
from regulars.timeline import duck, erasure, inbox, lake, maintenance
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.processes import Forked
from tests.timeline import crashing
from tests.timeline.cast import ANN, BO, CHEN, NOON, ids, visits
from tests.timeline.test_erasure import holding

LIGHT, HEAVY = 3, 10


def kill_during(workspace: Workspace, what: str, seconds: float) -> None:
    """Start a process that does `what` and kill it after `seconds` of work."""
    process = Forked(crashing.main, str(workspace.folder), what)
    process.wait_until_begun()
    time.sleep(seconds)
    process.kill()


@pytest.mark.parametrize("what", ["flush", "compact", "erase"])
@pytest.mark.parametrize(
    "kills", [LIGHT, pytest.param(HEAVY, marks=pytest.mark.heavy)], ids=["light", "heavy"]
)
def test_killed_at_random_moments_everything_acknowledged_is_there_once(
    ws: Workspace, what: str, kills: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected: set[str] = set()
    moments = random.Random(kills)
    for kill in range(kills):
        for group in range(20):
            numbers = range(kill * 10_000 + group * 100, kill * 10_000 + group * 100 + 100)
            inbox.accept(ws, visits(ANN, *numbers), now=NOON)
            inbox.accept(ws, visits(CHEN, *numbers, text="words of Chen"), now=NOON)
            expected |= {f"a{number}" for number in numbers}
            if what != "erase":
                expected |= {f"c{number}" for number in numbers}
            if group % 5 == 4 and what != "flush":
                flush(ws)
        kill_during(ws, what, moments.uniform(0.0, 0.15))
        seen = [one for one in ids(ws) if what != "erase" or not one.startswith("c")]
        assert len(seen) == len(set(seen))
        assert set(seen) == expected
    assert inbox.accept(ws, visits(BO, 1), now=NOON).fresh == [True]
    erasure.resume(ws, now=clock.now())
    flush(ws)
    assert set(ids(ws)) == expected | {"b1"}
    monkeypatch.setattr(maintenance, "KEEP_HOURS", 0)
    maintenance.run(ws, now=clock.now(), clean_up=True)
    assert on_disk(ws) == active(ws)
    assert spill.left_behind(ws.folder) == []


@pytest.mark.parametrize("what", ["flush", "compact", "erase"])
def test_after_a_crash_an_erasure_leaves_no_word_of_theirs_in_any_file(
    ws: Workspace, what: str
) -> None:
    for kill in range(LIGHT):
        for group in range(20):
            number = kill * 100 + group
            inbox.accept(ws, visits(CHEN, number, text="words of Chen"), now=NOON)
            inbox.accept(ws, visits(ANN, number), now=NOON)
            if group % 5 == 4 and what != "flush":
                flush(ws)
        kill_during(ws, what, kill * 0.05)
    left_behind(ws)
    erasure.erase(ws, [CHEN], by="dana", now=clock.now())
    assert on_disk(ws) == active(ws)
    assert holding(ws.folder, "words of Chen") == []
    assert len(ids(ws)) == LIGHT * 20


def left_behind(workspace: Workspace) -> None:
    """Leave what a kill between writing and committing does: a whole file, and half a file."""
    connection = duck.connect(workspace)
    connection.register("written", visits(CHEN, 1, text="words of Chen"))
    action = lake.write(workspace.lake, connection, "SELECT * FROM written")
    assert action is not None
    (workspace.lake.folder / "new-x-half.parquet").write_bytes(b"PAR1 words of Chen")
    connection.close()
    assert on_disk(workspace) - active(workspace) >= {action.path, "new-x-half.parquet"}


def on_disk(workspace: Workspace) -> set[str]:
    return {file.name for file in workspace.lake.folder.glob("*.parquet")}


def active(workspace: Workspace) -> set[str]:
    return {file.path for file in lake.files(workspace.lake.open())}
