"""Judge a target by the interval of its metric, with its guardrails beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from regulars.company.rights.model import Scope
from regulars.kit.errors import Invalid
from regulars.kit.period import Period
from regulars.prove.targets.model import (
    NO_AUDIENCE,
    NO_BASELINE,
    NO_DATA,
    NO_METRIC,
    Guardrail,
    Judged,
    Target,
    gap_of,
    goal_of,
    verdict_of,
    window,
)
from regulars.timeline.currency import of_orders
from regulars.understand.metrics import service as metrics
from regulars.understand.metrics.model import Measured, Unit, Verdict
from regulars.understand.value_groups.model import GROUPS

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace


def judge_one(
    ws: Workspace, target: Target, *, now: datetime, scope: Scope = None, guardrails: bool = True
) -> Judged:
    """Return one target with its verdict: met, not met, undetermined, or no metric yet."""
    today = now.astimezone(ws.zone).date()
    over = target.due is not None and target.due < today
    unit = metrics.unit_of(target.metric, None)
    if not metrics.exists(target.metric) or target.audience not in (None, *GROUPS):
        missing = NO_AUDIENCE if metrics.exists(target.metric) else NO_METRIC
        return Judged(target, Verdict.NO_METRIC_YET, note=missing, over=over, unit=unit)
    period = window(target, today, ws.zone)
    goal = goal_of(target)
    rails = _guardrails(ws, target, period, scope) if guardrails else ()
    shown = Judged(
        target,
        Verdict.UNDETERMINED,
        goal=goal.value if goal else None,
        guardrails=rails,
        over=over,
        unit=unit,
    )
    try:
        measurement = measured(ws, target, period, scope)
    except Invalid as refused:
        return replace(shown, note=refused.message)
    shown = replace(shown, measured=measurement, unit=metrics.unit_of(target.metric, measurement))
    if measurement is None or not measurement.n:
        return replace(shown, note=NO_DATA)
    note = NO_BASELINE if goal is None else measurement.note
    return replace(
        shown,
        verdict=verdict_of(target, measurement.estimate),
        gap=gap_of(target, measurement.estimate),
        note=note,
    )


def measured(ws: Workspace, target: Target, period: Period, scope: Scope = None) -> Measured | None:
    """Return the target's metric over `period`, None when there is nothing.

    A promise about a value group is judged on its customers as they were assigned at the start.
    """
    filters = dict(target.filters)
    if target.audience is not None:
        filters["value_group"] = (target.audience,)
    return _single(ws, target.metric, filters, period=period, scope=scope)


def _single(
    ws: Workspace,
    metric: str,
    filters: Mapping[str, Sequence[str]],
    *,
    period: Period,
    scope: Scope,
    compare: str | None = None,
) -> Measured | None:
    """Measure one number; money in the currency of sums unless a filter says another."""
    given = {name: list(words) for name, words in filters.items()}
    if metrics.definition(metric).unit is Unit.MONEY:
        given.setdefault("currency", [of_orders(ws, scope, only_known=False).code])
    rows = metrics.measure(ws, metric, period=period, filters=given, scope=scope, compare=compare)
    return rows[0] if rows else None


def _guardrails(
    ws: Workspace, target: Target, period: Period, scope: Scope
) -> tuple[Guardrail, ...]:
    return tuple(_guardrail(ws, key, target, period, scope) for key in target.guardrails)


def _guardrail(ws: Workspace, key: str, target: Target, period: Period, scope: Scope) -> Guardrail:
    """Measure a guardrail over the target's window and test it against the window before."""
    if not metrics.exists(key):
        return Guardrail(key, None, note=NO_METRIC)
    filters = {name: words for name, words in target.filters.items() if name == "place"}
    try:
        guardrail = _single(ws, key, filters, period=period, scope=scope, compare="previous")
    except Invalid as refused:
        return Guardrail(key, None, note=refused.message)
    if guardrail is None or not guardrail.n:
        return Guardrail(key, guardrail, note=NO_DATA)
    worse = guardrail.change is not None and guardrail.change.verdict == "worse"
    return Guardrail(key, guardrail, worse=worse, note=guardrail.note)
