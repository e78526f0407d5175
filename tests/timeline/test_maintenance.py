"""What is due is flushed and compacted; a clean-up deletes what nobody reads any more."""

from __future__ import annotations

import pytest

from regulars.kit import clock
from regulars.timeline import compaction, inbox, lake, maintenance
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, NOON, ids, visits


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
