"""A backup taken while others write holds each event once, and is its owner's alone."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from regulars.jobs.backup.model import MANIFEST
from regulars.timeline import compaction
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.jobs.backup.conftest import PutBack
from tests.jobs.backup.test_service import made
from tests.timeline.cast import ANN, ids
from tests.timeline.test_lineage import send


def test_a_backup_taken_while_events_arrive_and_are_flushed_holds_each_once(
    ws: Workspace, put_back: PutBack, tmp_path: Path
) -> None:
    stop, begun, acknowledged = threading.Event(), threading.Event(), list[str]()

    def write() -> None:
        number = 0
        while not stop.is_set():
            send(ws, ANN, number)
            acknowledged.append(f"a{number}")
            begun.set()
            number += 1
            if number % 7 == 0:
                flush(ws)
            if number % 40 == 0:
                compaction.compact(ws)

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    try:
        before: list[set[str]] = []
        copies: list[Path] = []
        for copy in range(3):
            before.append(set(acknowledged))
            copies.append(made(ws, tmp_path / f"copy{copy}").folder)
    finally:
        stop.set()
        writer.join()
    for told, copy_folder in zip(before, copies, strict=True):
        restored = put_back(copy_folder, tmp_path / f"of-{copy_folder.name}")
        there = ids(restored)
        assert len(there) == len(set(there))
        assert told <= set(there) <= set(acknowledged)
        assert send(restored, ANN, int(there[0][1:])) == [False]
        restored.close()


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_backup_is_its_owners_alone_and_names_its_files(ws: Workspace) -> None:
    send(ws, ANN, 1)
    flush(ws)
    backup = made(ws)
    assert backup.folder.parent == ws.folder / "backups"
    for path in [backup.folder, *backup.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    present = {
        path.relative_to(backup.folder).as_posix()
        for path in backup.folder.rglob("*")
        if path.is_file()
    }
    assert present == {*backup.manifest.files, MANIFEST}
    assert {"secret.key", "regulars.toml", "lake/workspace.json"} <= present
