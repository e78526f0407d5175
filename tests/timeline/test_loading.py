"""Loading adds a relation to the lake, each event once."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.timeline import compaction, duck, identity, inbox, lake, loading, seen
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, NOON, ids, visits


def load(workspace: Workspace, *numbers: int, key: str = "file") -> loading.Loaded:
    connection = duck.connect(workspace)
    connection.register("incoming", visits(ANN, *numbers))
    return loading.load(workspace, connection, "incoming", key)


def test_new_events_stand_in_the_lake(any_ws: Workspace) -> None:
    assert load(any_ws, 1, 2, 3) == loading.Loaded(3, 0, 0, 0)
    assert ids(any_ws) == ["a1", "a2", "a3"]


def test_loading_again_adds_nothing_and_a_longer_export_adds_the_rest(any_ws: Workspace) -> None:
    load(any_ws, 1, 2)
    version = any_ws.lake.open().version()
    assert load(any_ws, 1, 2) == loading.Loaded(0, 2, 0, 0)
    assert any_ws.lake.open().version() == version
    assert load(any_ws, 1, 2, 3) == loading.Loaded(1, 2, 0, 0)
    assert ids(any_ws) == ["a1", "a2", "a3"]


def test_ids_are_known_to_repeat_however_many_are_looked_at_at_once(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duck, "SORTED_AT_ONCE", 4)
    with duck.connect(ws) as connection:
        ids = "SELECT 'a' || i AS event_id FROM range(30) AS r(i)"
        assert not duck.may_repeat_ids(connection, f"({ids})")
        assert duck.may_repeat_ids(connection, f"({ids} UNION ALL SELECT 'a29')")
        assert not duck.may_repeat_ids(connection, f"({ids} LIMIT 0)")


@pytest.mark.parametrize("column", ["more", identity.PREFIX])
def test_events_lie_in_the_order_of_their_identities(ws: Workspace, column: str) -> None:
    """Whether the words of identities are sorted, or the numbers that stand for them."""
    who = [ws.keyed_hash("who", str(number)) for number in range(40)]
    connection = duck.connect(ws)
    connection.register("rows", pa.concat_tables([visits(one, 3, 1, 2) for one in who]))
    identity.register(connection, ws)
    connection.execute(
        "CREATE VIEW incoming AS SELECT * REPLACE (event_id || identity_id AS event_id), "
        f"identity_prefix(identity_id) AS {column} FROM rows"
    )
    loading.load(ws, connection, "incoming", "file")
    (file,) = lake.files(ws.lake.open())
    found = connection.execute(
        f"SELECT identity_id, epoch_us(occurred_at) FROM read_parquet('{ws.lake.absolute(file)}')"
    ).fetchall()
    assert len(found) == 120
    assert found == sorted(found)


def test_an_event_that_waits_in_the_inbox_is_known(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    assert load(any_ws, 1, 2) == loading.Loaded(1, 1, 0, 0)


def test_what_was_loaded_of_the_last_days_is_a_duplicate_when_it_is_sent(
    any_ws: Workspace,
) -> None:
    """Events of 31 days and of a day ago come from a file, then both are sent."""
    now = clock.now()
    for days in (31, 1):
        connection = duck.connect(any_ws)
        start = now - timedelta(days=days)
        connection.register("incoming", visits(ANN, days, start=start))
        loading.load(any_ws, connection, "incoming", "file")
    assert inbox.accept(any_ws, visits(ANN, 1), now=now).fresh == [False]
    assert ids(any_ws) == ["a1", "a31"]
    again = visits(ANN, 31, start=now - timedelta(days=31))
    assert inbox.accept(any_ws, again, now=now).fresh == [True]  # too old to be known
    flush(any_ws)
    compaction.compact(any_ws)
    assert ids(any_ws) == ["a1", "a31"]


def test_of_a_large_load_the_newest_are_remembered(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "REMEMBERED", 25)
    monkeypatch.setattr(seen, "PORTION", 10)
    now = clock.now()
    connection = duck.connect(ws)
    an_hour_ago = now - timedelta(hours=1)
    connection.register("incoming", visits(ANN, *range(30), start=an_hour_ago))
    loading.load(ws, connection, "incoming", "file")
    receipt = inbox.accept(ws, visits(ANN, *range(30), start=an_hour_ago), now=now)
    assert receipt.fresh == [True] * 5 + [False] * 25


def test_what_was_not_committed_is_not_remembered(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    connection = duck.connect(ws)
    connection.register("incoming", visits(ANN, 1, start=now))
    with monkeypatch.context() as broken:
        broken.setattr(lake, "commit", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            loading.load(ws, connection, "incoming", "file")
    assert inbox.accept(ws, visits(ANN, 1, start=now), now=now).fresh == [True]


def test_an_id_twice_in_the_relation_counts_once(ws: Workspace) -> None:
    assert load(ws, 1, 1, 2) == loading.Loaded(2, 1, 0, 0)


def test_nothing_to_load_commits_nothing(ws: Workspace) -> None:
    version = ws.lake.open().version()
    assert load(ws) == loading.Loaded(0, 0, 0, 0)
    assert ws.lake.open().version() == version
    assert [file.name for file in ws.lake.folder.glob("*.parquet")] == []


def test_loaded_files_are_sorted_with_the_others(ws: Workspace) -> None:
    load(ws, 1, 2)
    inbox.accept(ws, visits(BO, 1), now=NOON)
    assert compaction.compact(ws).after == 1
    assert ids(ws) == ["a1", "a2", "b1"]


def test_an_identity_needs_a_known_kind_and_a_value(ws: Workspace) -> None:
    with pytest.raises(Invalid, match="no kind"):
        identity.identity_id(ws, "shoe", "44")
    with pytest.raises(Invalid, match="empty"):
        identity.identity_id(ws, "phone", " ")
    with pytest.raises(Invalid, match="names nobody"):
        identity.identity_id(ws, "phone", "n/a")
