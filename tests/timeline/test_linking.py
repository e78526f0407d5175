"""As of an earlier moment only those links count that were known, and not undone, by then."""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis.expr.types as ir
import pytest

from regulars.timeline import inbox, linking, people
from regulars.timeline.engine.view import View
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON

CROWD = [f"{number:032x}" for number in range(202)]
DAY = timedelta(days=1)


def persons(view: View) -> ir.Table:
    events = view.with_person()
    return events.agg(persons=events.person_id.nunique(), events=events.count())


def count(ws: Workspace, as_of: datetime | None = None) -> int:
    (row,) = ws.query(persons, as_of=as_of).to_pylist()
    return int(row["persons"])


@pytest.fixture
def crowd(ws: Workspace) -> Workspace:
    """Return a workspace with a visit of each of 202."""
    rows = [
        {"event_id": who, "identity_id": who, "actor": "customer", "name": "Page Viewed",
         "occurred_at": NOON, "received_at": NOON, "known_at": NOON}
        for who in CROWD
    ]  # fmt: skip
    inbox.accept(ws, inbox.make(rows, NOON), now=NOON)
    flush(ws)
    return ws


def merge(ws: Workspace, number: int, at: datetime) -> None:
    with ws.database.transaction() as connection:
        linking.link(ws, connection, CROWD[2 * number], CROWD[2 * number + 1],
                     link_id=f"m{number}", kind="merge", source="staff", at=at)  # fmt: skip


def test_101_merges_made_later_change_no_number_as_of_before(crowd: Workspace) -> None:
    merge(crowd, 0, NOON)
    before = count(crowd, NOON + DAY)
    assert before == 201
    for number in range(1, 101):
        merge(crowd, number, NOON + 2 * DAY)
    assert (count(crowd), count(crowd, NOON + DAY), count(crowd, NOON - DAY)) == (101, before, 0)
    assert count(crowd, NOON + 2 * DAY) == 101


def test_what_was_undone_since_holds_as_of_before(crowd: Workspace) -> None:
    merge(crowd, 0, NOON)
    with crowd.database.transaction() as connection:
        linking.unlink(crowd, connection, "m0", at=NOON + 3 * DAY)
    assert count(crowd) == 202
    assert count(crowd, NOON + 2 * DAY) == 201
    assert count(crowd, NOON + 3 * DAY) == 202


def test_history_that_is_sent_later_was_known_when_it_says(crowd: Workspace) -> None:
    """The same link told again with an earlier moment is known since then, in either order."""
    for at in (NOON + 2 * DAY, NOON):
        merge(crowd, 0, at)
        with crowd.database.reading() as connection:
            assert people.as_of(crowd, connection, NOON + 2 * DAY).people.num_rows == 2
    assert count(crowd, NOON + DAY) == 201


def test_a_link_contested_since_joined_them_before(crowd: Workspace) -> None:
    """As of the day before the second user came, the device was the first one's."""
    ann, bo, device = CROWD[:3]
    for day, user in enumerate((ann, bo)):
        at = NOON + day * DAY
        with crowd.database.transaction() as connection:
            linking.link(crowd, connection, user, device, link_id=user, kind="identify",
                         source="shop", at=at, through=device)  # fmt: skip
            linking.tell_users(crowd, connection, [(user, "shop", at)])
    assert count(crowd) == 202
    assert count(crowd, NOON) == 201
    with crowd.database.reading() as connection:
        assert people.folded(crowd, connection).contested.to_pylist() == [device]
