"""The verbs of costs: what pain points go with, in money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.company.rights.model import Scope
from regulars.kit.period import day_start
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.timeline import currency as currencies
from regulars.timeline.workspace import Workspace
from regulars.understand.costs import model, queries
from regulars.understand.costs.model import (
    CLEAN_DAYS,
    FOLLOW_UP_DAYS,
    MIN_WINDOW,
    WINDOW_DAYS,
    Cost,
    Costs,
)
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.journeys import service as journeys
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.lifetime_value.model import LifetimeValue
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter
from regulars.understand.value_groups import service as value_groups

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY = timedelta(days=1)
SEED = 20
BLOCK = 3
"""Of so many days one is drawn on which customers are compared with the touched."""
MET = pa.schema([("person_id", pa.string()), ("step", pa.string()), ("met_on", pa.date32())])
TOO_SHORT = Text(
    "There is too little to compare: it takes at least 28 days with touches, and 91 days of orders "
    "after them.",
    "数据不足以比较：至少需要 28 天的接触记录以及其后 91 天的订单。",
)


@dataclass(frozen=True, slots=True)
class Pain:
    """A pain point that is asked about: its step, its title and why it is one.

    With `left`, it touched only those who went no further (no order on that day).
    """

    step: str
    title: Text
    why: list[Text]
    left: bool = False


def pains(ws: Workspace, look: EventFilter, *, now: datetime) -> list[Pain]:
    """Return the pain points that the journey map marks."""
    journey_map = journeys.answered(ws, look, now=now).payload
    return [
        Pain(
            mark.step,
            mark.title,
            [evidence.text for evidence in mark.evidence],
            left=all(evidence.kind == "drop_off" for evidence in mark.evidence),
        )
        for mark in journeys.marks(journey_map, "pain")
    ]


def costs(ws: Workspace, pain_points: list[Pain], look: EventFilter, *, now: datetime) -> Costs:
    """Return what goes with each of these pain points, the most at risk first.

    The look's period gives how many customers met a pain point; touches that are compared come
    from the last days that have a full follow-up. Chosen places and channels narrow which pain
    points there are, not who is compared: customers buy anywhere within the caller's places.
    """
    extent = scopes.resolve(ws, look, now)
    money = currencies.of_orders(ws, look.scope)
    empty = Costs(extent.period.start, extent.period.end, None, None, money.code, money=money.note)
    source = _source(ws, look.scope, money.code)
    if source is None:
        return replace(empty, why_not=TOO_SHORT)
    empty = replace(
        empty,
        window_start=day_start(source.start, ws.zone),
        window_end=day_start(source.end, ws.zone),
    )
    if not pain_points:
        return empty
    source = replace(source, left=_left(pain_points))
    worth = lifetime_value.answered(ws, source.scope, now=now).payload
    found = _compared(ws, source, [pain.step for pain in pain_points], worth)
    people = _met(ws, source, pain_points, empty)
    made = [_cost(pain, found, people.get(pain.step, 0)) for pain in pain_points]
    return replace(empty, points=_judged(made))


def stored(ws: Workspace, look: EventFilter, *, now: datetime) -> Finding[Costs] | None:
    """Return the stored answer, or None; notes that it was asked for."""
    return findings.find(ws, FINDING, _about(ws, look), now=now)


def answered(ws: Workspace, look: EventFilter, *, now: datetime) -> Finding[Costs]:
    """Return the answer: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, look), now=now)


def customers(
    ws: Workspace, scope: Scope, steps: Mapping[str, bool], first: date, last: date
) -> pa.Table:
    """Return who met which pain point from one day to another: person_id, step, met_on.

    `steps` are the touchpoints, each with whether it is a pain point because customers left there.
    `met_on` is the first of the days.
    """
    if not steps:
        return MET.empty_table()
    left = frozenset(step for step, one in steps.items() if one)
    source = replace(_anywhere(ws, scope, currencies.of_orders(ws, scope).code), left=left)
    table = ws.query(lambda view: queries.met(view, source, sorted(steps), first, last + DAY))
    return table.select(["person", "step", "day"]).rename_columns(MET.names).cast(MET)


def _left(asked: list[Pain]) -> frozenset[str]:
    return frozenset(pain.step for pain in asked if pain.left)


def _anywhere(ws: Workspace, scope: Scope, currency: str) -> queries.CostSource:
    """Return a source without days."""
    catalog = catalog_service.current(ws)

    def place(events: ir.Table) -> ir.Table:
        return catalog_service.placed_by(catalog, events, stage=False)

    return queries.CostSource(scope, place, date(1970, 1, 1), date(1970, 1, 1), currency)


def _whole(ws: Workspace, scope: Scope, currency: str) -> queries.CostSource | None:
    """Return all days of the data; None without any."""
    whole = _anywhere(ws, scope, currency)
    row = ws.query(lambda view: queries.span(view, whole)).to_pylist()[0]
    if row["first"] is None:
        return None
    first, last = (row[name].astimezone(ws.zone).date() for name in ("first", "last"))
    return replace(whole, start=first, end=last + DAY)


def _source(ws: Workspace, scope: Scope, currency: str) -> queries.CostSource | None:
    """Return the window of touches, as long as the data allow; None when they are too short."""
    whole = _whole(ws, scope, currency)
    if whole is None:
        return None
    end = whole.end - timedelta(days=FOLLOW_UP_DAYS)
    start = max(end - timedelta(days=WINDOW_DAYS), whole.start + timedelta(days=CLEAN_DAYS // 3))
    if (end - start).days < MIN_WINDOW:
        return None
    return replace(whole, start=start, end=end)


@dataclass(frozen=True, slots=True)
class _Found:
    """By step the strata of both sides and what several days of one person add to them."""

    strata: dict[str, model.Strata]
    repeated: dict[str, dict[str, Any]]
    spread: model.Spread | None


def _compared(
    ws: Workspace, source: queries.CostSource, steps: list[str], worth: LifetimeValue
) -> _Found:
    """Return the strata of every step. Each part is asked for once and kept in memory."""
    touches = ws.query(lambda view: queries.touched(view, source, steps))
    lots = ibis.memtable(_lots(source))
    present = ws.query(lambda view: queries.present(view, source, lots))
    hit = touches.filter(pc.greater_equal(touches.column("day"), pa.scalar(source.start)))
    pairs = pa.concat_tables([hit.select(["person", "day"]), present.select(["person", "day"])])
    pairs = pairs.group_by(["person", "day"]).aggregate([])
    amount = ws.query(lambda view: queries.typical(view, source)).to_pylist()[0]
    usual = amount["amount"] / amount["days"] if amount["days"] and amount["amount"] else 1.0
    asked = ibis.memtable(pairs)
    known = ws.query(lambda view: queries.histories(view, source, asked, usual))
    told = ibis.memtable(_with_value(ws, source, known, worth))
    rows = queries.sides(ibis.memtable(touches), ibis.memtable(present), told, source.start)
    by_step: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in ws.query(lambda _view: queries.compared(rows)).to_pylist():
        by_step[row["step"]].append(row)
    strata = {step: model.strata_of(found) for step, found in by_step.items()}
    spread = worth.spread.variance if worth.spread else None
    return _Found(strata, _repeated(ws, rows, strata), spread)


def _repeated(
    ws: Workspace, rows: ir.Table, strata: dict[str, model.Strata]
) -> dict[str, dict[str, Any]]:
    terms = [term for step, found in strata.items() for term in model.terms(found, step)]
    if not terms:
        return {}
    table = ibis.memtable(pa.Table.from_pylist(terms))
    found = ws.query(lambda _view: queries.repeated(rows, table)).to_pylist()
    return {row["step"]: row for row in found}


def _lots(source: queries.CostSource) -> pa.Table:
    """Return one day drawn by lot of every three of the window."""
    rng, count = np.random.default_rng(SEED), (source.end - source.start).days
    drawn = np.arange(0, count, BLOCK) + rng.integers(0, BLOCK, len(range(0, count, BLOCK)))
    days = [source.start + int(number) * DAY for number in drawn if number < count]
    return pa.table({"of_day": pa.array(days, pa.date32())})


def _with_value(
    ws: Workspace, source: queries.CostSource, days: pa.Table, worth: LifetimeValue
) -> pa.Table:
    """Add each customer's expected value of the next 12 months; 0 for who never bought."""
    table = lifetime_value.customers(ws, source.scope, worth)
    place = pc.index_in(days.column("person"), table.column("person_id").combine_chunks())
    value = pc.fill_null(table.column("value").take(place), 0.0)
    return days.append_column("value", value)


def _met(
    ws: Workspace, source: queries.CostSource, pain_points: list[Pain], empty: Costs
) -> dict[str, int]:
    first, last = date(1970, 1, 2), source.end + timedelta(days=FOLLOW_UP_DAYS)
    if empty.start is not None:
        first = empty.start.astimezone(ws.zone).date()
    if empty.end is not None:
        last = empty.end.astimezone(ws.zone).date()
    steps = [pain.step for pain in pain_points]
    table = ws.query(lambda view: queries.reached(view, source, steps, first, last))
    return {row["step"]: int(row["people"]) for row in table.to_pylist()}


def _cost(pain: Pain, matched: _Found, met: int) -> Cost:
    strata = matched.strata.get(pain.step) or model.strata_of([])
    again = matched.repeated.get(pain.step)
    cost = Cost(
        pain.step,
        pain.title,
        pain.why,
        met,
        int(strata.people[1].sum()),
        int(strata.people[1][model.matched(strata)].sum()),
        int(again["others"]) if again else 0,
    )
    revenue = model.compare(strata, "revenue", model.repeated_of(again, "revenue"))
    if revenue is None:
        return cost
    value = model.compare(strata, "value", model.repeated_of(again, "value"), matched.spread)
    return replace(
        cost,
        revenue=revenue,
        value=value,
        at_risk=revenue.difference.lost_by(met),
        value_at_risk=value.difference.lost_by(met) if value else None,
        balance=model.balance(strata),
    )


def _judged(made: list[Cost]) -> list[Cost]:
    adjusted = benjamini_hochberg(
        [one.revenue.difference.p if one.revenue else None for one in made]
    )
    told = [replace(one, q=q) for one, q in zip(made, adjusted, strict=True)]
    return sorted(
        told,
        key=lambda one: (
            one.at_risk is None,
            -(one.at_risk.value if one.at_risk else 0.0),
            one.step,
        ),
    )


def _about(ws: Workspace, look: EventFilter) -> dict[str, object]:
    catalog, money = catalog_service.current(ws).version, value_groups.currency_of(ws)
    return look.about(catalog=catalog, currency=money)


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Costs:
    look = EventFilter.of(about)
    return costs(ws, pains(ws, look, now=now), look, now=now)


FINDING = findings.declare(findings.ResultType("costs", 4, Costs, _compute, learnt=True))
