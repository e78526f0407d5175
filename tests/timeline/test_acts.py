"""What we do is an event: staged with the act, moved to the inbox once, seen from then on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from regulars.kit.errors import Invalid
from regulars.timeline import acts, erasure, inbox, tables
from regulars.timeline.flush import flush
from regulars.timeline.tables import staged_acts
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, NOON, all_ids, ids, visits
from tests.timeline.test_erasure import WORDS, holding

LATER = NOON + timedelta(minutes=1)


def opened(who: str, number: int, **more: object) -> dict[str, object]:
    """Return a case that was opened for somebody."""
    return {"event_id": f"{who[0]}{number}", "identity_id": who, "name": "Case Opened", **more}


def record(ws: Workspace, *rows: dict[str, object]) -> None:
    """Record acts in a transaction of their own, at noon."""
    with ws.database.transaction() as connection:
        acts.record(ws, connection, rows, now=NOON)


def test_an_act_is_on_the_timeline_once_it_was_moved(any_ws: Workspace) -> None:
    record(any_ws, opened(ANN, 1), opened(BO, 1))
    record(any_ws, opened(ANN, 2))
    assert ids(any_ws) == []
    assert acts.waiting(any_ws) == (3, NOON)
    assert acts.move(any_ws, now=LATER) == 3
    assert ids(any_ws) == ["a1", "a2", "b1"]
    assert acts.waiting(any_ws) == (0, None)
    assert acts.move(any_ws, now=LATER) == 0


def test_an_act_is_ours_and_happened_when_it_was_recorded(
    any_ws: Workspace, rows_of: object
) -> None:
    amount = {"amount": Decimal("12.5"), "currency": "CNY", "case_id": "77", "text": "回访"}
    record(any_ws, {"name": "Case Opened", "identity_id": ANN, **amount})
    acts.move(any_ws, now=LATER)
    (row,) = any_ws.query(lambda view: view.events).to_pylist()
    assert (row["name"], row["actor"], row["identity_id"]) == ("Case Opened", "system", ANN)
    assert (row["occurred_at"], row["received_at"]) == (NOON, NOON)
    assert (row["amount"], row["case_id"], row["text"]) == (Decimal("12.5000"), "77", "回访")
    assert len(row["event_id"]) == 32


def test_as_of_sees_an_act_from_when_a_reader_could(any_ws: Workspace) -> None:
    """What was computed while it was staged is computed alike afterwards."""
    record(any_ws, opened(ANN, 1))
    acts.move(any_ws, now=LATER)
    before = LATER - timedelta(seconds=1)
    assert any_ws.query(all_ids, as_of=before).column(0).to_pylist() == []
    assert any_ws.query(all_ids, as_of=LATER).column(0).to_pylist() == ["a1"]


def test_where_no_lane_runs_a_flush_takes_the_acts_along(any_ws: Workspace) -> None:
    record(any_ws, opened(ANN, 1), opened(BO, 1))
    assert flush(any_ws, now=LATER).events == 2
    assert acts.waiting(any_ws) == (0, None)
    assert len(ids(any_ws)) == 2


def test_an_act_that_is_undone_has_no_event(any_ws: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), any_ws.database.transaction() as connection:
        acts.record(any_ws, connection, [opened(ANN, 1)], now=NOON)
        1 / 0  # noqa: B018
    assert acts.move(any_ws, now=LATER) == 0
    assert ids(any_ws) == []


def test_what_the_inbox_would_not_take_is_not_staged(any_ws: Workspace) -> None:
    with pytest.raises(Invalid):
        record(any_ws, {"identity_id": ANN})
    assert acts.waiting(any_ws) == (0, None)


def test_an_act_recorded_twice_under_one_id_is_one_event(any_ws: Workspace) -> None:
    record(any_ws, opened(ANN, 1))
    record(any_ws, opened(ANN, 1))
    assert acts.move(any_ws, now=LATER) == 1
    record(any_ws, opened(ANN, 1))
    flush(any_ws)
    assert acts.move(any_ws, now=LATER) == 0
    assert ids(any_ws) == ["a1"]
    assert acts.waiting(any_ws) == (0, None)


def test_many_acts_are_moved_by_several_transactions_in_their_order(
    any_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "ROW_EVENTS", 10)
    monkeypatch.setattr(acts, "MOVED_EVENTS", 25)
    record(any_ws, *(opened(ANN, number) for number in range(95)))
    assert acts.move(any_ws, now=LATER) == 95
    with any_ws.database.reading() as connection:
        groups = connection.execute(sa.select(tables.inbox).order_by(tables.inbox.c.seq)).all()
    assert [row.events for row in groups] == [30, 30, 30, 5]
    moved = [one for row in groups for one in inbox.decode(row.batch).column(0).to_pylist()]
    assert moved == [f"a{number}" for number in range(95)]


def test_an_act_does_not_wait_for_whoever_writes_the_inbox(any_ws: Workspace) -> None:
    """On SQLite all writers share one lock; on PostgreSQL the inbox's holds up no act."""
    if any_ws.database.dialect == "sqlite":
        pytest.skip("SQLite has one lock for everything")
    with any_ws.database.transaction() as intake:
        inbox.append(any_ws, intake, visits(ANN, 1), now=NOON)
        record(any_ws, opened(ANN, 2))
        assert acts.waiting(any_ws)[0] == 1


def test_an_erasure_takes_staged_acts_and_refuses_further_ones(any_ws: Workspace) -> None:
    record(any_ws, opened(ANN, 1, text=WORDS), opened(BO, 1, text="fine"))
    erased = erasure.erase(any_ws, [ANN], by="dana", now=NOON)
    assert erased.rows["acts on their way to the inbox"] == 1
    assert holding(any_ws.folder, WORDS) == []
    record(any_ws, opened(ANN, 2, text=WORDS), opened(BO, 2))
    assert holding(any_ws.folder, WORDS) == []
    assert acts.move(any_ws, now=LATER) == 2
    assert ids(any_ws) == ["b1", "b2"]


def test_an_act_staged_before_an_erasure_that_passed_it_by_is_not_moved(
    any_ws: Workspace,
) -> None:
    """On PostgreSQL its transaction may commit after the erasure has looked."""
    record(any_ws, opened(ANN, 1, text=WORDS))
    with any_ws.database.transaction() as connection:
        (row,) = connection.execute(sa.select(staged_acts)).all()
    erasure.erase(any_ws, [ANN], by="dana", now=NOON)
    with any_ws.database.transaction() as connection:
        connection.execute(sa.insert(staged_acts).values(**row._mapping))
    assert acts.move(any_ws, now=LATER) == 0
    assert acts.waiting(any_ws) == (0, None)
