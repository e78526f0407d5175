"""What the pages of metrics show, computed ahead by the refresh and kept as findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from regulars.faces import periods as addresses
from regulars.kit.errors import Invalid
from regulars.kit.period import Period, add_months, day_start, parse_edge
from regulars.kit.text import Text
from regulars.timeline.currency import Currency, of_orders
from regulars.understand.findings import service as findings
from regulars.understand.metrics import service
from regulars.understand.metrics.model import Board, Measured, Tile, Unit
from regulars.understand.metrics.periods import bucket_of
from regulars.understand.scope.model import USUAL

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

USUAL_DAYS = 90
COURSE_MONTHS = 12
QUESTION = "score_mean"
"""Needs a question to be chosen: the board lists the questions instead."""


@dataclass(frozen=True)
class MetricDetail:
    """One metric: the whole, its slices, its course in time; or the reason why not."""

    start: datetime | None
    end: datetime | None
    whole: tuple[Measured, ...] = ()
    slices: tuple[Measured, ...] = ()
    course: tuple[Measured, ...] = ()
    reason: Text | None = None
    money: Text | None = None


def usual_period(ws: Workspace) -> Period | None:
    """Return the last 90 days up to the day of the last event; None without events."""
    last = service.last_moment(ws)
    if last is None:
        return None
    end = last.astimezone(ws.zone).date() + timedelta(days=1)
    return Period(day_start(end - timedelta(days=USUAL_DAYS), ws.zone), day_start(end, ws.zone))


def period_of(ws: Workspace, about: Mapping[str, Any], now: datetime) -> Period:
    """Return the period that a page's address means; the usual one without a wish."""
    start, end = about.get("from"), about.get("to")
    if start or end:
        return Period(*(parse_edge(edge, ws.zone) if edge else None for edge in (start, end)))
    key = about.get("period") or USUAL
    if key != USUAL:
        return addresses.read(key, now, ws.zone).period
    return usual_period(ws) or addresses.read("90d", now, ws.zone).period


def make_board(ws: Workspace, about: dict[str, Any], now: datetime) -> Board:
    """Measure every metric with its change and its last twelve months."""
    period = period_of(ws, about, now)
    asked = _narrowed(about)
    keys = [one.key for one in service.definitions() if one.key != QUESTION]
    tiles = tuple(_tile(ws, key, period, asked) for key in keys)
    return Board(period.start, period.end, tiles, _questions(ws, period, asked))


def _narrowed(about: Mapping[str, Any]) -> dict[str, Any]:
    scope = about.get("scope")
    place = about.get("place")
    return {
        "filters": {"place": [place]} if place else {},
        "scope": None if scope is None else frozenset(scope),
    }


def _tile(ws: Workspace, key: str, period: Period, about: dict[str, Any]) -> Tile:
    compare = "previous" if period.start and period.end else None
    try:
        rows = service.measure(ws, key, period=period, compare=compare, **about)
        course = service.measure(ws, key, period=_year_to(ws, period), by=["month"], **about)
    except Invalid as mixed:
        try:
            rows = service.measure(
                ws, key, period=period, by=["survey_kind"], compare=compare, **about
            )
        except Invalid:
            return Tile(key, (), (), mixed.message)
        return Tile(key, tuple(rows), ())
    if rows and all(row.missing for row in rows):
        return Tile(key, tuple(rows), (), rows[0].note)
    first = rows[0].slice.get("currency") if rows else None
    return Tile(
        key, tuple(rows), tuple(row for row in course if row.slice.get("currency") == first)
    )


def _year_to(ws: Workspace, period: Period) -> Period:
    """Return the twelve calendar months that end with the period, without reaching beyond it."""
    end = period.end or service.last_moment(ws)
    if end is None:
        return period
    last = (end - timedelta(microseconds=1)).astimezone(ws.zone).date()
    return Period(day_start(add_months(last, 1 - COURSE_MONTHS), ws.zone), end)


def _questions(ws: Workspace, period: Period, asked: dict[str, Any]) -> tuple[Measured, ...]:
    try:
        rows = service.measure(ws, QUESTION, period=period, by=["metric", "survey_kind"], **asked)
    except Invalid:
        return ()
    return tuple(rows)


def make_detail(ws: Workspace, about: dict[str, Any], now: datetime) -> MetricDetail:
    """Measure one metric as a page asks: `key`, `by`, `grain`, `filters`, `compare`, `weighted`."""
    period = period_of(ws, about, now)
    scope = about.get("scope")
    fields: dict[str, Any] = {
        "period": period,
        "filters": _filters(ws, about),
        "weighted": bool(about.get("weighted")),
        "scope": None if scope is None else frozenset(scope),
    }
    by = [about["by"]] if about.get("by") else []
    bounded = period.start is not None and period.end is not None
    compare = about.get("compare") if bounded else None
    try:
        key = about["key"]
        slices = service.measure(ws, key, by=by, compare=compare, **fields) if by else []
        grain = about.get("grain") or "month"
        span = _course_period(ws, period, grain)
        course = service.measure(ws, key, by=[*by, grain], **{**fields, "period": span})
        whole = _whole(ws, key, compare, fields)
    except Invalid as refused:
        return MetricDetail(period.start, period.end, reason=refused.message)
    return MetricDetail(
        period.start,
        period.end,
        tuple(whole),
        tuple(slices),
        tuple(course),
        money=_note(ws, about),
    )


def _course_period(ws: Workspace, period: Period, grain: str) -> Period:
    """Return the period whose course is drawn: whole buckets, and a year at least by months."""
    start = period.start
    if start is None:
        return period
    year = _year_to(ws, period).start
    if grain not in ("day", "week") and year is not None:
        start = min(start, year)
    first = bucket_of(start.astimezone(ws.zone).date(), grain)
    return Period(day_start(first, ws.zone), period.end)


def _whole(ws: Workspace, key: str, compare: str | None, asked: dict[str, Any]) -> list[Measured]:
    """Return the number of all slices together; none where they must not be mixed."""
    try:
        return service.measure(ws, key, compare=compare, **asked)
    except Invalid:
        return []


def _money(ws: Workspace, about: Mapping[str, Any]) -> Currency:
    scope = about.get("scope")
    return of_orders(ws, None if scope is None else frozenset(scope), only_known=False)


def _note(ws: Workspace, about: Mapping[str, Any]) -> Text | None:
    """Return what is said of a metric's money, where the page itself chose the currency."""
    if service.definition(about["key"]).unit is not Unit.MONEY:
        return None
    return None if "currency" in about.get("filters", {}) else _money(ws, about).note


def _filters(ws: Workspace, about: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the page's filters; money in one currency unless another one is asked for."""
    filters = {name: list(words) for name, words in about.get("filters", {}).items()}
    if service.definition(about["key"]).unit is Unit.MONEY:
        filters.setdefault("currency", [_money(ws, about).code])
    return filters


DETAIL = findings.declare(findings.ResultType("metrics.detail", 4, MetricDetail, make_detail))
