"""Files that nobody uses are deleted after a day, those never committed at once."""

from __future__ import annotations

import pytest

from regulars.kit import clock
from regulars.timeline import compaction, inbox, lake, maintenance
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON, ids, visits


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
