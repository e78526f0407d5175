"""Answers to questions on a scale: sums of x, x² and their weighted kin for each base."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ibis

from regulars.timeline.sessions import session
from regulars.timeline.vocabulary import SURVEY_ANSWERED, SURVEY_DISMISSED, SURVEY_SHOWN
from regulars.understand.metrics.queries.clusters import PERSONS, key_of
from regulars.understand.metrics.queries.scene import Scene, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

BASE = ("metric", "scale_min", "scale_max", "survey_kind")
SATISFIED_FROM = {(1.0, 5.0): 4.0, (1.0, 7.0): 6.0, (1.0, 10.0): 8.0, (0.0, 10.0): 8.0}
"""Scale → lowest answer that counts as satisfied; the text declares 1-5, the others are ours."""
EASY_FROM = {(1.0, 7.0): 5.0, (1.0, 5.0): 4.0}
"""Scale → lowest answer that counts as easy; the text declares 1-7, the other is ours."""
PROMOTER_FROM, DETRACTOR_TO = 9.0, 6.0


def recommend(events: ir.Table) -> ir.Value:
    """Return 1 for promoters, -1 for detractors, 0 between."""
    low = ibis.ifelse(events.score <= DETRACTOR_TO, -1.0, 0.0)
    return ibis.ifelse(events.score >= PROMOTER_FROM, 1.0, low)


def satisfied(events: ir.Table) -> ir.Value:
    """Return 1 for satisfied answers, 0 for others, null on an undeclared scale."""
    return _from(events, SATISFIED_FROM)


def easy(events: ir.Table) -> ir.Value:
    """Return 1 for easy answers, 0 for others, null on an undeclared scale."""
    return _from(events, EASY_FROM)


def score(events: ir.Table) -> ir.Value:
    """Return the answer itself."""
    return events.score


def answers(metric: str | None, x: Callable[[ir.Table], ir.Value]) -> Callable[[Scene], ir.Table]:
    """Return the expression for the answers to `metric` (None: to any), with x of each answer."""

    def build(scene: Scene) -> ir.Table:
        events = scene.within(scene.customers())
        events = events.filter(events.score.notnull() & events.metric.notnull())
        if metric is not None:
            events = events.filter(events.metric == metric)
        events = scene.anchor(events)
        if scene.question.weighted:
            events = events.filter((events.weight > 0).fill_null(False))
        events = events.mutate(x=x(events), w=events.weight)
        keys = list(dict.fromkeys([*scene.keys, *BASE]))
        sums = _sums(events, scene.question.weighted)
        if scene.distinct:
            sums[PERSONS] = key_of(events.person_id).nunique()
        return events.group_by(keys).aggregate(**sums)

    return build


def _sums(events: ir.Table, weighted: bool) -> dict[str, ir.Value]:
    sums = {
        "n": events.count(),
        "x": events.x.sum(),
        "xx": (events.x * events.x).sum(),
    }
    if weighted:
        sums |= {
            "w": events.w.sum(),
            "ww": (events.w * events.w).sum(),
            "wx": (events.w * events.x).sum(),
            "wwx": (events.w * events.w * events.x).sum(),
            "wwxx": (events.w * events.w * events.x * events.x).sum(),
            "wxx": (events.w * events.x * events.x).sum(),
        }
    return sums


def _from(events: ir.Table, lowest: dict[tuple[float, float], float]) -> ir.Value:
    result: ir.Value = ibis.null("float64")
    for (low, high), threshold in lowest.items():
        here = (events.scale_min == low) & (events.scale_max == high)
        result = ibis.ifelse(here, ibis.ifelse(events.score >= threshold, 1.0, 0.0), result)
    return result


def invitations(scene: Scene) -> ir.Table:
    """Return surveys shown, and what came next of each: an answer, a dismissal, nothing.

    Belonging together is told by who (person, else session) and touchpoint: the survey event that
    follows a shown one in that order is what became of it.
    """
    names = [SURVEY_SHOWN, SURVEY_ANSWERED, SURVEY_DISMISSED]
    events = scene.events.filter(scene.events.name.isin(names))
    theirs = (events.name == SURVEY_SHOWN) | (events.actor == "customer")
    events = events.filter(theirs)
    if scene.began is not None:  # what became of a survey comes after it
        events = events.filter(events.occurred_at >= ibis.literal(scene.began))
    events = events.mutate(
        who=ibis.coalesce(events.person_id, session(events), events.event_id),
        turn=ibis.ifelse(events.name == SURVEY_SHOWN, 0, 1),
        stopped=ibis.coalesce(events.touchpoint, ""),
    )
    order = ibis.window(
        group_by=[events.who, events.stopped],
        order_by=[events.occurred_at, events.turn, events.event_id],
    )
    events = events.mutate(following=events.name.lead().over(order))
    shown = scene.anchor(scene.within(events.filter(events.name == SURVEY_SHOWN)))
    return scene.summed(
        shown,
        n=shown.count(),
        yes=yes(shown.following == SURVEY_ANSWERED).sum(),
        dismissed=yes(shown.following == SURVEY_DISMISSED).sum(),
    )
