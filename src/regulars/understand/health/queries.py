"""Expressions over feedback: cells of answers, and how far each person's answers move them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ibis

from regulars.timeline.vocabulary import RELATIONSHIP
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

Place = Callable[["ir.Table"], "ir.Table"]
CELL = ("touchpoint", "metric", "scale_min", "scale_max")


def split(found: ir.Table, touchpoint: str, column: str) -> ir.Table:
    """Return one touchpoint's answers with the column's value in the touchpoint's stead."""
    return found.filter(found.touchpoint == touchpoint).mutate(
        touchpoint=found[column].fill_null("")
    )


def counted(found: ir.Table, touchpoint: str) -> ir.Table:
    """Return how often each score was given at a touchpoint, by question."""
    kept = found.filter(found.touchpoint == touchpoint)
    return kept.group_by("metric", "scale_min", "scale_max", "score").agg(n=kept.count())


def answers(view: View, extent: EventScope, place: Place) -> ir.Table:
    """Return one row an answer: cell, person, `points` 0-100, when, and by what to split.

    Answers of customers about a touchpoint; surveys of the whole relation are left out. Someone
    unknown counts as one person per answer. A scale written the other way round (`scale_min` the
    better end) turns the points round.
    """
    events = extent.of(view.with_person())
    kept = events.filter(
        events.actor == "customer",
        events.score.notnull(),
        events.scale_min.notnull(),
        events.scale_max.notnull(),
        events.scale_min != events.scale_max,
        events.survey_kind.isnull() | (events.survey_kind != RELATIONSHIP),
    )
    placed = place(kept).filter(lambda t: t.touchpoint.notnull())
    month = placed.occurred_at.truncate("M").date().cast("string")
    return placed.select(
        *(placed[name] for name in CELL[:1]),
        metric=placed.metric.fill_null(""),
        scale_min=placed.scale_min,
        scale_max=placed.scale_max,
        person=ibis.coalesce(placed.person_id, placed.event_id),
        points=100.0 * (placed.score - placed.scale_min) / (placed.scale_max - placed.scale_min),
        in_month=month.substr(0, 7),
        score=placed.score,
        channel=placed.channel,
        place=placed.place,
        source=placed.source,
        occurred_at=placed.occurred_at,
    )


def cells(answers: ir.Table) -> ir.Table:
    """Return by month and cell what a mean of clusters needs (a cluster is a person).

    `n` answers of `people` with the sum `total` of points; and over people, with s their points
    and k their answers: the sums of s², s k and k².
    """
    persons = answers.group_by("month", *CELL, "person").agg(
        k=answers.count().cast("float64"), s=answers.points.sum()
    )
    return persons.group_by("month", *CELL).agg(
        n=persons.k.sum(),
        people=persons.count(),
        total=persons.s.sum(),
        squares=(persons.s * persons.s).sum(),
        cross=(persons.s * persons.k).sum(),
        answers_squared=(persons.k * persons.k).sum(),
    )


def influence(answers: ir.Table, weights: list[dict[str, Any]], by: str) -> ir.Table:
    """Return by `by` (touchpoint or month) the people and the sum of squared influences.

    Each row of `weights` names a month and cell with its `mean` and `share`: how much one answer's
    distance from the cell's mean moves the whole. A person's influence is the sum over the
    person's answers, so answers of one person need not be independent (delta method; Taylor
    linearisation for clusters: Lohr, Sampling, 2nd ed., chapter 9).
    """
    table = ibis.memtable(
        weights,
        schema={
            "w_month": "string",
            "w_touchpoint": "string",
            "w_metric": "string",
            "w_min": "float64",
            "w_max": "float64",
            "mean": "float64",
            "share": "float64",
        },
    )
    joined = answers.inner_join(
        table,
        [
            answers.month == table.w_month,
            answers.touchpoint == table.w_touchpoint,
            answers.metric == table.w_metric,
            answers.scale_min == table.w_min,
            answers.scale_max == table.w_max,
        ],
    )
    moved = joined.mutate(move=joined.share * (joined.points - joined.mean))
    persons = moved.group_by(by, "person").agg(move=moved.move.sum())
    return persons.group_by(by).agg(
        people=persons.count(), squares=(persons.move * persons.move).sum()
    )
