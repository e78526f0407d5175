"""A load is taken back: what it brought goes, what it replaced returns."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from regulars.kit import clock
from regulars.timeline import compaction, duck, erasure, inbox, lake, loading, maintenance
from regulars.timeline.taking_back import Effect, effect, take_back
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON
from tests.timeline.engine import test_pinned as refreshes
from tests.timeline.test_replacing import ANEW, APRIL, DAY, KNOWN, NEW, aside, order, texts, told

corrections = refreshes.corrections


def back(ws: Workspace, run: int) -> Effect:
    """Take the import of that number back, 20 days after 10 March."""
    said = effect(ws, f"run-{run}")
    done = take_back(ws, f"run-{run}", now=NOON + 20 * DAY)
    assert said == done
    return done


def chain(ws: Workspace) -> list[list[str]]:
    """Return what counted on the days before, between and after three imports, and now."""
    return [texts(ws, day) for day in (0.5, 1.5, 2.5, 3.5)] + [texts(ws)]


def three(ws: Workspace) -> None:
    """Imports 1, 2 and 3 tell an order as a, b and c; c moves it to April."""
    for run, one in enumerate((order("a"), order("b"), order("c", occurred_at=APRIL)), start=1):
        told(ws, run, one)


A, B, C = ["a 03"], ["b 03"], ["c 04"]
NONE: list[str] = []


@pytest.mark.parametrize("sorted_before", [False, True])
@pytest.mark.parametrize(
    ("runs", "left"),
    [
        ((), [A, A, B, C, C]),
        ((1,), [NONE, NONE, B, C, C]),
        ((2,), [A, A, A, C, C]),
        ((3,), [A, A, B, B, B]),
        ((1, 2), [NONE, NONE, NONE, C, C]),
        ((3, 2), [A, A, A, A, A]),
        ((2, 3), [A, A, A, A, A]),
        ((1, 3), [NONE, NONE, B, B, B]),
        ((2, 1, 3), [NONE] * 5),
    ],
)
def test_of_three_tellings_those_that_stay_count(
    ws: Workspace, runs: tuple[int, ...], left: list[list[str]], sorted_before: bool
) -> None:
    three(ws)
    for run in runs:
        if sorted_before:
            compaction.compact(ws)
        assert back(ws, run) != Effect(0, 0, 0, 0)
        assert back(ws, run) == Effect(0, 0, 0, 0)  # once is enough
    assert chain(ws) == left
    compaction.compact(ws)
    assert chain(ws) == left


def test_the_effect_is_said_before_and_after(any_ws: Workspace) -> None:
    """Import 1 brings two orders; 2 tells one anew and a third; 3 tells the first two as 1 did."""
    told(any_ws, 1, order("a"), order("x", "order-2"))
    told(any_ws, 2, order("b"), order("y", "order-3"))
    assert told(any_ws, 3, order("a"), order("x", "order-2")).duplicates == 2
    assert effect(any_ws, "run-1") == Effect(1, 0, 1, 1)
    assert back(any_ws, 2) == Effect(2, 1, 0, 1)
    assert texts(any_ws) == ["a 03", "x 03"]
    assert back(any_ws, 1) == Effect(2, 0, 0, 1)
    assert texts(any_ws) == []


def test_it_can_be_imported_and_sent_again(ws: Workspace) -> None:
    now = clock.now()
    recent = {"occurred_at": now - timedelta(hours=1), "known_at": now}
    told(ws, 1, order("a", **recent), order("x", "order-2", **recent))
    told(ws, 2, order("b", **recent))
    sent = inbox.make([order("sent", **recent)], now)
    assert inbox.accept(ws, sent, now=now).fresh == [False]
    take_back(ws, "run-2", now=now)
    assert inbox.accept(ws, sent, now=now).fresh == [False]  # a is there again
    take_back(ws, "run-1", now=now)
    assert inbox.accept(ws, sent, now=now).fresh == [True]
    assert told(ws, 3, order("x", "order-2", **recent)) == NEW


def test_what_a_telling_taken_back_said_may_be_told_again(ws: Workspace) -> None:
    told(ws, 1, order("a"))
    told(ws, 2, order("b"))
    back(ws, 2)
    assert told(ws, 3, order("a")) == KNOWN
    assert told(ws, 4, order("b")) == ANEW
    assert [texts(ws, day) for day in (2.5, 4.5)] == [A, B]


def test_what_came_otherwise_stays(ws: Workspace) -> None:
    told(ws, 1, order("a"), order("x", "order-2"))
    inbox.accept(ws, inbox.make([order("sent", "order-3")], NOON))
    told(ws, 2, order("z", "order-3"))
    assert back(ws, 2) == Effect(0, 0, 0, 0)
    assert back(ws, 1).gone == 2
    assert texts(ws) == ["sent 03"]


def test_what_was_taken_back_lies_aside_for_a_day(ws: Workspace) -> None:
    told(ws, 1, order("a"))
    back(ws, 1)
    assert aside(ws) == ["taken back"]
    maintenance.run(ws, now=NOON + 20.5 * DAY, clean_up=True)
    assert aside(ws) == ["taken back"]
    maintenance.run(ws, now=NOON + 22 * DAY, clean_up=True)
    assert aside(ws) == []


def test_it_is_erased_meanwhile(ws: Workspace) -> None:
    told(ws, 1, order("secret"))
    told(ws, 2, order("hers"))
    back(ws, 2)
    back(ws, 1)
    erasure.erase(ws, [ANN], by="test", now=NOON)
    for file in ws.lake.folder.glob("*.parquet"):
        found = duck.connect(ws).execute(f"SELECT text FROM read_parquet('{file}')").fetchall()
        assert found == []


def test_a_crash_before_the_commit_takes_nothing_back(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    three(ws)
    before = chain(ws)
    with monkeypatch.context() as broken:
        broken.setattr(lake, "commit", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take_back(ws, "run-2", now=NOON)
    assert chain(ws) == before
    assert back(ws, 2) == Effect(0, 0, 1, 0)


@pytest.mark.parametrize("seed", range(3))
def test_a_refresh_corrects_its_sums(ws: Workspace, corrections: list[str], seed: int) -> None:
    """An import tells some events anew, and one of the days before is taken back."""
    dice = random.Random(seed)
    refreshes.imported(ws, refreshes.some_events(dice, 400, 0), "import-0", NOON)
    for day in range(1, 5):
        now = NOON + day * DAY
        assert refreshes.refreshed(ws, now) == refreshes.computed(ws, now)
        table = refreshes.some_events(dice, 6, day)
        refreshes.imported(ws, table, f"new-{day}", now + DAY / 4)
        refreshes.imported(ws, refreshes.retold(dice, ws, 6), f"old-{day}", now + DAY / 3)
        for key in (f"new-{day - 1}", f"old-{dice.randrange(1, day + 1)}"):
            take_back(ws, key, now=now + DAY / 2)
        if day == 2:
            compaction.compact(ws)
    assert corrections.count("summed") == 6 and corrections.count("amended") == 9
    assert loading.Loaded(0, 0, 0, 0) == refreshes.imported(ws, table.slice(0, 0), "none", now)
