"""The commonest sequences are those of the journeys that were counted, whatever comes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.timeline.cast import NOON

from regulars.kit.memo import Memo
from regulars.timeline import inbox
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import service
from regulars.understand.journeys.model import Journeys, MapOptions
from regulars.understand.scope.model import EventFilter, EventScope

WAY = ["Page Viewed", "Order Completed"]
FIRST = f"{0:032x}"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_sequences", Memo(1_000))


def bring(ws: Workspace, identity: str, *names: str, after: timedelta = timedelta()) -> None:
    rows = [
        {
            "event_id": f"{identity}-{name}-{after}",
            "identity_id": identity,
            "name": name,
            "occurred_at": NOON + after + timedelta(minutes=place),
        }
        for place, name in enumerate(names)
    ]
    inbox.accept(ws, inbox.make(rows, NOON))


def six_people(ws: Workspace) -> None:
    for number in range(6):
        bring(ws, f"{number:032x}", *WAY)


def test_a_refresh_leaves_out_of_them_what_it_does_not_see(ws: Workspace) -> None:
    """The first customer has an event of a day to come."""
    six_people(ws)
    bring(ws, FIRST, "Page Viewed", after=40 * 24 * HOUR)
    flush(ws)
    now = NOON + 2 * HOUR
    ws.engine.pin(now)
    found = service.answered(ws, EventFilter(), MapOptions("person", "event"), now=now).payload
    ws.engine.unpin()
    assert [(one.steps, one.n) for one in found.variants] == [(WAY, 6)]


def test_what_comes_between_two_reads_is_not_remembered(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    six_people(ws)
    real: Callable[..., Any] = service._Work._steps_of

    def late(*args: Any, **options: Any) -> Any:
        bring(ws, FIRST, "Page Viewed", after=HOUR)
        return real(*args, **options)

    asked = Journeys(EventScope(), level="event")
    monkeypatch.setattr(service._Work, "_steps_of", late)
    service.journey_map(ws, asked, now=NOON + 2 * HOUR)
    monkeypatch.setattr(service._Work, "_steps_of", real)
    found = service.journey_map(ws, asked, now=NOON + 2 * HOUR)
    assert [(one.steps, one.n) for one in found.variants] == [(WAY, 5)]
