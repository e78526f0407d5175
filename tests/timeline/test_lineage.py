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
from regulars.store import dumping
from regulars.timeline import erased, erasure, inbox, lake, lake_log, lineage, linking
from regulars.timeline.flush import flush
from regulars.timeline.lineage import LineageFit
from regulars.timeline.tables import inbox as inbox_table
from regulars.timeline.tables import tombstones
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, CHEN, ids, visits
from tests.timeline.putting_back import (
    empty_database,
    keep_database,
    keep_lake,
    opened,
    put_database,
    put_lake,
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


def test_an_old_lake_stays_closed_until_the_loss_is_accepted(
    any_ws: Workspace, tmp_path: Path
) -> None:
    send(any_ws, ANN, *range(10))
    flush(any_ws)
    aside = keep_lake(any_ws, tmp_path / "lake")
    send(any_ws, BO, *range(25))
    flush(any_ws)
    send(any_ws, CHEN, 1)
    put_lake(any_ws, aside)
    with pytest.raises(Unavailable, match="25 events are missing, since 20") as refused:
        opened(any_ws)
    assert "缺少 25 个事件" in refused.value.message.zh
    ws = opened(any_ws, accept_loss=True)
    assert set(ids(ws)) == expected(ANN, *range(10)) | {"c1"}
    assert send(ws, BO, 3) == [True]  # lost, so it may be sent again
    assert send(ws, ANN, 3) == [False]
    assert send(ws, CHEN, 1) == [False]
    flush(ws)
    assert set(ids(opened(ws))) == expected(ANN, *range(10)) | {"c1", "b3"}


def test_a_lake_that_is_gone_stays_closed_too(any_ws: Workspace, tmp_path: Path) -> None:
    send(any_ws, ANN, *range(10))
    flush(any_ws)
    with any_ws.database.transaction() as connection:  # they came ten days ago
        connection.execute(sa.text("UPDATE seen_events SET day = day - 10"))
    (any_ws.folder / "lake").rename(tmp_path / "away")
    with pytest.raises(Unavailable, match="10 events are missing, since the beginning"):
        opened(any_ws)
    ws = opened(any_ws, accept_loss=True)
    assert send(ws, ANN, 1) == [True]  # nothing is known that is nowhere
    assert ids(ws) == ["a1"]
    ws.close()


def test_an_erasure_that_only_the_lake_knows_is_carried_out_in_an_old_database(
    any_ws: Workspace, tmp_path: Path
) -> None:
    send(any_ws, BO, 1)
    send(any_ws, ANN, 1)
    with any_ws.database.transaction() as connection:
        linking.link(
            any_ws, connection, ANN, BO, link_id="l1", kind="identify", source="web", at=clock.now()
        )
    aside = keep_database(any_ws, tmp_path / "aside")
    erasure.erase(any_ws, [ANN], by="dana", now=clock.now())
    flush(any_ws)
    put_database(any_ws, aside)  # it holds what Ann sent, and her link with Bo
    ws = opened(any_ws)
    assert ids(ws) == ["b1"]
    assert lineage.unknown_erasures(ws) == ({}, {})
    with ws.database.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM identity_links")).scalar() == 0
    assert send(ws, ANN, 2) == [False]
    ws.close()


def test_an_erasure_that_only_the_database_knows_is_carried_out_in_an_old_lake(
    any_ws: Workspace, tmp_path: Path
) -> None:
    send(any_ws, ANN, 1)
    send(any_ws, BO, 1)
    flush(any_ws)
    aside = keep_lake(any_ws, tmp_path / "lake")
    erasure.erase(any_ws, [ANN], by="dana", now=clock.now())
    put_lake(any_ws, aside)
    ws = opened(any_ws, accept_loss=True)
    assert ids(ws) == ["b1"]
    assert len(erased.read(erased.path_of(ws.lake))) == 1
    assert len(list(ws.lake.folder.glob("*.parquet"))) == 1
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


def test_a_last_entry_that_was_emptied_is_given_up_with_its_loss(ws: Workspace) -> None:
    for number in range(2):
        send(ws, ANN, number)
        flush(ws)
    (ws.lake.folder / "_delta_log" / f"{2:020d}.json").write_bytes(b"")
    ws = opened(ws, accept_loss=True)
    assert send(ws, ANN, 1) == [True]
    flush(ws)
    assert ids(opened(ws)) == ["a0", "a1"]


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


def test_a_dump_of_the_database_is_of_one_moment(any_ws: Workspace, tmp_path: Path) -> None:
    send(any_ws, ANN, 1, 2)
    aside = keep_database(any_ws, tmp_path / "aside")
    send(any_ws, ANN, 3)
    put_database(any_ws, aside)
    assert ids(any_ws) == ["a1", "a2"]
    if any_ws.database.dialect == "postgresql":
        from regulars.kit.errors import Conflict

        with pytest.raises(Conflict, match="holds a workspace already"):
            dumping.load(any_ws.database, aside)
