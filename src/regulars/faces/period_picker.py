"""The period that a page's address asks for, with the links of its picker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query, Request

from regulars.faces import formats, periods
from regulars.faces.links import here
from regulars.faces.periods import Chosen
from regulars.kit import clock
from regulars.kit.period import Period, parse_edge


def of_request(
    request: Request,
    default: str,
    *,
    key: str | None = None,
    start: str | None = None,
    end: str | None = None,
) -> Chosen:
    """Return the period that the address asks for, with the picker's links to this page."""
    zone: ZoneInfo = request.app.state.workspace.zone
    now = clock.now()
    if start or end:
        edges = [parse_edge(edge, zone) if edge else None for edge in (start, end)]
        label = " – ".join(formats.day(edge) if edge else "…" for edge in edges)
        chosen = Chosen("", Period(edges[0], edges[1]), label)
    else:
        chosen = periods.read(key or default, now, zone)
    keys = list(dict.fromkeys([*periods.offered(now, zone), *([chosen.key] if chosen.key else [])]))
    items = tuple(
        (periods.read(one, now, zone).label, here(request, period=one), one == chosen.key)
        for one in keys
    )
    return Chosen(chosen.key, chosen.period, chosen.label, items)


def period_of(default: str) -> Callable[..., Chosen]:
    """Return the dependency of a page: `chosen: Chosen = Depends(period_of("12m"))`."""

    def choose(
        request: Request,
        period: Annotated[str | None, Query()] = None,
        start: Annotated[str | None, Query(alias="from")] = None,
        end: Annotated[str | None, Query(alias="to")] = None,
    ) -> Chosen:
        return of_request(request, default, key=period, start=start, end=end)

    return choose
