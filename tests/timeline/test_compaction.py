"""Many small files become one; a few are left."""

from __future__ import annotations

from regulars.timeline import inbox, maintenance
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import BO, NOON, ids, visits


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
