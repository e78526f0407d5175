"""Put the overview together from metrics, targets, health and journey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import ibis

from regulars.company.places import service as places
from regulars.kit.errors import Invalid
from regulars.kit.period import Period, day_start
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.prove.overview.model import Changed, Overview, Tile
from regulars.prove.targets import service as targets
from regulars.prove.targets.model import Judged, TargetKind
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.view import View as Answer
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.health import service as health
from regulars.understand.journeys import service as journeys
from regulars.understand.journeys.model import Mark
from regulars.understand.metrics import service as metrics
from regulars.understand.metrics.model import Measured
from regulars.understand.policy import FALSE_ALARM_RATE
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter, EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

KEYS = (
    "nps",
    "csat_satisfied_share",
    "ces_easy_share",
    "complaint_share",
    "repurchase_share",
    "order_abandonment_share",
    "first_response_minutes_median",
)
LOOKED_AT = (
    ("nps", "place"),
    ("csat_satisfied_share", "touchpoint"),
    ("csat_satisfied_share", "place"),
    ("ces_easy_share", "touchpoint"),
    ("complaint_share", "place"),
    ("order_abandonment_share", "channel"),
    ("first_response_minutes_median", "channel"),
)
"""Metrics and slices whose change against the window before is tested."""
DAYS = 90
MAX_CHANGES = 8
PAINS = 4


def stored(ws: Workspace, look: EventFilter, *, now: datetime) -> Finding[Overview] | None:
    """Return the stored overview of a caller's places, or None; notes that it was asked for."""
    return findings.find(ws, OVERVIEW, _about(ws, look), now=now)


def answered(ws: Workspace, look: EventFilter, *, now: datetime) -> Finding[Overview]:
    """Return the overview: the stored one if it still holds, else computed now."""
    return findings.answer(ws, OVERVIEW, _about(ws, look), now=now)


def of_health(view: Answer) -> Answer:
    """Return the health index within the overview, as its own page shows it."""
    known = next(one for one in analyses.every() if one.name == "health")
    assert view.found is not None
    return replace(view, analysis=known, found=replace(view.found, payload=view.result.health))


def is_empty(ws: Workspace) -> bool:
    """Tell whether nothing was brought in yet."""
    return scopes.reach(ws).end is None


def _about(ws: Workspace, look: EventFilter) -> dict[str, object]:
    return look.about(catalog=catalog.current(ws).version)


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Overview:
    look = EventFilter.of(about)
    extent = scopes.resolve(ws, look, now)
    window = _window(ws, now)
    judged = targets.judged(ws, now=now, scope=look.scope, guardrails=False)
    changes, tested = _changes(ws, window, look, now)
    counts = _counts(ws, extent, window, now)
    map_ = journeys.answered(ws, look, now=now).payload
    pains = journeys.marks(map_, "pain")
    return Overview(
        customers=metrics.active_people(
            ws,
            window,
            {"place": look.place, "channel": look.channel},
            scope=look.scope,
            as_of=now,
        ),
        answers=counts["answers"],
        events=counts["events"],
        last_event=scopes.reach(ws).end,
        start=window.start,
        end=window.end,
        tiles=_tiles(ws, window, look, judged, now),
        changes=changes,
        tested=tested,
        verdicts=dict(Counter(str(one.verdict) for one in judged)),
        words=_words(ws, pains, extent, window, now),
        health=health.answered(ws, look, now=now).payload,
        pains=pains,
        opportunities=journeys.marks(map_, "opportunity"),
    )


def _quoted(found: Overview) -> list[str]:
    return [i for said in found.words.values() for one in said for i in one.identities]


OVERVIEW = findings.declare(findings.ResultType("overview", 4, Overview, _compute, quotes=_quoted))


def _window(ws: Workspace, now: datetime) -> Period:
    """Return the 90 days up to the day of the last event, or to today."""
    end = min(scopes.reach(ws).end or now, now).astimezone(ws.zone).date() + timedelta(days=1)
    return Period(day_start(end - timedelta(days=DAYS), ws.zone), day_start(end, ws.zone))


def _counts(ws: Workspace, extent: EventScope, window: Period, now: datetime) -> dict[str, int]:
    """Return how many answers and events of customers there are in the window."""

    def expression(view: View) -> ir.Table:
        events = extent.of(view.events)
        own = events.filter(events.actor == "customer")
        return own.group_by(day=view.day(own.occurred_at)).agg(
            answers=ibis.ifelse(own.score.notnull(), 1, 0).sum(), events=own.count()
        )

    assert window.start is not None and window.end is not None
    first, after = (edge.astimezone(ws.zone).date() for edge in (window.start, window.end))
    key = ("overview", extent.key(ws.engine))
    rows = ws.engine.summed(key, expression, by=("day",), as_of=now).to_pylist()
    inside = [row for row in rows if first <= row["day"] < after]
    return {name: sum(row[name] for row in inside) for name in ("answers", "events")}


def _tiles(
    ws: Workspace, window: Period, look: EventFilter, judged: list[Judged], now: datetime
) -> list[Tile]:
    tiles = []
    for key in KEYS:
        if not metrics.exists(key):
            continue
        target = _target_of(judged, key)
        row = target.measured if target else None
        if row is None:
            rows = _measure(ws, key, window, look, now)
            row = rows[0] if rows else None
        if row is None or not row.n:
            continue
        days = target.target.window_days if target and target.measured else DAYS
        tiles.append(_tile(key, row, target, days))
    return tiles


def _target_of(judged: list[Judged], key: str) -> Judged | None:
    """Return the nearest target of a metric's value that is meant for everybody."""
    own = [
        one
        for one in judged
        if one.target.metric == key
        and not one.target.filters
        and one.target.audience is None
        and one.target.kind is not TargetKind.SAMPLE  # a goal of answers is no goal of the value
    ]
    return next((one for one in own if one.measured is not None), None)


def _tile(key: str, row: Measured, target: Judged | None, days: int) -> Tile:
    return Tile(
        key=key,
        title=metrics.definition(key).title,
        unit=str(row.unit),
        n=row.n,
        value=row.value,
        low=row.low,
        high=row.high,
        target=target.goal if target else None,
        verdict=str(target.verdict) if target else None,
        days=days,
    )


def _measure(
    ws: Workspace,
    key: str,
    window: Period,
    look: EventFilter,
    now: datetime,
    *,
    by: tuple[str, ...] = (),
    compare: str | None = None,
) -> list[Measured]:
    """Return the metric's rows; nothing where its bases would be mixed."""
    filters: Mapping[str, Any] = {"place": look.place, "channel": look.channel}
    try:
        return metrics.measure(
            ws,
            key,
            period=window,
            by=by,
            filters=filters,
            as_of=now,
            scope=look.scope,
            compare=compare,
        )
    except Invalid:
        return []


def _changes(
    ws: Workspace, window: Period, look: EventFilter, now: datetime
) -> tuple[list[Changed], int]:
    """Return what changed beyond chance against the window before, the surest first."""
    rows = []
    for key, dimension in LOOKED_AT:
        if metrics.exists(key):
            found = _measure(ws, key, window, look, now, by=(dimension,), compare="previous")
            rows += [(key, dimension, row) for row in found if row.change and row.slice[dimension]]
    tests = [(k, d, r) for k, d, r in rows if r.change and r.change.change.p is not None]
    q_values = benjamini_hochberg([r.change.change.p for _k, _d, r in tests if r.change])
    made = [
        _changed(ws, key, dimension, row, q)
        for (key, dimension, row), q in zip(tests, q_values, strict=True)
        if q is not None and q <= FALSE_ALARM_RATE and row.value is not None
    ]
    return sorted(made, key=lambda one: one.q)[:MAX_CHANGES], len(tests)


def _changed(ws: Workspace, key: str, dimension: str, row: Measured, q: float) -> Changed:
    definition = metrics.definition(key)
    assert row.change is not None and row.value is not None
    change = row.change.change
    difference = change.difference or 0.0
    value = row.slice[dimension] or ""
    return Changed(
        metric=key,
        title=definition.title,
        slice=_slice_title(ws, dimension, value),
        unit=str(row.unit),
        before=row.change.earlier.value if row.change.earlier else None,
        after=row.value,
        difference=difference,
        low=change.low,
        high=change.high,
        n=row.n,
        q=q,
        better=(difference > 0) == (definition.direction == "up"),
        href=_address(key, dimension, value),
    )


def _slice_title(ws: Workspace, dimension: str, value: str) -> Text:
    if dimension == "place":
        return places.tree(ws).name(value)
    if dimension == "touchpoint":
        return catalog.current(ws).title_of(value)
    return Text(value, value)


def _address(key: str, dimension: str, value: str) -> str:
    if dimension == "touchpoint":
        return f"/journey/touchpoints/{quote(value, safe='')}"
    return f"/metrics/{key}?by={dimension}"


def _words(
    ws: Workspace, pains: list[Mark], extent: EventScope, window: Period, now: datetime
) -> dict[str, list[Any]]:
    """Return a few words for each of the gravest pain points, of the window if there are any."""
    steps = list(dict.fromkeys(mark.step for mark in pains[:PAINS]))
    for period in (window, extent.period) if extent.period.end == window.end else (extent.period,):
        said = journeys.words(ws, steps, extent.during(period), as_of=now, most=2)
        if any(said.values()):
            return said
    return {}
