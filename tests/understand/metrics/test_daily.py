"""Windows made of kept days say the same as windows counted directly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.understand.metrics.story import NOON, days, tell
from tests.understand.metrics.test_service import OF_EVENTS, a_year_of_business

from regulars.kit.period import ALL_TIME, Period, parse_edge
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import counting, daily, service
from regulars.understand.metrics.model import Filters, MetricQuestion
from regulars.understand.metrics.slicing import asked

LATER = NOON + days(5)


@contextmanager
def refreshing(ws: Workspace, at: Any) -> Iterator[None]:
    """Read one state and keep what is asked, as a refresh does."""
    flush(ws)
    ws.engine.pin(at)
    try:
        yield
    finally:
        ws.engine.unpin()


def questions(ws: Workspace) -> list[tuple[Period, tuple[str, ...]]]:
    """Ninety days to the last day, those before them, a month, a year and all time; slices."""
    end = parse_edge("2026-10-07", ws.zone)
    ends = (end, end - days(90), end - days(180), end - days(365))
    month = Period(parse_edge("2026-08-01", ws.zone), parse_edge("2026-09-01", ws.zone))
    lately, before, year = (Period(ends[i], ends[j]) for i, j in ((1, 0), (2, 1), (3, 0)))
    whole = [lately, before, month, Period(ends[1], None), ALL_TIME]
    sliced = [(lately, ("place", "touchpoint")), (year, ("month",)), (lately, ("channel", "week"))]
    return [*((period, ()) for period in whole), *sliced]


def everything(ws: Workspace, *keys: str) -> dict[Any, Any]:
    """Measure every metric (or those of `keys`) over every window and slice."""
    service.forget(ws)
    found = {}
    for one in [one for one in OF_EVENTS if one.key in keys or not keys]:
        narrow = {} if one.key != "score_mean" else {"metric": "csat"}
        for period, by in questions(ws):
            rows = service.measure(ws, one.key, period=period, by=by, filters=narrow)
            for row in rows:
                slot = (one.key, by, period, tuple(row.slice.items()), str(row.start))
                found[slot] = (row.n, row.value, row.low, row.high)
    return found


def same(one: Any, other: Any) -> bool:
    """Tell whether two rows agree; sums of fractions may differ in their last digits."""
    return all(
        a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9))
        for a, b in zip(one, other, strict=True)
    )


def test_days_make_the_same_windows(ws: Workspace) -> None:
    events = sorted(a_year_of_business(3), key=lambda one: one["occurred_at"])
    late = len(events) // 20
    tell(ws, events[:-late])
    with refreshing(ws, NOON - days(1)):
        everything(ws)
    tell(ws, events[-late:])
    with refreshing(ws, LATER):
        kept = everything(ws)
    counted = everything(ws)
    assert set(kept) == set(counted)
    wrong = {
        slot: (kept[slot], counted[slot]) for slot in kept if not same(kept[slot], counted[slot])
    }
    assert not wrong
    assert any(n for n, *_ in kept.values())


def test_groups_of_people_by_day_make_the_same_windows(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above with so few people by themselves that most answers are of groups."""
    monkeypatch.setattr(counting, "FEW_EVENTS", 50)
    monkeypatch.setattr(counting, "FEW_ROWS", 50)
    monkeypatch.setattr(daily, "MAX_BY_PERSON", 50)
    events = sorted(a_year_of_business(4), key=lambda one: one["occurred_at"])
    tell(ws, events[:-50])
    with refreshing(ws, NOON - days(1)):
        everything(ws, "nps")
    tell(ws, events[-50:])
    with refreshing(ws, LATER):
        kept = everything(ws, "nps")
    counted = everything(ws, "nps")
    assert set(kept) == set(counted)
    assert all(same(kept[slot], counted[slot]) for slot in kept)


@pytest.mark.parametrize(("few", "first"), [(9_000, {"group", "person"}), (50, {"group"})])
def test_a_day_corrects_one_way_of_taking_rows_together(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch, few: int, first: set[str]
) -> None:
    """What the refresh before kept tells whether people are few, so groups need no counting."""
    monkeypatch.setattr(counting, "FEW_EVENTS", 50)
    monkeypatch.setattr(daily, "MAX_BY_PERSON", few)
    summed, used = ws.engine.summed, set()

    def noting(key: Any, *args: Any, **options: Any) -> Any:
        used.add(key[1])
        return summed(key, *args, **options)

    monkeypatch.setattr(ws.engine, "summed", noting)
    events = sorted(a_year_of_business(5), key=lambda one: one["occurred_at"])
    last = first if len(first) == 1 else {"person"}
    for told, at, ways in ((events[:-50], NOON - days(1), first), (events[-50:], LATER, last)):
        tell(ws, told)
        used.clear()
        with refreshing(ws, at):
            everything(ws, "orders")
        assert used == ways


def test_every_metric_of_events_is_kept(ws: Workspace) -> None:
    question = MetricQuestion(ALL_TIME, *asked(()), Filters())
    assert all(daily.keeps(one, question) for one in OF_EVENTS)
