"""While a server runs, the inbox goes to the lake and cut-off erasures are finished."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import pytest

from regulars.kit import clock
from regulars.timeline import compaction, erasure, inbox, lake, maintenance
from regulars.timeline.flush import flush
from regulars.timeline.maintenance import Maintenance
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, NOON, ids, visits


def wait_until(true: Callable[[], bool]) -> bool:
    """Wait for something that a thread does; False when it does not come."""
    for _attempt in range(200):
        if true():
            return True
        time.sleep(0.05)
    return False


def impatient(workspace: Workspace) -> None:
    """Let every event be due for the lake at once."""
    intake = msgspec.structs.replace(workspace.settings.intake, flush_seconds=0)
    workspace.settings = msgspec.structs.replace(workspace.settings, intake=intake)


def test_the_thread_flushes_what_is_due_and_ends_when_asked(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "BEAT", 0.05)
    impatient(ws)
    keeper = Maintenance(ws)
    keeper.start()
    inbox.accept(ws, visits(ANN, 1))
    assert wait_until(lambda: inbox.backlog(ws)[0] == 0)
    keeper.stop()
    assert ids(ws) == ["a1"]


def test_the_thread_finishes_an_erasure_that_was_cut_off(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    flush(ws)
    with monkeypatch.context() as broken:
        broken.setattr("regulars.timeline.erasure._from_lake", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erasure.erase(ws, [ANN], by="dana", now=NOON)
    keeper = Maintenance(ws)
    keeper.start()
    assert wait_until(lambda: ids(ws) == [])
    keeper.stop()


def test_many_small_files_are_compacted_and_few_are_left(ws: Workspace) -> None:
    for number in range(maintenance.NEW_FILES - 1):
        inbox.accept(ws, visits(BO, number), now=NOON)
        flush(ws)
    assert maintenance.run(ws, now=NOON).compacted == 0
    inbox.accept(ws, visits(BO, 99), now=NOON)
    flush(ws)
    assert maintenance.run(ws, now=NOON, lake_too=False).compacted == 0
    assert maintenance.run(ws, now=NOON).compacted == maintenance.NEW_FILES
    assert len(ids(ws)) == maintenance.NEW_FILES


def test_cleaning_up_deletes_files_nobody_uses_after_a_day(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    flush(ws)
    compaction.compact(ws)
    assert maintenance.run(ws, now=clock.now(), clean_up=True).cleaned == 0
    monkeypatch.setattr(maintenance, "KEEP_HOURS", 0)
    assert maintenance.run(ws, now=clock.now(), clean_up=True).cleaned == 1
    assert len(list(ws.lake.folder.glob("*.parquet"))) == len(lake.files(ws.lake.open())) == 1


def test_cleaning_up_deletes_at_once_what_was_written_and_never_committed(ws: Workspace) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    flush(ws)
    compaction.compact(ws)  # what it replaced stays a day for those who read it
    (ws.lake.folder / "new-x-half.parquet").write_bytes(b"PAR1")
    assert maintenance.run(ws, now=clock.now(), clean_up=True).cleaned == 1
    assert len(list(ws.lake.folder.glob("*.parquet"))) == 2
    assert ids(ws) == ["a1"]
