"""Steps: events as (case, code, moment), the one expression that every journey analysis uses.

Codes are small integers, because a window over them costs half of one over names. Within a case
steps are ordered by when they occurred, then by when they were received, then by code; the last
makes the order definite, whatever order the engine reads files in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis

from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import Catalog, Touchpoint
from regulars.timeline import orders
from regulars.timeline.given import given
from regulars.timeline.sessions import session
from regulars.timeline.vocabulary import SURVEY, title
from regulars.understand.journeys.model import ALL_ACTORS, By, Journeys, Level

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View


@dataclass(frozen=True, slots=True)
class Codes:
    """The steps of one question: step i has code i; `ranks[i]` is its expected position.

    A rank of -1 means that the step may come at any time.
    """

    steps: tuple[str, ...]
    ranks: tuple[int, ...]

    def __getitem__(self, step: str) -> int:
        return self.steps.index(step)


def cased(view: View, journeys: Journeys) -> ir.Table:
    """Return the events of the extent that belong to a journey, with `person_id` and `case`."""
    events = journeys.extent.of(view.with_person())
    if journeys.by == "order":
        return orders.apart(events, "order_id")
    # A case may pass from one customer to another, as in the log of a help desk.
    whole = {"person": events.person_id, "case": events.case_id, "session": session(events)}
    events = events.mutate(case=whole[journeys.by])
    return events.filter(events.case.notnull())


def kept(view: View, journeys: Journeys) -> ir.Table:
    """Return the events of the journeys asked for, with `person_id` and `case`."""
    events = cased(view, journeys)
    tests = []
    if journeys.by not in ALL_ACTORS:
        tests.append(events.actor == "customer")
    if not journeys.feedback:
        tests.append(events.name.notin(sorted(SURVEY)) & events.metric.isnull())
    return events.filter(*tests) if tests else events


def named(view: View, asked: Journeys, catalog: Catalog) -> ir.Table:
    """Return the events of the journeys with `case` and `step` (a name)."""
    return _stepped(kept(view, asked), asked, catalog)


def _stepped(events: ir.Table, asked: Journeys, catalog: Catalog) -> ir.Table:
    if asked.level == "event":
        return events.mutate(step=events.name)
    placed = catalog_service.placed_by(catalog, events, stage=False)
    return placed.mutate(step=ibis.coalesce(placed.touchpoint, placed.name))


def inventory(view: View, journeys: Journeys, catalog: Catalog) -> ir.Table:
    """Return how many events each (step, name) has.

    Events are counted by what the catalog's rules look at, and only the counts are placed.
    """
    events = kept(view, journeys)
    counted = events.group_by("touchpoint", "name", *catalog.tested()).agg(n=events.count())
    found = _stepped(counted, journeys, catalog)
    return found.group_by("step", "name").agg(n=found.n.sum())


def ratings(view: View, asked: Journeys) -> ir.Table:
    """Return by case the mean of the answers that belong to it, as 0 to 100."""
    events = cased(view, asked)
    rows = events.filter(
        events.actor == "customer",
        events.score.notnull(),
        events.scale_min.notnull(),
        events.scale_max.notnull(),
        events.scale_min != events.scale_max,
    )
    points = 100.0 * (rows.score - rows.scale_min) / (rows.scale_max - rows.scale_min)
    rated = rows.select("case", points=points)
    return rated.group_by("case").agg(points=rated.points.sum(), answers=rated.count())


def coded(view: View, journeys: Journeys, catalog: Catalog, codes: Codes) -> ir.Table:
    """Return one row an event: case, code, rank, thread, occurred_at, received_at.

    `thread` is the order, case or visit within a person's journey in which order is expected;
    elsewhere the whole journey is one.
    """
    return coded_from(named(view, journeys, catalog), journeys.by, codes)


def coded_from(named: ir.Table, by: By, codes: Codes, *, others: bool = False) -> ir.Table:
    """Return the coded rows of named ones; with `others`, steps without a code get one above."""
    thread = (
        ibis.coalesce(named.order_id, "case " + named.case_id, session(named))
        if by == "person"
        else ibis.literal("")
    )
    rows = named.select("case", "step", "occurred_at", "received_at", thread=thread)
    table = given(
        {"known_step": "string", "known_code": "int16", "rank": "int16"},
        list(codes.steps) or [""],
        list(range(len(codes.steps))) or [0],
        list(codes.ranks) or [-1],
    )
    match = rows.step == table.known_step
    joined = rows.left_join(table, match) if others else rows.inner_join(table, match)
    code = joined.known_code.fill_null(len(codes.steps)) if others else joined.known_code
    return joined.select(
        "case", "rank", "thread", "occurred_at", "received_at", code=code.cast("int16")
    )


def by_name(found: ir.Table, names: Sequence[str]) -> ir.Table:
    """Let events of these names be steps of their own, whatever touchpoint they belong to."""
    if not names:
        return found
    chosen = found.name.isin(list(names))
    return found.mutate(step=ibis.ifelse(chosen, found.name, found.step))


def in_order(rows: ir.Table) -> list[ir.Value]:
    """Return the columns that put a case's steps in order."""
    return [rows.occurred_at, rows.received_at, rows.code]


def catalog_of(catalog: Catalog, level: Level) -> Catalog:
    """Return the catalog in which the steps of a level are looked up.

    An event's name takes stage, area and expected position of the touchpoint whose rules name it.
    A name that the rules of several touchpoints share has none of these.
    """
    if level == "touchpoint":
        return catalog
    holders: dict[str, list[Touchpoint]] = {}
    for point in catalog.touchpoints:
        for name in dict.fromkeys(name for rule in point.events for name in rule.names):
            holders.setdefault(name, []).append(point)
    alone = [
        Touchpoint(name, title(name), points[0].stage, points[0].area, order=points[0].order)
        for name, points in holders.items()
        if len(points) == 1
    ]
    return replace(catalog, touchpoints=tuple(alone))


def make_codes(found: Sequence[str], catalog: Catalog) -> Codes:
    """Return codes in the catalog's order; steps that it does not know come last, by name."""
    places = {point.key: number for number, point in enumerate(catalog.touchpoints)}
    ranks = {p.key: p.order for p in catalog.touchpoints if p.order is not None}
    ordered = sorted(found, key=lambda step: (places.get(step, len(places)), step))
    return Codes(tuple(ordered), tuple(ranks.get(step, -1) for step in ordered))
