"""Which events a question looks at: by period, places and channels, never beyond the caller's."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from regulars.kit.period import ALL_TIME, Period
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventFilter, EventScope

NOV, DEC = (datetime(2026, month, 1, tzinfo=UTC) for month in (11, 12))
EVENTS = [
    ("a", datetime(2026, 10, 31, tzinfo=UTC), "xuhui", "app"),
    ("b", NOV, "xuhui", "store"),
    ("c", datetime(2026, 11, 30, tzinfo=UTC), "jingan", "app"),
    ("d", DEC, None, "app"),
]


@pytest.fixture
def four(ws: Workspace) -> Workspace:
    """One event before November, two in it, one after; the last at no place."""
    rows = [
        {
            "event_id": name,
            "name": "Page Viewed",
            "occurred_at": at,
            "received_at": at,
            "known_at": at,
            "place": place,
            "channel": channel,
        }
        for name, at, place, channel in EVENTS
    ]
    inbox.accept(ws, inbox.make(rows, DEC), now=DEC)
    return ws


def seen(ws: Workspace, extent: EventScope) -> list[str]:
    table: pa.Table = ws.query(lambda view: extent.of(view.events).select("event_id"))
    return sorted(table.column("event_id").to_pylist())


@pytest.mark.parametrize(
    ("extent", "ids"),
    [
        (EventScope(), ["a", "b", "c", "d"]),
        (EventScope(Period(NOV, DEC)), ["b", "c"]),
        (EventScope(Period(NOV, DEC), to_last=True), ["b", "c", "d"]),
        (EventScope(places=frozenset({"xuhui"})), ["a", "b"]),
        (EventScope(channels=("app", "wechat")), ["a", "c", "d"]),
        (EventScope(places=frozenset({"xuhui"}), scope=frozenset({"jingan"})), []),
        (EventScope(scope=frozenset()), []),
    ],
)
def test_each_part_narrows_by_itself(four: Workspace, extent: EventScope, ids: list[str]) -> None:
    assert seen(four, extent) == ids


def test_the_same_extent_has_one_key_whatever_its_order(ws: Workspace) -> None:
    one, other = (EventScope(places=frozenset(ids)) for ids in (("x", "y"), ("y", "x")))
    assert one.key(ws.engine) == other.key(ws.engine)
    keys = {EventScope(ALL_TIME, scope=held).key(ws.engine) for held in (None, frozenset())}
    assert len(keys) == 2, "everything and nothing are two answers"


def test_another_period_keeps_the_rest_and_reaches_to_the_last_event_only_with_its_end() -> None:
    extent = EventScope(Period(NOV, DEC), channels=("app",), to_last=True)
    assert extent.during(Period(None, DEC)) == EventScope(
        Period(None, DEC), None, ("app",), None, True
    )
    assert extent.during(Period(None, NOV)) == EventScope(Period(None, NOV), channels=("app",))


def test_a_filter_is_read_as_it_was_written() -> None:
    chosen = EventFilter("2026-11", place="xuhui", scope=frozenset({"b", "a"}), channels=("app",))
    about = chosen.about(catalog=3)
    assert (about["scope"], about["channels"], about["catalog"]) == (["a", "b"], ["app"], 3)
    assert EventFilter.of(about) == chosen
    assert EventFilter.of({}) == EventFilter()
