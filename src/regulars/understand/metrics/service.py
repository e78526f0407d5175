"""Measure a metric: the one function behind command line, API, pages and exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from regulars.company.rights.model import Scope
from regulars.faces.asking import period_of
from regulars.kit.errors import Invalid
from regulars.kit.period import ALL_TIME, Period, parse_edge
from regulars.kit.text import Text
from regulars.understand.metrics import comparing, periods
from regulars.understand.metrics.absence import absent
from regulars.understand.metrics.answering import (
    AggregatePart,
    Answered,
    SliceKey,
    answer,
    forget,
    last_watched,
    values_in_use,
)
from regulars.understand.metrics.model import (
    ANSWER_DIMENSIONS,
    DIMENSION_TITLES,
    Definition,
    Filters,
    Goal,
    Measured,
    MetricGroup,
    MetricQuestion,
)
from regulars.understand.metrics.registry import METRICS, load
from regulars.understand.metrics.rows import both, difference, digits_of, plain, written
from regulars.understand.metrics.slicing import asked
from regulars.understand.metrics.statistics import Share
from regulars.understand.metrics.telling import tell
from regulars.understand.policy import MIN_SAMPLE
from regulars.understand.value_groups.model import GROUPS

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

__all__ = [
    "active_people",
    "both",
    "choices",
    "definition",
    "definitions",
    "difference",
    "digits_of",
    "dimension_title",
    "exists",
    "filters_of",
    "forget",
    "freshness",
    "last_moment",
    "measure",
    "measure_as_written",
    "plain",
    "unit_of",
    "written",
]


def definitions() -> list[Definition]:
    """Return every metric there is, by heading and key."""
    load()
    groups = list(MetricGroup)
    return sorted(METRICS.values(), key=lambda found: groups.index(found.group))


def definition(key: str) -> Definition:
    """Return one metric; raises NotFound naming those there are."""
    load()
    return METRICS.get(key)


def exists(key: str) -> bool:
    """Tell whether there is a metric of that key."""
    load()
    return key in METRICS


def measure(
    ws: Workspace,
    key: str,
    *,
    period: Period = ALL_TIME,
    by: Sequence[str] = (),
    filters: Mapping[str, str | Sequence[str | None] | None] | None = None,
    weighted: bool = False,
    as_of: datetime | None = None,
    scope: Scope = None,
    target: Goal | None = None,
    compare: Period | str | None = None,
    minimum_n: int = MIN_SAMPLE,
) -> list[Measured]:
    """Return the metric `key`, one row for each slice, ordered by time and slice.

    `by` names dimensions (touchpoint, stage, channel, place, source, metric, survey_kind,
    value_group) and at most one grain (day … year, in the reporting zone); an event counts for its
    place and for all above it, and for its customer's value group at the period's start. `filters`
    narrows by the same names; places include what lies below them. `as_of` shows what was known
    then. `compare` ("previous", "year" or a period) adds a tested change. Money comes one row a
    currency. Values based on fewer than 5 are withheld; what rests on events that were never
    received is not measured, and `missing` names these.

    Raises NotFound for an unknown metric, Invalid for an impossible slice, a mix of bases, or
    weights where there are none.
    """
    metric = definition(key)
    dimensions, grain = asked(by)
    question = MetricQuestion(
        period, dimensions, grain, Filters.of(filters), scope, weighted, as_of=as_of
    )
    _check(metric, question, target)
    now = answer(ws, metric, question)
    rows = _rows(ws, metric, question, now)
    changes = (
        comparing.against_earlier(ws, metric, question, now, compare) if compare is not None else {}
    )
    rest = comparing.against_the_rest(metric, question, now, minimum_n)
    lacks = absent(ws, metric, question, [part for _slot, part in rows])
    if lacks.needs and not rows and not by:
        rows = [((None, ()), AggregatePart(metric.aggregate.statistic.of([]), None, None, period))]
    return [
        tell(
            metric,
            question,
            slot,
            part,
            target=target,
            change=None if lacks.needs else changes.get(slot),
            rest=None if lacks.needs else rest.get(slot),
            absent=lacks,
        )
        for slot, part in rows
    ]


def measure_as_written(
    ws: Workspace,
    key: str,
    *,
    edges: tuple[str | None, str | None],
    as_of: str | None,
    where: Sequence[str],
    target: float | None,
    **more: Any,
) -> list[Measured]:
    """Measure what an address or a command asks in words; `more` is as in `measure`."""
    return measure(
        ws,
        key,
        period=period_of(*edges, ws.zone),
        filters=filters_of(where),
        as_of=parse_edge(as_of, ws.zone) if as_of else None,
        target=None if target is None else Goal(target, definition(key).direction),
        **more,
    )


def active_people(
    ws: Workspace,
    period: Period,
    filters: Mapping[str, str | Sequence[str | None] | None],
    *,
    scope: Scope = None,
    as_of: datetime | None = None,
) -> int:
    """Return how many customers did anything in the period; the count behind `active_share`."""
    question = MetricQuestion(period, filters=Filters.of(filters), scope=scope, as_of=as_of)
    found = answer(ws, definition("active_share"), question)
    shares = (part.statistic for part in found.parts.values())
    return sum(share.yes for share in shares if isinstance(share, Share))


def filters_of(words: Sequence[str]) -> dict[str, list[str | None]]:
    """Read `name=value` words; several of one name widen. Raises Invalid for other shapes."""
    values: dict[str, list[str | None]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise Invalid(
                "metrics.filter",
                Text(
                    f"Write a filter as touchpoint=checkout, not “{word}”.",
                    f"筛选条件请写成 touchpoint=checkout，而不是“{word}”。",
                ),
            )
        values.setdefault(name.strip(), []).append(value.strip())
    return values


def last_moment(ws: Workspace) -> datetime | None:
    """Return when a customer last did anything; None without events."""
    return last_watched(ws)


def choices(ws: Workspace, scope: Scope = None) -> dict[str, list[str]]:
    """Return the values of channel, source, question and kind of survey, the commonest first."""
    return values_in_use(ws, scope)


def unit_of(key: str, found: Measured | None) -> str | None:
    """Return the unit to write values of `key` in: the measured one, else the metric's own."""
    if found is not None:
        return found.unit
    return METRICS.get(key).unit.value if exists(key) else None


def dimension_title(name: str) -> Text:
    """Return what a dimension or grain is called."""
    return DIMENSION_TITLES.get(name) or Text(name, name)


def freshness(ws: Workspace) -> str:
    """Return what identifies the state of the data that numbers are made of now."""
    return ws.engine.watermark()


def _check(metric: Definition, question: MetricQuestion, target: Goal | None) -> None:
    names = {*question.by, *question.filters.values}
    wrong = sorted(names & ANSWER_DIMENSIONS) if not metric.aggregate.surveys else []
    allowed = metric.aggregate.slices
    wrong += sorted(names - allowed) if allowed is not None else []
    if "currency" in names and "currency" not in metric.aggregate.base:
        wrong.append("currency")
    if wrong:
        raise Invalid(
            "metrics.dimension",
            Text(
                f"“{metric.title.en}” cannot be sliced or filtered by {', '.join(wrong)}.",
                f"“{metric.title.zh}”不能按 {'、'.join(wrong)} 拆分或筛选。",
            ),
            field=wrong[0],
        )
    if target is not None and not isfinite(target.value):
        raise Invalid(
            "metrics.target",
            Text("The target must be a number.", "目标必须是一个数值。"),
            field="target",
        )
    for group in question.filters.values.get("value_group", ()):
        if group is not None and group not in GROUPS:
            known = ", ".join(GROUPS)
            raise Invalid(
                "metrics.value_group",
                Text(
                    f"There is no value group “{group}”; there are {known}.",
                    f"没有价值分组“{group}”；可用：{known}。",
                ),
                field="value_group",
            )
    if question.as_of is not None and metric.aggregate.read is not None:
        raise Invalid(
            "metrics.as_of",
            Text(
                f"“{metric.title.en}” is available for the present only.",
                f"“{metric.title.zh}”仅有当前值。",
            ),
            field="as_of",
        )
    if question.weighted and not metric.aggregate.weights:
        raise Invalid(
            "metrics.weights",
            Text(
                f"“{metric.title.en}” is not made of answers, so survey weights do not apply.",
                f"“{metric.title.zh}”不是由问卷回答计算的，不适用问卷权重。",
            ),
        )


def _rows(
    ws: Workspace, metric: Definition, question: MetricQuestion, now: Answered
) -> list[tuple[comparing.Key, AggregatePart]]:
    """Return the slices in order; where nothing happened, an empty row instead of a gap."""
    parts = dict(now.parts)
    if not question.by and "currency" not in metric.aggregate.base:
        for slot, period in _expected(ws, question, now):
            empty = AggregatePart(metric.aggregate.statistic.of([]), None, None, period)
            parts.setdefault(slot, empty)
    return sorted(parts.items(), key=lambda item: _order(item[0]))


def _expected(
    ws: Workspace, question: MetricQuestion, now: Answered
) -> list[tuple[comparing.Key, Period]]:
    """Return the slots that an answer has even where nothing happened: every bucket, or the one."""
    if question.grain is None:
        return [((None, ()), now.period or question.period)]
    if now.period is None or now.period.start is None or now.period.end is None:
        return []
    found = periods.buckets(now.period.start, now.period.end, question.grain, ws.zone)
    return [
        ((one, ()), periods.period_of(one, question.grain, ws.zone, now.period)) for one in found
    ]


def _order(slot: tuple[date | None, SliceKey]) -> tuple[str, tuple[tuple[bool, str], ...]]:
    return str(slot[0] or ""), tuple((value is None, value or "") for _, value in slot[1])
