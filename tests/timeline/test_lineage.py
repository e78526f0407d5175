"""Database and lake remember each other: whichever is put back, nothing goes without a word.

The truth table, on both databases: (old database, new lake) and (empty database, any lake) keep
everything; (new database, old lake) stays closed unless the loss is accepted.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.timeline import erased, erasure, inbox, lake, lake_log, lineage
from regulars.timeline.flush import flush
from regulars.timeline.lineage import LineageFit
from regulars.timeline.tables import inbox as inbox_table
from regulars.timeline.tables import tombstones
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, ids, visits
from tests.timeline.putting_back import (
    empty_database,
    keep_database,
    opened,
    put_database,
)


def send(ws: Workspace, who: str, *numbers: int, **more: object) -> list[bool]:
    """Acknowledge events that happen now; return which were new."""
    now = clock.now()
    told = {"received_at": now, "known_at": now, **more}
    table = visits(who, *numbers, start=now - timedelta(days=1), **told)
    return inbox.accept(ws, table, now=now).fresh


def expected(who: str, *numbers: int) -> set[str]:
    return {f"{who[0]}{number}" for number in numbers}


def test_database_and_lake_of_one_state_are_whole(any_ws: Workspace) -> None:
    assert lineage.judge(any_ws).fit is LineageFit.WHOLE
    send(any_ws, ANN, 1, 2, 3)
    flush(any_ws)
    assert lineage.judge(any_ws).fit is LineageFit.WHOLE
    assert opened(any_ws).lake.open().version() == 1


def test_events_acknowledged_after_an_old_database_was_put_back_are_kept(
    any_ws: Workspace, tmp_path: Path
) -> None:
    send(any_ws, ANN, *range(50))
    flush(any_ws)
    aside = keep_database(any_ws, tmp_path / "aside")
    for number in range(50, 300):  # each a group of its own: the watermark goes far ahead
        send(any_ws, ANN, number)
    flush(any_ws)
    put_database(any_ws, aside)
    assert lineage.judge(any_ws).fit is LineageFit.OLD_DATABASE
    ws = opened(any_ws)
    assert lineage.judge(ws).fit is LineageFit.WHOLE
    assert all(send(ws, BO, number) == [True] for number in range(200))
    assert send(ws, ANN, 1, 299) == [False, False]  # of before and of after the copy
    wanted = expected(ANN, *range(300)) | expected(BO, *range(200))
    assert sorted(ids(ws)) == sorted(wanted)
    flush(ws)
    assert sorted(ids(ws)) == sorted(wanted)
    ws.close()


def test_events_that_a_database_put_back_has_hidden_already_come_to_light(
    any_ws: Workspace, tmp_path: Path
) -> None:
    aside = keep_database(any_ws, tmp_path / "aside")
    for number in range(20):
        send(any_ws, ANN, number)
    flush(any_ws)
    put_database(any_ws, aside)
    send(any_ws, BO, 1, 2)  # by a server that never looked: a number below the watermark
    assert "b1" not in ids(any_ws)
    ws = opened(any_ws)
    assert set(ids(ws)) == expected(ANN, *range(20)) | {"b1", "b2"}
    ws.close()


def test_an_empty_database_keeps_every_event_of_the_lake(any_ws: Workspace) -> None:
    for number in range(30):
        send(any_ws, ANN, number)
    flush(any_ws)
    empty_database(any_ws)
    ws = opened(any_ws)
    assert send(ws, ANN, 7) == [False]
    assert send(ws, BO, 1) == [True]
    flush(ws)
    assert set(ids(ws)) == expected(ANN, *range(30)) | {"b1"}
    ws.close()


def test_the_record_of_erasures_holds_hashes_only_and_survives_a_line_cut_short(
    ws: Workspace,
) -> None:
    erasure.erase(ws, [ANN], by="dana", now=clock.now())
    path = erased.path_of(ws.lake)
    assert ANN not in path.read_text()
    with path.open("a") as file:
        file.write("\n0123456789abcdef")  # the power went
    erasure.erase(ws, [BO], by="dana", now=clock.now())
    assert set(erased.read(path)) == {inbox.tombstone(ws, one) for one in (ANN, BO)}


def test_a_foreign_key_and_a_foreign_lake_stay_closed(any_ws: Workspace, tmp_path: Path) -> None:
    send(any_ws, ANN, 1)
    flush(any_ws)
    key = (any_ws.folder / "secret.key").read_text()
    (any_ws.folder / "secret.key").write_text("0" * 64 + "\n")
    with pytest.raises(Unavailable, match=r"secret\.key is not the one"):
        opened(any_ws, accept_loss=True)
    (any_ws.folder / "secret.key").write_text(key)
    (any_ws.folder / "lake" / "workspace.json").write_text(
        '{"workspace_id": "another", "key_print": "another"}'
    )
    with pytest.raises(Unavailable, match="belong to different workspaces"):
        opened(any_ws, accept_loss=True)


def test_a_log_that_lost_its_last_entry_or_one_between_stays_closed(ws: Workspace) -> None:
    for number in range(3):
        send(ws, ANN, number)
        flush(ws)
    entry = ws.lake.folder / "_delta_log" / f"{3:020d}.json"
    kept = entry.read_bytes()
    entry.unlink()
    with pytest.raises(Unavailable, match="1 events are missing"):
        opened(ws)
    entry.write_bytes(b"")  # as a disk leaves it that lost its power
    with pytest.raises(Unavailable, match="1 events are missing"):
        opened(ws)
    entry.write_bytes(kept)
    between = ws.lake.folder / "_delta_log" / f"{2:020d}.json"
    between.unlink()
    assert lake_log.look(ws.lake.folder).missing == (2,)
    with pytest.raises(Unavailable, match=r"0000000002\.json missing"):
        opened(ws, accept_loss=True)


def test_a_crash_between_announcing_and_noting_a_commit_is_none_of_these(
    any_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(any_ws, ANN, 1)
    monkeypatch.setattr(lake, "remember", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        flush(any_ws)
    monkeypatch.undo()
    assert lineage.judge(any_ws).fit is LineageFit.WHOLE
    ws = opened(any_ws)
    assert ids(ws) == ["a1"]
    ws.close()


def test_a_workspace_of_the_release_before_learns_and_keeps_what_it_has(any_ws: Workspace) -> None:
    send(any_ws, ANN, 1, 2)
    flush(any_ws)
    send(any_ws, ANN, 3)
    erasure.erase(any_ws, [BO], by="dana", now=clock.now())
    with any_ws.database.transaction() as connection:  # as the migration leaves it
        connection.execute(
            sa.text(
                "UPDATE lake_memory SET workspace_id = NULL, key_print = NULL, lake_id = NULL, "
                "version = -1, announced = -1"
            )
        )
    for name in ("workspace.json", "erased.txt"):
        (any_ws.folder / "lake" / name).unlink()
    ws = opened(any_ws)
    assert ids(ws) == ["a1", "a2", "a3"]
    assert lineage.judge(ws).fit is LineageFit.WHOLE
    assert len(erased.read(erased.path_of(ws.lake))) == 1
    with ws.database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tombstones)).scalar() == 1
        assert connection.execute(sa.select(sa.func.count()).select_from(inbox_table)).scalar() == 1
    ws.close()
