"""Expressions that put each person's answers and outcome into one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import ibis
import sqlalchemy as sa

from regulars.store.database import upsert
from regulars.timeline.vocabulary import ORDERS, RELATIONSHIP, TRANSACTIONAL
from regulars.understand.drivers.model import MAX_PEOPLE, REPURCHASE, DriverParameters, RaisingCost
from regulars.understand.drivers.outcomes import UNDECLARED, VERDICTS, Basis, Item
from regulars.understand.drivers.tables import driver_costs
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

Place = Callable[["ir.Table"], "ir.Table"]


@dataclass(frozen=True)
class AnswerSource:
    """Where attributes and outcome come from: answers in `extent`, behaviour in `follow_up`.

    `basis` are the answers that are an outcome which was said.
    """

    asked: DriverParameters
    extent: EventScope
    follow_up: EventScope
    place: Place
    basis: Basis | None = None


def answers(view: View, source: AnswerSource) -> ir.Table:
    """Return customers' scored answers: person, touchpoint, basis, points 0-100."""
    events = source.extent.of(view.with_person())
    kept = events.filter(
        events.actor == "customer",
        events.person_id.notnull(),
        events.score.notnull(),
        events.scale_min.notnull(),
        events.scale_max.notnull(),
        events.scale_min != events.scale_max,
    )
    placed = source.place(kept)
    return placed.select(
        person=placed.person_id,
        touchpoint=placed.touchpoint,
        metric=placed.metric.fill_null(""),
        kind=placed.survey_kind.fill_null(UNDECLARED),
        low=placed.scale_min,
        high=placed.scale_max,
        points=100.0 * (placed.score - placed.scale_min) / (placed.scale_max - placed.scale_min),
    )


BASIS = ("metric", "kind", "low", "high")


def offered(found: ir.Table) -> ir.Table:
    """Return how many people gave answers of each basis, by touchpoint and (as "") over all."""
    each = found.filter(found.touchpoint.notnull())
    each = each.group_by(*BASIS, "touchpoint").agg(people=each.person.nunique())
    whole = found.group_by(*BASIS).agg(people=found.person.nunique())
    whole = whole.mutate(touchpoint=ibis.literal(""))
    return each.union(whole.select(*each.columns))


def bases(found: ir.Table, asked: DriverParameters) -> ir.Table:
    """Return the different bases of the answers that an outcome could mean."""
    own = found.filter(_named(found, asked))
    return own.select(*BASIS).distinct()


def _named(found: ir.Table, asked: DriverParameters) -> ir.BooleanValue:
    own = found.metric == asked.said.metric
    touchpoint = asked.said.touchpoint
    return own & (found.touchpoint == touchpoint) if touchpoint else own


def _on(found: ir.Table, basis: Basis) -> ir.BooleanValue:
    return (
        (found.metric == basis.metric)
        & (found.kind == basis.kind)
        & (found.low == basis.low)
        & (found.high == basis.high)
    )


def of_outcome(found: ir.Table, source: AnswerSource) -> ir.BooleanValue:
    """Return which answers are the outcome itself."""
    named = _named(found, source.asked)
    return named & _on(found, source.basis) if source.basis else named


def outcomes(view: View, source: AnswerSource, answers: ir.Table) -> ir.Table:
    """Return each person's outcome, 0-100: the mean of what was said, or whether it was done.

    For a behaviour everybody who answered something has an outcome.
    """
    if not source.asked.behaviour:
        own = answers.filter(of_outcome(answers, source))
        return own.group_by("person").agg(outcome=own.points.sum(), outcomes=own.count())
    events = source.follow_up.of(view.with_person())
    acted = events.filter(events.actor == "customer", events.person_id.notnull())
    if source.asked.outcome == REPURCHASE:
        acted = acted.filter(acted.name.isin(sorted(ORDERS)))
    did = acted.select(did=acted.person_id).distinct()
    people = answers.select("person").distinct()
    both = people.left_join(did, people.person == did.did)
    return both.select("person", outcome=ibis.ifelse(both.did.isnull(), 0.0, 100.0), outcomes=1)


def attributes(answers: ir.Table, source: AnswerSource) -> ir.Table:
    """Return the answers that may explain.

    The outcome's own metric explains none of it: over all touchpoints it is the outcome, and at
    one touchpoint, with what else sums that one up, its twin. What was said of the relation as a
    whole explains no answer about an interaction.
    """
    explaining = answers.filter(answers.touchpoint.notnull())
    if source.asked.behaviour:
        return explaining
    said = source.asked.said
    if said.touchpoint:
        twin = explaining.metric.isin([said.metric, *VERDICTS])
        explaining = explaining.filter(~((explaining.touchpoint == said.touchpoint) & twin))
    else:
        explaining = explaining.filter(explaining.metric != said.metric)
    if source.basis is not None and source.basis.kind == TRANSACTIONAL:
        explaining = explaining.filter(explaining.kind != RELATIONSHIP)
    return explaining


def counted(view: View, source: AnswerSource) -> ir.Table:
    """Return by touchpoint and basis how many people with an outcome answered."""
    found = answers(view, source)
    people = outcomes(view, source, found).select(known="person")
    told = attributes(found, source)
    both = told.inner_join(people, told.person == people.known)
    return both.group_by("touchpoint", *BASIS).agg(people=both.person.nunique())


def rows(view: View, source: AnswerSource, items: Sequence[Item]) -> ir.Table:
    """Return one row a person with an outcome: sums and counts of points by item.

    Columns s0, n0, s1, n1, … follow `items`. At most MAX_PEOPLE, by the person's id: ids are
    keyed hashes, so that the first ones are a random sample and the same every time.
    """
    found = answers(view, source)
    people = outcomes(view, source, found)
    explaining = attributes(found, source)
    columns = {}
    for number, item in enumerate(items):
        here = (explaining.touchpoint == item.touchpoint) & _on(explaining, item.basis)
        columns[f"s{number}"] = ibis.ifelse(here, explaining.points, 0.0).sum()
        columns[f"n{number}"] = ibis.ifelse(here, 1, 0).sum()
    by_person = explaining.group_by(teller="person").agg(**columns)
    joined = people.left_join(by_person, people.person == by_person.teller)
    return joined.drop("teller").order_by("person").limit(MAX_PEOPLE)


def total(view: View, source: AnswerSource) -> ir.Table:
    """Return how many people have an outcome, and its sum over people (mean by person)."""
    found = outcomes(view, source, answers(view, source))
    own = found.mutate(mean=found.outcome / found.outcomes.cast("float64"))
    return own.agg(people=own.count(), total=own.mean.sum())


def reached(view: View, source: AnswerSource) -> ir.Table:
    """Return by touchpoint how many people met it, and under "" how many did anything."""
    events = source.extent.of(view.with_person())
    placed = source.place(events.filter(events.person_id.notnull()))
    met = placed.filter(placed.touchpoint.notnull())
    each = met.group_by("touchpoint").agg(people=met.person_id.nunique())
    own = placed.filter(placed.actor == "customer")
    everybody = own.agg(people=own.person_id.nunique()).mutate(touchpoint=ibis.literal(""))
    return each.union(everybody.select("touchpoint", "people"))


def costs(connection: sa.Connection) -> list[RaisingCost]:
    """Return every stated cost."""
    found = connection.execute(sa.select(driver_costs).order_by(driver_costs.c.touchpoint))
    return [RaisingCost(row.touchpoint, row.cost, row.points, row.currency) for row in found]


def put_cost(connection: sa.Connection, cost: RaisingCost, now: datetime) -> None:
    """Write one cost over the earlier one."""
    values = {"cost": cost.cost, "points": cost.points, "currency": cost.currency, "set_at": now}
    statement = upsert(connection, driver_costs).values(touchpoint=cost.touchpoint, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["touchpoint"], set_=values))


def drop_cost(connection: sa.Connection, touchpoint: str) -> None:
    """Take a cost away."""
    connection.execute(sa.delete(driver_costs).where(driver_costs.c.touchpoint == touchpoint))
