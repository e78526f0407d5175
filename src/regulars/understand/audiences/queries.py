"""Expressions over events for the customer table and its answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa

from regulars.company.rights.model import Scope
from regulars.kit.period import add_months, day_start
from regulars.timeline.contacts import first_of_contacts
from regulars.timeline.vocabulary import COMPLAINTS, CONTACTS, ORDERS, REFUNDS, SIGNED_UP
from regulars.understand.audiences.model import ANSWER_MONTHS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

UTC = ZoneInfo("UTC")
BASES = ("metric", "scale_min", "scale_max", "survey_kind")
PROMOTER_FROM, DETRACTOR_TO = 9.0, 6.0
NPS_SCALE = (0.0, 10.0)
Basis = tuple[str | None, tuple[float, float]]
"""Kind of survey and scale of the answers that count."""


@dataclass(frozen=True, slots=True)
class CustomerSource:
    """Whose events, up to which moment, which money, and which answers."""

    scope: Scope
    as_of: datetime
    currency: str
    nps: Basis | None = None
    csat: Basis | None = None

    @property
    def since(self) -> datetime:
        """From when answers count: twelve calendar months, the last one running."""
        last = (self.as_of - timedelta(microseconds=1)).date()
        return day_start(add_months(last, 1 - ANSWER_MONTHS), UTC)


def own(view: View, source: CustomerSource) -> ir.Table:
    """Return what known customers did themselves, within the scope."""
    events = view.with_person()
    events = events.filter(
        events.actor == "customer",
        events.person_id.notnull(),
        events.occurred_at < ibis.literal(source.as_of),
    )
    if source.scope is not None:
        events = events.filter(events.place.isin(sorted(source.scope) or [""]))
    return events


def bases(view: View, source: CustomerSource) -> ir.Table:
    """Return how many answers there are of each metric, scale and kind of survey."""
    events = own(view, source)
    events = events.filter(
        events.metric.isin(["nps", "csat"]),
        events.score.notnull(),
        events.scale_min.notnull(),
        events.scale_max.notnull(),
        events.occurred_at >= ibis.literal(source.since),
    )
    return events.group_by(list(BASES)).aggregate(n=events.count())


def seen(view: View, asked: CustomerSource) -> ir.Table:
    """Return how many own events each customer has by channel and place, the first and last."""
    events = own(view, asked)
    return events.group_by("person_id", "channel", "place").aggregate(
        n=events.count(), first_seen=events.occurred_at.min(), last_seen=events.occurred_at.max()
    )


def spoken(view: View, asked: CustomerSource) -> ir.Table:
    """Return how many words each customer left in each language."""
    events = own(view, asked)
    events = events.filter(events.language.notnull())
    return events.group_by("person_id", "language").aggregate(n=events.count())


def deeds(view: View, source: CustomerSource) -> ir.Table:
    """Return what each customer ordered, paid and complained of; only who did any."""
    every = own(view, source)
    events = every.filter(every.name.isin(DEEDS))
    order, back = events.name.isin(sorted(ORDERS)), events.name.isin(sorted(REFUNDS))
    paid = (order | back) & (events.currency == source.currency)
    when, nothing = events.occurred_at, ibis.null(events.occurred_at.type())
    told = events.group_by("person_id").aggregate(
        signed_up=_one(events.name == SIGNED_UP).max(),
        orders=_one(order).sum(),
        spend=ibis.ifelse(paid, events.amount, ibis.null(events.amount.type())).sum(),
        first_order=ibis.ifelse(order, when, nothing).min(),
        last_order=ibis.ifelse(order, when, nothing).max(),
        complaints=_one(events.name.isin(sorted(COMPLAINTS))).sum(),
    )
    turned = first_of_contacts(every)
    turned = turned.group_by("person_id").aggregate(contacts=turned.count())
    return told.left_join(turned, "person_id").drop("person_id_right")


def answered(view: View, source: CustomerSource) -> ir.Table:
    """Return what each customer answered of late; only who did."""
    events = own(view, source)
    events = events.filter(
        events.metric.isin(["nps", "csat"]), events.occurred_at >= ibis.literal(source.since)
    )
    nps, csat = (_counts(events, "nps", source.nps), _counts(events, "csat", source.csat))
    score = events.score
    return events.group_by("person_id").aggregate(
        nps_answers=_one(nps).sum(),
        nps_total=ibis.ifelse(nps, score, 0.0).sum(),
        promoters=_one(nps & (score >= PROMOTER_FROM)).sum(),
        detractors=_one(nps & (score <= DETRACTOR_TO)).sum(),
        csat_answers=_one(csat).sum(),
        csat_total=ibis.ifelse(csat, score, 0.0).sum(),
    )


DEEDS = sorted(ORDERS | REFUNDS | COMPLAINTS | CONTACTS | {SIGNED_UP})


def _one(condition: ir.BooleanValue) -> ir.IntegerValue:
    return ibis.ifelse(condition.fill_null(False), 1, 0)


def _counts(events: ir.Table, metric: str, basis: Basis | None) -> ir.BooleanValue:
    """Return whether an event is an answer that counts: one metric, scale and kind of survey."""
    if basis is None:
        return events.name.isnull()  # none; a literal would be no column to add up
    kind, (low, high) = basis
    found = (
        (events.metric == metric)
        & events.score.notnull()
        & (events.scale_min == low)
        & (events.scale_max == high)
    )
    same = events.survey_kind.isnull() if kind is None else events.survey_kind == kind
    return (found & same).fill_null(False)


def answers(view: View, source: CustomerSource, masks: pa.Table) -> ir.Table:
    """Return sums of customers' mean answers by subject and by the audiences they are in.

    Columns: kind (service, category or product), subject, metric, scale_min, scale_max,
    survey_kind, mask, n (customers), total and squares of means on 0 to 100.
    """
    events = own(view, source)
    events = events.filter(
        events.metric.notnull(),
        events.score.notnull(),
        events.scale_max > events.scale_min,
        events.occurred_at >= ibis.literal(source.since),
    )
    said = events.mutate(
        share=100.0 * (events.score - events.scale_min) / (events.scale_max - events.scale_min)
    )
    service = said.filter(said.touchpoint.notnull())
    service = service.mutate(kind=ibis.literal("service"), subject=service.touchpoint)
    every = [service.select(*KEPT)]
    every += [_about_orders(view, source, said, column) for column in ("category", "product")]
    rows = ibis.union(*every)
    means = rows.group_by([*BASE, "person_id"]).aggregate(mean=rows.share.mean())
    known = ibis.memtable(masks)
    joined = means.inner_join(known, "person_id")
    return joined.group_by([*BASE, "mask"]).aggregate(
        n=joined.count(), total=joined["mean"].sum(), squares=(joined["mean"] ** 2).sum()
    )


BASE = ("kind", "subject", "metric", "scale_min", "scale_max", "survey_kind")
KEPT = (*BASE, "person_id", "share")


def _about_orders(view: View, asked: CustomerSource, said: ir.Table, column: str) -> ir.Table:
    """Return the answers about orders, once for each product or category in the order."""
    bought = own(view, asked)
    bought = bought.filter(bought.name.isin(sorted(ORDERS)), bought.order_id.notnull())
    lines = bought.select(
        buyer=bought.person_id, order_key=bought.order_id, line=bought.lines.unnest()
    )
    held = lines.select(lines.buyer, lines.order_key, subject=lines.line[column])
    held = held.filter(held.subject.notnull()).distinct()
    spoken = said.filter(said.order_id.notnull())
    # Order 7 of another customer is another order.
    own_order = (spoken.order_id == held.order_key) & (spoken.person_id == held.buyer)
    joined = spoken.inner_join(held, own_order)
    return joined.mutate(kind=ibis.literal(column)).select(*KEPT)
