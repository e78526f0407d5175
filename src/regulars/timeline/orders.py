"""What one order is, however many events tell of it; and whose a number is.

Numbers are given by shops, tills and help desks, each on its own: two of them may use the same
one. So an order is its number together with its customer, or with its source while nobody is
known. A telling of a number up to `AGAIN` after the telling before is the same order; after a
longer pause the number was used again. This way no more than `AGAIN` before a period has to be
read to know which orders began in it, and every period counts the same ones.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import ibis

from regulars.timeline.moments import SECOND, micros
from regulars.timeline.vocabulary import ORDERS, REFUNDS

if TYPE_CHECKING:
    import ibis.expr.types as ir

AGAIN = timedelta(days=60)
FIRST = ("occurred_at", "received_at", "event_id")
NEEDED = (*FIRST, "order_id", "person_id", "source", "amount", "currency")
SALES = sorted(ORDERS | REFUNDS)
"""Names of the events that revenue is made of."""


def orders(
    events: ir.Table, start: datetime | None = None, slim: ir.Table | None = None
) -> ir.Table:
    """Return one row for each order that `events` tell of, with the columns of `events`.

    Order 7 is told by the till without an amount, then by the ledger with 20, and order 8 by the
    till with 5: two rows, 7 with 20 and 8 with 5. The row is the first telling; its amount and
    currency are those of the first telling that has an amount, its person the one known from any of
    them. An event without number is an order by itself. With `start`, only orders that began at it
    or later. `events` have the columns NEEDED. `slim` is the same events with fewer columns
    (`occurred_at` and `order_id` among them), for whoever wants no more: then only of what is told
    more than once the rest is read.
    """
    tellings = events if slim is None else slim
    if start is not None:
        tellings, events = (
            one.filter(one.occurred_at >= ibis.literal(start - AGAIN)) for one in (tellings, events)
        )
    # Sorting costs much more than counting, and most numbers are told of once.
    retold = tellings.group_by(retold=tellings.order_id).aggregate(tellings=tellings.count())
    retold = retold.filter(retold.retold.notnull(), retold.tellings > 1)
    once = tellings.anti_join(retold, tellings.order_id == retold.retold)
    several = events.semi_join(retold, events.order_id == retold.retold)
    found = once.union(_begun(several).select(*tellings.columns))
    return found if start is None else found.filter(found.occurred_at >= ibis.literal(start))


def sales(events: ir.Table) -> ir.Table:
    """Return the orders that `events` tell of and the refunds: revenue is the sum of `amount`.

    What is refunded counts below 0, whichever sign its sender uses. Other events are left out.
    `events` have the columns NEEDED and `name`, and whichever others are wanted.
    """
    placed = orders(events.filter(events.name.isin(sorted(ORDERS))))
    back = events.filter(events.name.isin(sorted(REFUNDS)))
    back = back.mutate(amount=ibis.ifelse(back.amount > 0, -back.amount, back.amount))
    schema = placed.schema()
    return placed.union(back.select(*placed.columns).cast(schema))


def whose(events: ir.Table, number: str) -> ir.Table:
    """Return events that carry `number`, with `person_id` filled in and `who` tells numbers apart.

    Where nobody is known it is the only person who has that number with that source, or else with
    any; `who` is the person, or the source where still nobody is known.
    """
    person = events.person_id
    here, anywhere = [events[number], events.source], [events[number]]
    events = events.mutate(
        person_id=ibis.coalesce(person, _only(person, here), _only(person, anywhere))
    )
    return events.mutate(who=ibis.coalesce(events.person_id, events.source, ""))


def apart(events: ir.Table, number: str) -> ir.Table:
    """Return events that carry `number`, with `case`: the number, told apart where several have it.

    Order 7 of the till and order 7 of the web shop are two; all others keep their number.
    """
    events = events.filter(events[number].notnull())
    owners = events.group_by(shared=events[number]).aggregate(
        least=events.person_id.min(),
        most=events.person_id.max(),
        one=events.source.fill_null("").min(),
        other=events.source.fill_null("").max(),
    )
    people = owners.least != owners.most
    sources = owners.least.isnull() & (owners.one != owners.other)
    owners = owners.filter(people.fill_null(False) | sources)
    alone = events.anti_join(owners, events[number] == owners.shared)
    several = whose(events.semi_join(owners, events[number] == owners.shared), number)
    several = several.mutate(case=several[number] + " " + several.who)
    alone = alone.mutate(case=alone[number])
    return alone.union(several.select(*alone.columns))


def _only(person: ir.Value, group: list[ir.Value]) -> ir.Value:
    least, most = (end.over(ibis.window(group_by=group)) for end in (person.min(), person.max()))
    return ibis.ifelse(least == most, least, ibis.null("string"))


def _begun(tellings: ir.Table) -> ir.Table:
    """Return the first telling of each order, among events that carry a number."""
    tellings = whose(tellings, "order_id")
    order = [tellings[name] for name in FIRST]
    row = ibis.window(group_by=[tellings.order_id, tellings.who], order_by=order)
    tellings = tellings.mutate(before=tellings.occurred_at.lag().over(row))
    longest = int(AGAIN.total_seconds()) * SECOND
    fresh = tellings.before.isnull() | (
        micros(tellings.occurred_at) - micros(tellings.before) > longest
    )
    tellings = tellings.mutate(fresh=ibis.ifelse(fresh, 1, 0))
    so_far = ibis.cumulative_window(
        group_by=[tellings.order_id, tellings.who], order_by=[tellings[name] for name in FIRST]
    )
    tellings = tellings.mutate(use=tellings.fresh.sum().over(so_far))
    paid = ibis.window(
        group_by=[tellings.order_id, tellings.who, tellings.use],
        order_by=[ibis.ifelse(tellings.amount.isnull(), 1, 0), *(tellings[name] for name in FIRST)],
    )
    tellings = tellings.mutate(
        amount=tellings.amount.first(include_null=True).over(paid),
        currency=tellings.currency.first(include_null=True).over(paid),
    )
    return tellings.filter(tellings.fresh == 1)
