"""After an erasure, a search of every file of the workspace finds nothing of the person."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from regulars.timeline import compaction, duck, erasure, inbox, loading
from regulars.timeline.flush import flush
from regulars.timeline.identity import identity_id
from regulars.timeline.tables import erasures
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, NOON, ids, visits

WORDS = "zebra-marker-in-my-own-words"


def holding(folder: Path, *markers: str) -> list[str]:
    """Return the files of the workspace in which one of the markers stands."""
    return [
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and any(marker.encode() in file.read_bytes() for marker in markers)
    ]


def test_words_are_gone_from_inbox_and_lake(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1, text=WORDS), now=NOON)
    inbox.accept(any_ws, visits(BO, 1, text="fine"), now=NOON)
    flush(any_ws)
    compaction.compact(any_ws)
    inbox.accept(any_ws, visits(ANN, 2, text=WORDS), now=NOON)
    inbox.accept(any_ws, visits(BO, 2, text="fine"), now=NOON)
    erased = erasure.erase(any_ws, [ANN], by="dana", now=NOON)
    assert erased.rows["inbox"] == 1
    assert erased.rows["lake"] == 1
    assert ids(any_ws) == ["b1", "b2"]
    assert holding(any_ws.folder, WORDS) == []


def test_what_still_arrives_for_the_person_is_refused(any_ws: Workspace) -> None:
    erasure.erase(any_ws, [ANN], by="dana", now=NOON)
    receipt = inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    assert (receipt.fresh, receipt.refused) == ([False], [True])
    connection = duck.connect(any_ws)
    connection.register("incoming", visits(ANN, 1, 2))
    assert loading.load(any_ws, connection, "incoming", "again").refused == 2
    assert ids(any_ws) == []


def test_raw_identifiers_never_stand_in_the_workspace(any_ws: Workspace) -> None:
    who = identity_id(any_ws, "email", "marker-ann@example.com")
    inbox.accept(any_ws, visits(who, 1), now=NOON)
    flush(any_ws)
    assert holding(any_ws.folder, "marker-ann") == []


def test_an_erasure_that_was_cut_off_is_finished_later(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.accept(ws, visits(ANN, 1, text=WORDS), now=NOON)
    flush(ws)
    with monkeypatch.context() as broken:
        broken.setattr("regulars.timeline.erasure._from_lake", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erasure.erase(ws, [ANN], by="dana", now=NOON)
    assert ids(ws) == ["a1"]
    assert erasure.resume(ws, now=NOON + timedelta(hours=1)) == 1
    assert ids(ws) == []
    assert holding(ws.folder, WORDS) == []
    with ws.database.reading() as connection:
        kept = connection.execute(sa.select(erasures)).one()
    assert (kept.identities, kept.by) == ("[]", "dana")


def test_a_refresh_that_began_meanwhile_keeps_nothing_of_the_person(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its kept rows are written after the places were gone through and before the lake was."""
    inbox.accept(ws, visits(ANN, 1, text=WORDS), now=NOON)
    inbox.accept(ws, visits(BO, 1, text="fine"), now=NOON)
    flush(ws)
    from_lake = erasure._from_lake

    def refreshing(*given: Any) -> int:
        ws.engine.pin(NOON)
        told = ws.engine.persons(
            "ids", lambda view: view.events.select("identity_id"), of="identity_id"
        )
        assert told.num_rows == 2
        assert any(ANN.encode() in uncompressed(file) for file in (ws.folder / "sums").iterdir())
        return from_lake(*given)

    monkeypatch.setattr(erasure, "_from_lake", refreshing)
    erasure.erase(ws, [ANN], by="dana", now=NOON)
    ws.engine.unpin()
    assert list((ws.folder / "sums").iterdir()) == []


def uncompressed(file: Path) -> bytes:
    """Return the words of a kept answer, whose file holds them compressed."""
    try:
        return str(pa.ipc.open_file(file).read_all().to_pydict()).encode()
    except pa.ArrowInvalid:
        return file.read_bytes()


def test_older_backups_are_named(ws: Workspace) -> None:
    from regulars.store import upgrade

    copy = upgrade.backup(ws)
    assert erasure.erase(ws, [ANN], by="dana", now=NOON).backups == [copy]


def test_a_place_registers_once() -> None:
    name = "place of this test"
    erasure.erasable(name)(lambda *_: 0)
    try:
        with pytest.raises(Exception, match="two entries"):
            erasure.erasable(name)(lambda *_: 0)
    finally:
        del erasure.PLACES._entries[name]
