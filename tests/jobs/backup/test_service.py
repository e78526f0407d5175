"""A backup made while others write, put back whole; what is damaged or cut off is no workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL, Role
from regulars.company.staff import service as staff
from regulars.jobs.backup import service
from regulars.jobs.backup.model import MANIFEST, Backup
from regulars.kit import clock
from regulars.kit.errors import Invalid, NotFound
from regulars.store import dumping
from regulars.timeline import erasure, lineage
from regulars.timeline.flush import flush
from regulars.timeline.lineage import LineageFit
from regulars.timeline.workspace import Workspace
from tests.company.cast import hire
from tests.jobs.backup.conftest import PutBack
from tests.timeline.cast import ANN, BO, ids
from tests.timeline.test_erasure import holding
from tests.timeline.test_lineage import expected, send


def made(ws: Workspace, target: Path | None = None) -> Backup:
    return service.make(ws, SHELL, target, now=clock.now())


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
