"""The inbox keeps each event once, durably, in an order that readers can trust."""

from __future__ import annotations

import threading
from datetime import timedelta

import sqlalchemy as sa

from regulars.timeline import inbox
from regulars.timeline.flush import flush
from regulars.timeline.tables import inbox as inbox_table
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, NOON, ids, visits


def test_what_was_accepted_is_read_back_once(any_ws: Workspace) -> None:
    receipt = inbox.accept(any_ws, visits(ANN, 1, 2), now=NOON)
    assert receipt.fresh == [True, True]
    assert ids(any_ws) == ["a1", "a2"]


def test_a_second_delivery_is_a_duplicate_in_the_receipt(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1, 2), now=NOON)
    again = inbox.accept(any_ws, visits(ANN, 2, 3), now=NOON)
    assert again.fresh == [False, True]
    assert ids(any_ws) == ["a1", "a2", "a3"]


def test_an_id_twice_in_one_group_counts_once(any_ws: Workspace) -> None:
    assert inbox.accept(any_ws, visits(ANN, 1, 1), now=NOON).fresh == [True, False]


def test_an_act_that_fails_leaves_no_event(any_ws: Workspace) -> None:
    try:
        with any_ws.database.transaction() as connection:
            inbox.append(any_ws, connection, visits(ANN, 1), now=NOON)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert ids(any_ws) == []
    assert inbox.accept(any_ws, visits(ANN, 1), now=NOON).fresh == [True]


def test_numbers_become_visible_in_order_though_one_writer_is_slow(any_ws: Workspace) -> None:
    """Ann's writer holds its transaction open across a flush; Bo's must not overtake it."""
    first_inserted, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with any_ws.database.transaction() as connection:
            inbox.append(any_ws, connection, visits(ANN, 1), now=NOON)
            first_inserted.set()
            may_commit.wait(10)

    def quick() -> None:
        inbox.accept(any_ws, visits(BO, 1), now=NOON)

    writers = [threading.Thread(target=slow), threading.Thread(target=quick)]
    writers[0].start()
    assert first_inserted.wait(10)
    writers[1].start()
    assert ids(any_ws) == []  # Bo waits for Ann, so no later number is visible before hers
    may_commit.set()
    for writer in writers:
        writer.join()
    flush(any_ws)
    assert ids(any_ws) == ["a1", "b1"]


def test_the_backlog_tells_how_many_wait_and_since_when(any_ws: Workspace) -> None:
    assert inbox.backlog(any_ws) == (0, None)
    inbox.accept(any_ws, visits(ANN, 1, 2), now=NOON)
    inbox.accept(any_ws, visits(BO, 1), now=NOON + timedelta(minutes=5))
    assert inbox.backlog(any_ws) == (3, NOON)


def test_numbers_are_never_used_again_after_a_clean_up(any_ws: Workspace) -> None:
    first = inbox.accept(any_ws, visits(ANN, 1), now=NOON).seq
    flush(any_ws)
    with any_ws.database.reading() as connection:
        assert connection.execute(sa.select(inbox_table)).first() is None
    second = inbox.accept(any_ws, visits(ANN, 2), now=NOON).seq
    assert first is not None and second is not None and second > first
