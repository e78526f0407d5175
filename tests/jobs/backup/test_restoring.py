"""What a restore replaces, leaves alone, and how it goes on when it was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.app import open_workspace
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.jobs.backup import restoring, service
from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.store import dumping
from regulars.store import settings as settings_file
from regulars.timeline import erasure
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.company.cast import hire
from tests.jobs.backup.conftest import PutBack
from tests.jobs.backup.test_service import made
from tests.timeline.cast import ANN, BO, ids
from tests.timeline.test_lineage import send


def test_a_folder_that_is_taken_or_in_use_is_left_alone(ws: Workspace, tmp_path: Path) -> None:
    backup = made(ws, tmp_path / "copy").folder
    now = clock.now()
    ws.occupy()
    with pytest.raises(Conflict, match="is at work in"):
        service.restore(backup, SHELL, ws.folder, now=now, opens=open_workspace, replace=True)
    ws.close()
    with pytest.raises(Conflict, match="is not empty"):
        service.restore(backup, SHELL, ws.folder, now=now, opens=open_workspace)
    with pytest.raises(Conflict, match="is there already"):
        made(ws, backup)
    with pytest.raises(Invalid, match="backups/ only"):
        made(ws, ws.folder / "copy")


def test_what_a_restore_replaces_is_put_aside_and_its_erasures_are_kept(
    ws: Workspace, put_back: PutBack
) -> None:
    send(ws, ANN, 1)
    send(ws, BO, 1)
    flush(ws)
    backup = made(ws).folder
    done = erasure.erase(ws, [ANN], by="dana", now=clock.now())
    assert done.backups == [str(backup)]
    ws.close()
    restored = put_back(backup, ws.folder, replace=True)
    assert ids(restored) == ["b1"]
    assert send(restored, ANN, 2) == [False]
    aside = next((ws.folder / "backups").glob("replaced-*"))
    assert (aside / "regulars.toml").exists()
    database = aside / "state.db" if ws.database.file else aside / "database" / dumping.CONTENTS
    assert database.exists()
    assert backup.exists()
    restored.close()


def test_whoever_was_signed_in_then_signs_in_again(
    ws: Workspace, put_back: PutBack, tmp_path: Path
) -> None:
    now = clock.now()
    hire(ws, "mei", Role.ADMIN, now)
    token = sign_in.start_session(ws, staff.everyone(ws)[0], now, address="::1", agent="tests")
    assert sign_in.session_of(ws, token, now) is not None
    restored = put_back(made(ws, tmp_path / "copy").folder)
    assert sign_in.session_of(restored, token, now) is None
    restored.close()


def test_a_restore_cut_off_between_its_moves_is_no_workspace_and_can_be_run_again(
    ws: Workspace, put_back: PutBack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(ws, ANN, 1)
    flush(ws)
    backup = made(ws, tmp_path / "copy").folder
    ws.close()
    moves = 0
    rename = Path.rename

    def cut_off(self: Path, target: Path) -> Path:
        nonlocal moves
        if self.parent.name.startswith(".restoring-") or self.parent == ws.folder:
            moves += 1
            if moves == 5:
                raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", cut_off)
    with pytest.raises(KeyboardInterrupt):
        put_back(backup, ws.folder, replace=True)
    monkeypatch.undo()
    with pytest.raises(NotFound, match="was cut off: run it again"):
        open_workspace(ws.folder)
    restored = put_back(backup, ws.folder, replace=True)
    assert ids(restored) == ["a1"]
    assert not list(restored.folder.glob(".restoring*"))
    restored.close()


def test_a_database_of_another_kind_is_refused(tmp_path: Path, ws: Workspace) -> None:
    backup = made(ws, tmp_path / "copy")
    other = "sqlite:///x.db" if ws.database.dialect == "postgresql" else "postgresql://nobody/x"
    (tmp_path / "new").mkdir()
    for name in (settings_file.FILE, "secret.key"):
        (tmp_path / "new" / name).write_bytes((backup.folder / name).read_bytes())
    with pytest.raises(Invalid, match="name a database of that kind"):
        restoring.settings_of(tmp_path / "new", backup.manifest, other)
