"""Readings of what rules watch, and the changes among them that deserve a person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from regulars.act.alerts import thin
from regulars.act.alerts.detecting import MAX_BEFORE, Reading, Surprise, surprise
from regulars.act.alerts.model import (
    BUDGET,
    DIMENSIONS,
    MAX_P,
    OWN_TITLES,
    TOPIC_BUDGET,
    WEEKS_A_MONTH,
    AlertChange,
    AlertKind,
    Grain,
    Rule,
    Way,
)
from regulars.act.alerts.thin import Slice
from regulars.kit.errors import Invalid, RegularsError
from regulars.kit.period import Period, add_months, day_start
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.levels import service as levels
from regulars.understand.metrics import service as metrics
from regulars.understand.metrics.model import Direction
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter
from regulars.understand.words import service as words


@dataclass(frozen=True, slots=True)
class Looked:
    """What one rule came to for one period: how many tests, and the surprises by slice.

    `error` says why it could not be looked at, as when its metric exists no longer.
    """

    rule: Rule
    tests: int
    surprises: dict[Slice, tuple[Surprise, str]]
    found: list[AlertChange]
    error: Text | None = None


def last_period(ws: Workspace, grain: Grain, now: datetime) -> Period | None:
    """Return the last whole week or month of the data, in the reporting zone; None without data.

    A period is whole when customers were seen after its end.
    """
    last = metrics.last_moment(ws)
    if last is None:
        return None
    day = min(last, now).astimezone(ws.zone).date()
    if grain is Grain.WEEK:
        end = day - timedelta(days=day.weekday())
        return Period(day_start(end - timedelta(weeks=1), ws.zone), day_start(end, ws.zone))
    end = day.replace(day=1)
    return Period(day_start(add_months(end, -1), ws.zone), day_start(end, ws.zone))


def look(ws: Workspace, rule: Rule, period: Period, now: datetime) -> Looked:
    """Return what a rule shows for the period against those before it, or why it cannot."""
    try:
        check(rule)
        if rule.kind is AlertKind.LEVEL:
            return _levels(ws, rule, period, now)
        if rule.kind is AlertKind.TOPIC:
            return _topics(ws, rule, period, now)
        return _metric(ws, rule, period, now)
    except RegularsError as error:
        return Looked(rule, 0, {}, [], error.message)


def check(rule: Rule) -> None:
    """Raise Invalid for a metric that does not exist, or a slice or filter that it cannot have."""
    if rule.metric not in OWN_TITLES and not metrics.exists(rule.metric):
        raise Invalid(
            "alerts.metric",
            Text(f"There is no metric “{rule.metric}”.", f"没有指标“{rule.metric}”。"),
            field="metric",
        )
    if rule.by and rule.by not in DIMENSIONS:
        raise Invalid(
            "alerts.by",
            Text("Slice by touchpoint, channel or place.", "可按触点、渠道或地点拆分。"),
            field="by",
        )
    if rule.kind is AlertKind.METRIC:
        return
    level = rule.kind is AlertKind.LEVEL
    unknown = "channel" if level else "touchpoint"
    if unknown in rule.filters or rule.by not in ("", "touchpoint" if level else ""):
        raise Invalid(
            "alerts.slice",
            Text(
                "Experience levels are monitored by touchpoint, of all or one place; topics of all "
                "or one channel and place.",
                "体验等级按触点监测，可限定地点；话题可限定渠道与地点，不可拆分。",
            ),
            field="by",
        )


def raised(looked: list[Looked], grain: Grain, others: int) -> list[AlertChange]:
    """Return the changes that deserve a person, of all rules of one grain.

    `others` tests of other rules share the budget of false alerts. The expected number of false
    alerts is the sum of what every test may raise by chance, whatever hangs together.
    """
    tests = others + sum(one.tests for one in looked)
    periods = WEEKS_A_MONTH if grain is Grain.WEEK else 1.0
    limit = min(BUDGET[grain] / periods / tests, MAX_P) if tests else 0.0
    changes = []
    for one in looked:
        changes += one.found
        for part, (found, unit) in one.surprises.items():
            change = _found(one.rule, dict(part), found, unit)
            if found.p <= limit and _wanted(one.rule.way, worse=change.worse):
                changes.append(change)
    return changes


def _wanted(way: Way, *, worse: bool) -> bool:
    return way is Way.ANY or (way is Way.WORSE) == worse


def _found(rule: Rule, part: dict[str, str], surprise: Surprise, unit: str) -> AlertChange:
    last = surprise.last
    assert last.value is not None
    higher = last.value > surprise.usual
    up = metrics.definition(rule.metric).direction is Direction.UP
    return AlertChange(
        rule, part, last.start, last.end, last.n, last.value, last.low, last.high, unit,
        surprise.usual, surprise.low, surprise.high, surprise.p, worse=higher != up,
    )  # fmt: skip


def _metric(ws: Workspace, rule: Rule, period: Period, now: datetime) -> Looked:
    rows = _measured(
        ws, rule, Period(_first(ws, rule.grain, period), period.end), now, by_grain=True
    )
    series: dict[Slice, list[Reading]] = defaultdict(list)
    units: dict[Slice, str] = {}
    for key, reading, unit in rows:
        series[key].append(reading)
        units[key] = unit
    surprises = {}
    for key, readings in series.items():
        if readings[-1].start != period.start:
            continue
        found = surprise(readings, units[key], str(rule.grain))
        if found is not None:
            surprises[key] = found, units[key]
    if rule.grain is Grain.MONTH:

        def measure(window: Period) -> thin.Measured:
            told = _measured(ws, rule, window, now, by_grain=False)
            return {key: (reading, unit) for key, reading, unit in told}

        surprises |= thin.surprises(ws, period, measure, surprises)
    return Looked(rule, len(surprises), surprises, [])


def _measured(
    ws: Workspace, rule: Rule, period: Period, now: datetime, *, by_grain: bool
) -> list[tuple[Slice, Reading, str]]:
    """Return what the rule's metric reads by slice, over the period or by its weeks or months."""
    by = [rule.by] if rule.by else []
    rows = metrics.measure(
        ws,
        rule.metric,
        period=period,
        by=[*by, str(rule.grain)] if by_grain else by,
        filters=rule.filters,
        as_of=now,
    )
    values = []
    for row in rows:
        part = {**rule.filters}
        if rule.by:
            value = row.slice.get(rule.by)
            if value is None:
                continue
            part[rule.by] = value
        if row.slice.get("currency"):
            part["currency"] = str(row.slice["currency"])
        start, end = (row.start, row.end) if by_grain else (period.start, period.end)
        if start is not None and end is not None:
            reading = Reading(start, end, row.n, row.value, row.low, row.high, row.size)
            values.append((tuple(sorted(part.items())), reading, row.unit))
    return values


def _first(ws: Workspace, grain: Grain, period: Period) -> datetime:
    assert period.start is not None
    day: date = period.start.astimezone(ws.zone).date()
    back = MAX_BEFORE[str(grain)]
    start = day - timedelta(weeks=back) if grain is Grain.WEEK else add_months(day, -back)
    return day_start(start, ws.zone)


def _levels(ws: Workspace, rule: Rule, period: Period, now: datetime) -> Looked:
    """Return touchpoints whose share of negative experiences grew, as the levels' page marks them.

    These marks are one Benjamini-Hochberg family a month, so they need no part of the budget.
    """
    assert period.start is not None and period.end is not None
    wish = _within(rule, period)
    told = levels.answered(ws, wish, now=now).payload
    values = []
    for at in told.points:
        share, change = at.shares[0], at.change
        if at.touchpoint is None or share.value is None or change.difference is None:
            continue
        if rule.filters.get("touchpoint", at.touchpoint) != at.touchpoint:
            continue
        worse = change.difference > 0
        if not (at.worse or at.better) or not _wanted(rule.way, worse=worse):
            continue
        usual = 100 * (share.value - change.difference)
        scaled = share.scaled(100)
        values.append(
            AlertChange(
                rule, {**rule.filters, "touchpoint": at.touchpoint}, period.start, period.end, at.n,
                100 * share.value, scaled.low, scaled.high, "percent",
                usual, usual, usual, at.q if at.q is not None else 1.0, worse=worse,
            )
        )  # fmt: skip
    return Looked(rule, 0, {}, values)


def _topics(ws: Workspace, rule: Rule, period: Period, now: datetime) -> Looked:
    """Return words and categories that more customers spoke of than in the period before.

    Of all that were looked at, Bonferroni's limit keeps the chance of any false alert at 5 % a
    month; that something is spoken of more is news to look at, so it counts as worse.
    """
    before = period.before()
    if before is None or before.start is None or period.start is None or period.end is None:
        return Looked(rule, 0, {}, [])
    extent = scopes.resolve(ws, _within(rule, period), now)
    told = words.rise(ws, extent, before.start, period.start, period.end)
    periods = WEEKS_A_MONTH if rule.grain is Grain.WEEK else 1.0
    limit = TOPIC_BUDGET / periods / max(told.looked_at, 1)
    changes = []
    for topic in told.risen if rule.way is not Way.BETTER else []:
        usual, share = topic.share_before, topic.share.scaled(100)
        if topic.p > limit or share.value is None or usual.value is None:
            continue
        low, high = usual.low or 0.0, usual.high or 0.0
        about = "touchpoint" if topic.kind == "touchpoint" else "topic"
        part = {**rule.filters, about: topic.key}
        changes.append(
            AlertChange(
                rule, part, period.start, period.end, topic.share.n, share.value, share.low,
                share.high, "percent", 100 * usual.value, 100 * low, 100 * high, topic.p,
                worse=True,
            )
        )  # fmt: skip
    return Looked(rule, 0, {}, changes)


def _within(rule: Rule, period: Period) -> EventFilter:
    """Return the extent of one rule's filters and one period."""
    assert period.start is not None and period.end is not None
    return EventFilter(
        start=period.start.isoformat(), end=period.end.isoformat(),
        place=rule.filters.get("place"), channel=rule.filters.get("channel"),
    )  # fmt: skip
