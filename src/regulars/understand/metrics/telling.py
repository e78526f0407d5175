"""From a slice's sums to the number that is told, with all that must stand beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from regulars.kit.period import Period
from regulars.kit.stats.estimate import Change, Estimate, empty
from regulars.kit.stats.skewed import Largest
from regulars.kit.text import Text
from regulars.understand.metrics.absence import MEASURED, Absent
from regulars.understand.metrics.answering import AggregatePart, SliceKey
from regulars.understand.metrics.model import (
    Compared,
    Definition,
    Goal,
    Measured,
    MetricQuestion,
    Unit,
    judge,
)
from regulars.understand.policy import MIN_GROUP, MIN_SAMPLE
from regulars.understand.received import to_send

DIGITS = 10
"""Significant digits of what is told: the order in which an engine adds doubles never shows."""
Slot = tuple[date | None, SliceKey]


def tell(
    metric: Definition,
    question: MetricQuestion,
    slot: Slot,
    part: AggregatePart,
    *,
    target: Goal | None = None,
    change: Compared | None = None,
    rest: Compared | None = None,
    absent: Absent = MEASURED,
) -> Measured:
    """Return one row; a value on fewer than five is withheld and its verdict undetermined."""
    estimate = empty() if absent.needs else part.statistic.estimate(part.scale)
    withheld = 0 < estimate.n < MIN_GROUP and metric.unit is not Unit.COUNT
    if withheld:
        estimate = Estimate(estimate.n, None, None, None)
    values: dict[str, str | None] = dict(slot[1])
    if question.grain is not None and slot[0] is not None:
        values[question.grain] = slot[0].isoformat()
    shown = _shown(metric, question, slot, part)
    related = {} if withheld or not estimate.n else part.statistic.related()
    reported = tidied(estimate)
    return Measured(
        metric=metric.key,
        slice=values,
        start=shown.start,
        end=shown.end,
        n=reported.n,
        value=reported.value,
        low=reported.low,
        high=reported.high,
        unit=(values.get("currency") or metric.unit) if metric.unit is Unit.MONEY else metric.unit,
        verdict=None if target is None else judge(estimate, target),
        change=_tidied(change),
        rest=_tidied(rest),
        note=to_send(absent.needs) or _note(metric, question, part, withheld),
        size=None if absent.needs else tidy(part.statistic.size),
        scale=part.scale,
        survey_kind=part.survey_kind,
        beside={
            name: tidied(other) for name, other in related.items() if name not in absent.beside
        },
        missing=tuple(dict.fromkeys(name for one in absent.needs for name in one.told)),
    )


def _shown(found: Definition, question: MetricQuestion, slot: Slot, part: AggregatePart) -> Period:
    """Return the period to tell: a bucket's, the asked one, or a metric's own last days."""
    if slot[0] is not None or (found.days is not None and question.period.start is None):
        return part.period
    return question.period


def _note(
    metric: Definition, question: MetricQuestion, part: AggregatePart, withheld: bool
) -> Text | None:
    if withheld:
        return Text(
            f"Fewer than {MIN_GROUP}: withheld, so that nobody can be recognised.",
            f"不足 {MIN_GROUP}：为避免识别个人而不显示。",
        )
    if question.weighted and not part.statistic.n:
        return Text("No answer here carries a weight.", "这些回答都没有权重。")
    if question.scope is not None and not metric.of_customers:
        return Text("Only events of your places.", "仅含您负责地点的事件。")
    return few_decide(part.statistic.decided_by()) if part.statistic.n >= MIN_SAMPLE else None


def few_decide(largest: Largest | None) -> Text | None:
    """Return that a few customers decide a number, where they do; none of them is made known.

    Among these it would be their part of a sum that makes fewer than five of them known.
    """
    if largest is None or not largest.decide:
        return None
    told = largest.share is not None and largest.customers >= MIN_GROUP
    part = round(100 * (largest.share or 0.0)) if told else None
    of_all = Text("", "") if part is None else Text(f" with {part} % of it", f"，占 {part}%")
    return Text(
        f"A few customers{of_all.en} decide this number: half of its uncertainty is theirs.",
        f"少数客户{of_all.zh}左右这一数值：其不确定性的一半来自他们。",
    )


def _tidied(compared: Compared | None) -> Compared | None:
    if compared is None:
        return None
    change = compared.change
    earlier = compared.earlier
    return replace(
        compared,
        change=Change(tidy(change.difference), tidy(change.low), tidy(change.high), tidy(change.p)),
        q=tidy(compared.q),
        earlier=tidied(earlier) if earlier is not None else None,
    )


def tidied(found: Estimate) -> Estimate:
    """Return the estimate with ten significant digits."""
    return Estimate(found.n, tidy(found.value), tidy(found.low), tidy(found.high))


def tidy(value: float | None) -> float | None:
    """Return the value with ten significant digits."""
    return None if value is None else float(f"{value:.{DIGITS}g}")
