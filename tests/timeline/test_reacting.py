"""A reaction sees each event once, whatever is flushed, cleaned, erased or put back meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from regulars.timeline import (
    acts,
    duck,
    erasure,
    failing,
    inbox,
    lagging,
    loading,
    maintenance,
    memory,
    reacting,
)
from regulars.timeline.flush import flush
from regulars.timeline.tables import reaction_backlog, reactions
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, CHEN, NOON, ids, visits
from tests.timeline.reacting import (
    ORDER,
    advance,
    begin,
    groups,
    later,
    order,
    orders,
    stones,
    thanked,
    thanks,
)
from tests.timeline.test_erasure import WORDS, holding


@pytest.fixture(autouse=True)
def no_stones() -> Iterator[None]:
    """Let the reaction stumble over nothing that another test laid in its way."""
    yield
    stones.clear()


def kept(ws: Workspace) -> int:
    """Return how many events are in the reaction's backlog."""
    return lagging.behind(ws, [thanks.name], NOON)[0].backlog


def test_an_event_that_was_taken_in_is_reacted_to_once(any_ws: Workspace) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1, 2)
    inbox.accept(any_ws, visits(BO, 1), now=NOON)
    order(any_ws, BO, 3)
    assert advance(any_ws) == 3
    assert thanked(any_ws) == ["a1", "a2", "b3"]
    order(any_ws, ANN, 1, 4)  # 1 is a duplicate
    assert advance(any_ws) == 1
    flush(any_ws)
    assert advance(any_ws) == 0
    assert thanked(any_ws) == ["a1", "a2", "b3", "a4"]


def test_an_act_is_reacted_to_like_any_event(any_ws: Workspace) -> None:
    begin(any_ws)
    with any_ws.database.transaction() as connection:
        acts.record(any_ws, connection, [{"name": ORDER, "event_id": "act"}], now=NOON)
    assert advance(any_ws) == 0
    acts.move(any_ws, now=later(seconds=1))
    assert advance(any_ws) == 1


def test_a_reaction_that_is_new_begins_at_the_present(any_ws: Workspace) -> None:
    order(any_ws, ANN, 1)
    begin(any_ws)
    order(any_ws, ANN, 2)
    assert advance(any_ws) == 1
    assert thanked(any_ws) == ["a2"]


def test_what_it_causes_and_how_far_it_came_are_one(
    any_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1)
    monkeypatch.setattr("regulars.timeline.cursors.done", lambda *_: 1 / 0)
    assert advance(any_ws) == 0
    monkeypatch.undo()
    assert thanked(any_ws) == []
    assert advance(any_ws, now=later(minutes=1)) == 1


def test_the_clean_up_waits_for_a_reaction_and_nobody_reads_twice(any_ws: Workspace) -> None:
    begin(any_ws)
    for number in range(5):
        order(any_ws, ANN, number)
    assert flush(any_ws, now=NOON).events == 5
    assert groups(any_ws) == 5
    assert ids(any_ws) == ["a0", "a1", "a2", "a3", "a4"]
    assert inbox.backlog(any_ws) == (0, None)
    assert flush(any_ws, now=NOON).events == 0
    assert inbox.accept(any_ws, orders(ANN, 3), now=NOON).fresh == [False]
    assert advance(any_ws) == 5
    assert maintenance.run(any_ws, now=NOON).flushed == 0
    assert groups(any_ws) == 0
    assert ids(any_ws) == ["a0", "a1", "a2", "a3", "a4"]


def test_the_clean_up_waits_for_the_slowest(any_ws: Workspace) -> None:
    begin(any_ws)
    slow = reacting.Reaction("test.slow", (ORDER,), lambda *_: None)
    reacting.declare(any_ws, [thanks, slow], now=NOON)
    order(any_ws, ANN, 1)
    order(any_ws, ANN, 2)
    advance(any_ws)
    flush(any_ws, now=NOON)
    assert groups(any_ws) == 2
    assert reacting.advance(any_ws, slow, now=NOON) == 2
    maintenance.run(any_ws, now=NOON)
    assert groups(any_ws) == 0


def test_after_a_day_what_matters_is_kept_in_the_backlog_and_seen_first(
    any_ws: Workspace,
) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1, 2)
    inbox.accept(any_ws, visits(BO, *range(100)), now=NOON)
    order(any_ws, ANN, 3, at=later(hours=30))
    flush(any_ws, now=later(hours=30))
    assert (groups(any_ws), kept(any_ws)) == (1, 2)
    order(any_ws, ANN, 4, at=later(hours=60))
    flush(any_ws, now=later(hours=60))
    assert (groups(any_ws), kept(any_ws)) == (1, 3)
    assert advance(any_ws, now=later(hours=60)) == 4
    assert thanked(any_ws) == ["a1", "a2", "a3", "a4"]
    maintenance.run(any_ws, now=later(hours=60))
    assert (groups(any_ws), kept(any_ws)) == (0, 0)


def test_the_inbox_is_let_go_after_a_day_even_when_nothing_more_comes(any_ws: Workspace) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1)
    flush(any_ws, now=NOON)
    maintenance.run(any_ws, now=later(hours=23))
    assert groups(any_ws) == 1
    maintenance.run(any_ws, now=later(hours=25))
    assert (groups(any_ws), kept(any_ws)) == (0, 1)
    assert advance(any_ws) == 1


def test_what_was_taken_in_as_history_wakes_nobody(any_ws: Workspace) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1, known_at=NOON - timedelta(days=900))
    order(any_ws, ANN, 2)
    assert advance(any_ws) == 1
    assert thanked(any_ws) == ["a2"]


def test_the_erased_are_never_reacted_to(any_ws: Workspace) -> None:
    """Whether they wait in the inbox, in a flushed group, in the backlog, or as an act."""
    begin(any_ws)
    for who in (ANN, BO):
        order(any_ws, who, 1, text=WORDS if who is ANN else "fine")
    flush(any_ws, now=later(hours=25))
    for who in (ANN, BO):
        order(any_ws, who, 2, at=later(hours=25), text=WORDS if who is ANN else "fine")
    flush(any_ws, now=later(hours=26))
    for who in (ANN, BO):
        order(any_ws, who, 3, at=later(hours=26), text=WORDS if who is ANN else "fine")
    assert (groups(any_ws), kept(any_ws)) == (4, 2)
    erased = erasure.erase(any_ws, [ANN], by="dana", now=later(hours=26))
    assert (erased.rows["inbox"], erased.rows["lake"]) == (1, 2)
    assert erased.rows["events that reactions have yet to see"] == 1
    assert holding(any_ws.folder, WORDS) == []
    assert advance(any_ws, now=later(hours=26)) == 3
    assert thanked(any_ws) == ["b1", "b2", "b3"]


def test_somebody_erased_between_the_look_and_the_reaction_is_left_out(
    any_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1)
    order(any_ws, BO, 1)
    look = reacting._next

    def erased_meanwhile(*given: object) -> object:
        portion = look(*given)  # type: ignore[arg-type]
        erasure.erase(any_ws, [ANN], by="dana", now=NOON)
        return portion

    monkeypatch.setattr(reacting, "_next", erased_meanwhile)
    assert reacting.advance(any_ws, thanks, now=NOON) == 1
    assert thanked(any_ws) == ["b1"]


def test_two_workers_do_nothing_twice(any_ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1)
    look = reacting._next

    def another_was_quicker(*given: object) -> object:
        portion = look(*given)  # type: ignore[arg-type]
        monkeypatch.setattr(reacting, "_next", look)
        assert reacting.advance(any_ws, thanks, now=NOON) == 1
        return portion

    monkeypatch.setattr(reacting, "_next", another_was_quicker)
    assert reacting.advance(any_ws, thanks, now=NOON) == 0
    assert thanked(any_ws) == ["a1"]


def test_groups_without_anything_that_matters_are_passed_over(any_ws: Workspace) -> None:
    begin(any_ws)
    for number in range(7):
        inbox.accept(any_ws, visits(BO, number), now=NOON)
    assert advance(any_ws) == 0
    assert lagging.behind(any_ws, None, NOON)[0].groups == 7  # not noted at once
    assert advance(any_ws, now=later(seconds=6)) == 0
    assert lagging.behind(any_ws, None, NOON)[0].groups == 0
    flush(any_ws, now=NOON)
    assert groups(any_ws) == 0


def test_a_reaction_that_is_no_longer_declared_is_dropped_after_a_day(any_ws: Workspace) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1)
    reacting.declare(any_ws, [], now=NOON)
    flush(any_ws, now=later(hours=1))
    assert groups(any_ws) == 1
    (lag,) = reacting.behind(any_ws, [], later(hours=1))
    assert (lag.undeclared_at, lag.dropped, lag.well) == (NOON, False, False)
    maintenance.run(any_ws, now=later(hours=25))
    assert (groups(any_ws), kept(any_ws)) == (0, 0)
    (lag,) = reacting.behind(any_ws, [], later(hours=25))
    assert lag.dropped
    reacting.declare(any_ws, [thanks], now=later(hours=26))
    order(any_ws, ANN, 2, at=later(hours=26))
    assert advance(any_ws, now=later(hours=26)) == 1
    assert thanked(any_ws) == ["a2"]


def test_a_reaction_declared_again_within_a_day_has_lost_nothing(any_ws: Workspace) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1)
    reacting.declare(any_ws, [], now=NOON)
    order(any_ws, ANN, 2, at=later(hours=20))
    flush(any_ws, now=later(hours=20))
    reacting.declare(any_ws, [thanks], now=later(hours=23))
    assert advance(any_ws, now=later(hours=23)) == 2


def test_a_reaction_dropped_is_forgotten_after_a_month(any_ws: Workspace) -> None:
    begin(any_ws)
    reacting.declare(any_ws, [], now=NOON)
    flush(any_ws, now=later(days=2))
    assert len(reacting.behind(any_ws, [], NOON)) == 1
    flush(any_ws, now=later(days=31))
    assert reacting.behind(any_ws, [], NOON) == []


def test_the_watermark_is_noted_after_a_crash_between_commit_and_note(
    any_ws: Workspace,
) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1)
    flush(any_ws, now=NOON)
    with any_ws.database.transaction() as connection:
        memory.write(connection, watermark=0)
    assert inbox.backlog(any_ws)[0] == 1
    assert ids(any_ws) == ["a1"]
    flush(any_ws, now=NOON)
    assert inbox.backlog(any_ws)[0] == 0


def test_how_far_a_reaction_lags_is_told(any_ws: Workspace) -> None:
    begin(any_ws)
    assert lagging.behind(any_ws, None, NOON)[0].well
    order(any_ws, ANN, 1)
    order(any_ws, ANN, 2, at=later(seconds=30))
    (lag,) = reacting.behind(any_ws, [thanks], later(minutes=10))
    assert (lag.reaction, lag.groups, lag.seconds, lag.well) == ("test.thanks", 2, 600.0, False)
    advance(any_ws, now=later(minutes=10))
    (lag,) = reacting.behind(any_ws, [thanks], later(minutes=10))
    assert (lag.groups, lag.seconds, lag.well) == (0, 0.0, True)
    new = reacting.Reaction("test.new", (ORDER,), lambda *_: None)
    assert [one.reaction for one in reacting.behind(any_ws, [new], NOON)] == [
        "test.new",
        "test.thanks",
    ]


def test_the_event_a_reaction_fails_on_is_found_and_the_others_before_it_are_done(
    any_ws: Workspace,
) -> None:
    begin(any_ws)
    order(any_ws, ANN, *range(20))
    stones.add("a13")
    assert advance(any_ws) == 13
    assert thanked(any_ws) == [f"a{number}" for number in range(13)]
    (lag,) = reacting.behind(any_ws, [thanks], NOON)
    assert (lag.failures, lag.error, lag.well) == (1, "ValueError: no thanks for a13", False)
    assert lag.retry_at == later(seconds=1)
    assert advance(any_ws) == 0
    stones.clear()
    assert advance(any_ws, now=later(seconds=1)) == 7
    assert thanked(any_ws) == [f"a{number}" for number in range(20)]
    assert reacting.behind(any_ws, [thanks], NOON)[0].well


def test_an_event_that_always_fails_is_set_aside_after_growing_pauses(
    any_ws: Workspace,
) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1, 2, 3)
    stones.add("a2")
    now, moments = NOON, []
    while reacting.behind(any_ws, [thanks], now)[0].set_aside == 0:
        moments.append((now - NOON).total_seconds())
        advance(any_ws, now=now)
        now = reacting.behind(any_ws, [thanks], now)[0].retry_at or now
    assert moments == [0, 1, 6, 36, 156]
    assert thanked(any_ws) == ["a1", "a3"]
    (aside,) = failing.listed(any_ws)
    assert (aside.event_id, aside.event, aside.failures) == ("a2", ORDER, 5)
    assert (aside.error, aside.set_aside_at) == ("ValueError: no thanks for a2", later(seconds=156))
    stones.clear()
    assert failing.retry(any_ws, thanks.name, now=now) == 1
    assert advance(any_ws, now=now) == 1
    assert thanked(any_ws) == ["a1", "a3", "a2"]
    assert failing.listed(any_ws) == []


def test_what_was_set_aside_goes_with_the_person(any_ws: Workspace) -> None:
    begin(any_ws)
    order(any_ws, ANN, 1, text=WORDS)
    order(any_ws, BO, 1)
    stones.update(("a1", "b1"))
    now = NOON
    while reacting.behind(any_ws, [thanks], now)[0].set_aside == 0:
        advance(any_ws, now=now)
        now = reacting.behind(any_ws, [thanks], now)[0].retry_at or now
    assert reacting.behind(any_ws, [thanks], now)[0].error == "ValueError: no thanks for b1"
    erased = erasure.erase(any_ws, [ANN], by="dana", now=now)
    assert erased.rows["events that reactions failed on"] == 1
    assert failing.listed(any_ws) == []
    assert holding(any_ws.folder, WORDS, "no thanks for") == []
    stones.clear()
    assert advance(any_ws, now=now + timedelta(hours=1)) == 1
    assert thanked(any_ws) == ["b1"]


def test_many_events_are_seen_a_portion_at_a_time(
    any_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reacting, "PORTION", 10)
    begin(any_ws)
    for number in range(0, 100, 4):
        order(any_ws, CHEN, *range(number, number + 4))
    assert reacting.advance(any_ws, thanks, now=NOON) == 12
    flush(any_ws, now=later(days=2))
    with any_ws.database.reading() as connection:
        assert len(connection.execute(sa.select(reaction_backlog)).all()) == 22
    assert reacting.advance(any_ws, thanks, now=NOON) == 10
    assert advance(any_ws) == 78
    assert thanked(any_ws) == [f"c{number}" for number in range(100)]
    with any_ws.database.reading() as connection:
        assert connection.execute(sa.select(reactions.c.seq)).scalar_one() == 25


def test_a_file_on_disk_is_all_that_a_worker_knows(any_ws: Workspace, tmp_path: Path) -> None:
    """A workspace opened anew goes on where the other stopped."""
    from regulars.app import open_workspace

    begin(any_ws)
    order(any_ws, ANN, 1)
    advance(any_ws)
    order(any_ws, ANN, 2)
    again = open_workspace(any_ws.folder)
    assert advance(again) == 1
    again.close()
    assert advance(any_ws) == 0


def load(ws: Workspace, events: pa.Table, key: str, *, wake: bool) -> loading.Loaded:
    """Load events as an import does."""
    connection = duck.connect(ws)
    try:
        connection.register("incoming", events)
        return loading.load(ws, connection, "incoming", key, now=NOON, wake=wake)
    finally:
        connection.close()


def test_a_load_wakes_nobody_unless_it_is_asked_to(any_ws: Workspace) -> None:
    begin(any_ws)
    told = {"source": "shop", "known_at": NOON - timedelta(days=9)}
    assert load(any_ws, orders(ANN, 1, 2, **told), "one", wake=False).accepted == 2
    assert advance(any_ws) == 0
    again = pa.concat_tables(
        [orders(ANN, 1, **told), orders(ANN, 2, text="told anew", **told), orders(BO, 3, **told)]
    )
    loaded = load(any_ws, again, "two", wake=True)
    assert (loaded.accepted, loaded.duplicates, loaded.replaced) == (1, 1, 1)
    assert advance(any_ws) == 1
    assert thanked(any_ws) == ["b3"]
    assert load(any_ws, orders(CHEN, *range(5000)), "three", wake=True).accepted == 5000
    assert advance(any_ws) == 5000
