"""An id counts once, whether it lies among the late ones or was folded, in every process."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from regulars.app import open_workspace
from regulars.timeline import inbox, seen
from regulars.timeline.flush import flush
from regulars.timeline.tables import seen as folded
from regulars.timeline.tables import seen_lately
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON, ids, visits


def counts(ws: Workspace) -> tuple[int, int]:
    """Return how many groups lie unfolded, and how many ids are folded."""
    with ws.database.reading() as connection:
        return tuple(  # type: ignore[return-value]
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (seen_lately, folded)
        )


def test_an_id_is_known_before_and_after_it_is_folded(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1, 2, 3), now=NOON)
    assert counts(any_ws) == (1, 0)
    assert inbox.accept(any_ws, visits(ANN, 3, 4), now=NOON).fresh == [False, True]
    assert seen.fold(any_ws, at_least=5) == 0
    assert seen.fold(any_ws, at_least=4) == 4
    assert counts(any_ws) == (0, 4)
    assert inbox.accept(any_ws, visits(ANN, 4, 5), now=NOON).fresh == [False, True]


def test_what_another_process_took_in_or_folded_is_known_here(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    other = open_workspace(any_ws.folder)
    assert inbox.accept(other, visits(ANN, 1, 2), now=NOON).fresh == [False, True]
    assert inbox.accept(any_ws, visits(ANN, 2, 3), now=NOON).fresh == [False, True]
    seen.fold(other)
    assert inbox.accept(any_ws, visits(ANN, 1, 2, 3, 4), now=NOON).fresh == [False] * 3 + [True]
    assert inbox.accept(other, visits(ANN, 4), now=NOON).fresh == [False]
    other.close()


def test_what_a_transaction_undid_may_come_again(any_ws: Workspace) -> None:
    """Though its number is drawn again, and within it the id was a duplicate."""
    with pytest.raises(ZeroDivisionError), any_ws.database.transaction() as connection:
        first = inbox.append(any_ws, connection, visits(ANN, 1), now=NOON)
        again = inbox.append(any_ws, connection, visits(ANN, 1, 2), now=NOON)
        assert (first.fresh, again.fresh) == ([True], [False, True])
        raise ZeroDivisionError
    assert inbox.accept(any_ws, visits(ANN, 3), now=NOON).fresh == [True]
    assert inbox.accept(any_ws, visits(ANN, 1, 2, 3), now=NOON).fresh == [True, True, False]


def test_forgotten_ids_may_come_again_and_others_may_not(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1, 2), now=NOON)
    seen.forget(any_ws, ["a1"])
    assert inbox.accept(any_ws, visits(ANN, 1, 2), now=NOON).fresh == [True, False]


def test_what_came_in_since_a_day_is_forgotten(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    tomorrow = NOON + timedelta(days=1)
    inbox.accept(any_ws, visits(ANN, 2), now=tomorrow)
    with any_ws.database.transaction() as connection:
        inbox.lock_inbox(connection)
        seen.forget_since(connection, seen.day_of(tomorrow))
    assert inbox.accept(any_ws, visits(ANN, 1, 2), now=tomorrow).fresh == [False, True]


def test_the_day_of_an_id_is_told_wherever_it_lies(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    for _lies in ("late", "folded"):
        with any_ws.database.reading() as connection:
            day = seen.seen_on(connection, "a1")
            assert seen.seen_on(connection, "a2") is None
        assert day is not None and day.date() == NOON.date()
        seen.fold(any_ws)


def test_a_flush_folds_when_there_is_enough(
    any_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.accept(any_ws, visits(ANN, 1, 2), now=NOON)
    flush(any_ws)
    assert counts(any_ws) == (1, 0)
    monkeypatch.setattr(seen, "FOLD", 3)
    inbox.accept(any_ws, visits(ANN, 3), now=NOON)
    flush(any_ws)
    assert counts(any_ws) == (0, 3)
    assert inbox.accept(any_ws, visits(ANN, 1, 2, 3), now=NOON).fresh == [False] * 3


def test_where_nobody_flushes_an_append_folds_the_oldest(
    any_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "MOST", 4)
    monkeypatch.setattr(seen, "PORTION", 2)
    for number in range(10):
        inbox.accept(any_ws, visits(ANN, 2 * number, 2 * number + 1), now=NOON)
    late, kept = counts(any_ws)
    assert late <= 4 and kept >= 12
    assert not any(inbox.accept(any_ws, visits(ANN, *range(20)), now=NOON).fresh)
    assert len(ids(any_ws)) == 20
