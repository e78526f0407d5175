"""Which events a question looks at, as computed with and as an address names it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from regulars.company.rights.model import Scope
from regulars.kit.period import ALL_TIME, Period

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.base import Engine


@dataclass(frozen=True, slots=True)
class EventScope:
    """Which events are looked at: a period, chosen places and channels, the caller's scope.

    `places` and `scope` hold ids with their sub-places; None or empty means all. With `to_last`
    nothing lies beyond the period's end, and no event need be compared with it: that end moves
    from day to day, and a question that names it is another one each day.
    """

    period: Period = ALL_TIME
    places: frozenset[str] | None = None
    channels: tuple[str, ...] = ()
    scope: Scope = None
    to_last: bool = False

    def of(self, events: ir.Table) -> ir.Table:
        """Return the events within this extent."""
        tests = []
        if self.period.start is not None:
            tests.append(events.occurred_at >= self.period.start)
        if self.period.end is not None and not self.to_last:
            tests.append(events.occurred_at < self.period.end)
        for allowed in (self.places, self.scope):
            if allowed is not None:
                tests.append(events.place.isin(sorted(allowed) or [""]))
        if self.channels:
            tests.append(events.channel.isin(list(self.channels)))
        return events.filter(*tests) if tests else events

    def key(self, engine: Engine) -> tuple[object, ...]:
        """Return what names this extent among answers kept between refreshes."""
        start, end = self.period.start, engine.settled(self.period.end)
        sets = (None if one is None else tuple(sorted(one)) for one in (self.places, self.scope))
        return (start, end, *sets, self.channels)

    def during(self, period: Period) -> EventScope:
        """Return the same extent in another period."""
        to_last = self.to_last and period.end == self.period.end
        return replace(self, period=period, to_last=to_last)


USUAL = "usual"
"""The period that is looked at first: twelve months up to the day of the last event."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """An extent as an address or a stored finding names it, in plain words.

    `period` is a key such as `usual`, `2026-10`, `12m` or `all`; `start` and `end` name other
    edges instead. `scope` holds the caller's places. Several `places` or `channels` may stand in
    place of one.
    """

    period: str = USUAL
    start: str | None = None
    end: str | None = None
    place: str | None = None
    channel: str | None = None
    scope: Scope = None
    places: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def about(self, **more: object) -> dict[str, object]:
        """Return the slice under which findings of this extent are stored."""
        scope = None if self.scope is None else sorted(self.scope)
        return {
            "period": self.period,
            "from": self.start,
            "to": self.end,
            "place": self.place,
            "channel": self.channel,
            "scope": scope,
            "places": list(self.places) or None,
            "channels": list(self.channels) or None,
            **more,
        }

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> EventFilter:
        """Read what `about` wrote."""
        scope = about.get("scope")
        return cls(
            about.get("period") or USUAL,
            about.get("from"),
            about.get("to"),
            about.get("place"),
            about.get("channel"),
            None if scope is None else frozenset(scope),
            tuple(about.get("places") or ()),
            tuple(about.get("channels") or ()),
        )
