"""A backup made while others write, put back whole; what is damaged or cut off is no workspace."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from regulars.app import open_workspace
from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.jobs.backup import restoring, service
from regulars.jobs.backup.model import MANIFEST, Backup
from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.store import dumping
from regulars.store import settings as settings_file
from regulars.timeline import compaction, erasure, lineage
from regulars.timeline.flush import flush
from regulars.timeline.lineage import LineageFit
from regulars.timeline.workspace import Workspace
from tests.company.cast import hire
from tests.timeline.cast import ANN, BO, ids
from tests.timeline.test_erasure import holding
from tests.timeline.test_lineage import expected, send

PutBack = Callable[..., Workspace]


def made(ws: Workspace, target: Path | None = None) -> Backup:
    return service.make(ws, SHELL, target, now=clock.now())


@pytest.fixture
def put_back(ws: Workspace, request: pytest.FixtureRequest, tmp_path: Path) -> PutBack:
    """Restore into another folder, and on PostgreSQL into another database."""

    def restore(backup: Path, folder: Path | None = None, *, replace: bool = False) -> Workspace:
        postgres = ws.database.dialect == "postgresql"
        url = request.getfixturevalue("postgres_url") if postgres and not replace else None
        if url is not None:
            url = sa.make_url(url).set(database=another(url)).render_as_string(hide_password=False)
        place = folder or tmp_path / "restored"
        service.restore(
            backup, SHELL, place, now=clock.now(), opens=open_workspace,
            replace=replace, database=url,
        )  # fmt: skip
        return open_workspace(place)

    return restore


def another(url: str) -> str:
    """Make one more empty database on the server; return its name."""
    name = f"restored_{os.urandom(6).hex()}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    return name


def test_what_is_put_back_is_what_was_there(
    ws: Workspace, put_back: PutBack, tmp_path: Path
) -> None:
    hire(ws, "mei", Role.ADMIN, clock.now())
    send(ws, ANN, *range(30))
    flush(ws)
    send(ws, BO, 1, 2)  # waits in the inbox
    backup = made(ws, tmp_path / "copy")
    send(ws, BO, 3)
    flush(ws)
    restored = put_back(backup.folder)
    assert lineage.judge(restored).fit is LineageFit.WHOLE
    assert set(ids(restored)) == expected(ANN, *range(30)) | {"b1", "b2"}
    assert [account.login for account in staff.everyone(restored)] == ["mei"]
    assert send(restored, BO, 1, 3) == [False, True]
    assert restored.secret == ws.secret
    newest = audit.find(restored, Search(), limit=1)[0]
    assert (newest.action, newest.subject) == ("backup.restored", str(backup.folder))
    restored.close()


def test_two_hundred_events_after_a_restore_are_two_hundred_stored(
    ws: Workspace, put_back: PutBack
) -> None:
    send(ws, ANN, *range(50))
    flush(ws)
    backup = made(ws)
    for number in range(50, 120):
        send(ws, ANN, number)
    flush(ws)
    restored = put_back(backup.folder, ws.folder, replace=True) if ws.close() is None else ws
    before = set(ids(restored))
    assert before == expected(ANN, *range(50))
    assert all(send(restored, BO, number) == [True] for number in range(200))
    flush(restored)
    assert set(ids(restored)) == before | expected(BO, *range(200))
    restored.close()


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


def test_a_damaged_or_unfinished_backup_is_refused_and_leaves_nothing(
    ws: Workspace, put_back: PutBack, tmp_path: Path
) -> None:
    send(ws, ANN, *range(100))
    flush(ws)
    backup = made(ws, tmp_path / "copy").folder
    file = next(backup.rglob("*.parquet"))
    kept = file.read_bytes()
    file.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(Invalid, match=f"damaged: lake/events/{file.name}"):
        put_back(backup)
    assert list((tmp_path / "restored").iterdir()) == []
    file.write_bytes(kept)
    (backup / MANIFEST).rename(backup / "aside")
    with pytest.raises(NotFound, match="no backup"):
        put_back(backup)


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


def test_an_erasure_names_backups_on_another_disk(ws: Workspace, tmp_path: Path) -> None:
    elsewhere = made(ws, tmp_path / "disk" / "copy").folder
    within = made(ws).folder
    done = erasure.erase(ws, [ANN], by="dana", now=clock.now())
    assert done.backups == sorted([str(elsewhere), str(within)])


def test_an_erasure_names_the_backup_that_was_put_back(
    ws: Workspace, put_back: PutBack, tmp_path: Path
) -> None:
    backup = made(ws, tmp_path / "disk" / "copy").folder
    restored = put_back(backup)
    done = erasure.erase(restored, [ANN], by="dana", now=clock.now())
    assert str(backup) in done.backups
    restored.close()


def test_someone_erased_while_a_backup_is_taken_does_not_come_back_by_it(
    ws: Workspace, put_back: PutBack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.jobs.backup import making

    send(ws, ANN, 1, text="words of Ann")
    send(ws, BO, 1)
    flush(ws)
    dump = dumping.dump

    def then_erase(database: object, folder: Path) -> str:
        revision = dump(ws.database, folder)
        erasure.erase(ws, [ANN], by="dana", now=clock.now())
        return revision

    monkeypatch.setattr(making.dumping, "dump", then_erase)
    backup = made(ws, tmp_path / "copy").folder
    restored = put_back(backup)
    assert ids(restored) == ["b1"]
    assert holding(restored.folder, "words of Ann") == []
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
