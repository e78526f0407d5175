"""What one contact of a customer is, however many events tell of it; and which answers are ours.

A complaint by telephone may come as a call, a complaint and a case that is opened: one contact. The
events of one session are one contact. Without a session, events of different names at one moment
about one matter are one; two of the same name are two, since many systems know no more than the
day. What a machine says to a customer by itself, a receipt or a closing after a week, is no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

import ibis

from regulars.timeline.moments import micros
from regulars.timeline.sessions import BETWEEN, session
from regulars.timeline.vocabulary import ANSWERS, CONTACTS

if TYPE_CHECKING:
    import ibis.expr.types as ir

PEOPLE_OF_OURS = ("staff", "partner")
"""Who can answer a customer; what the system does, it does by itself."""


def contacts(events: ir.Table, by: Sequence[str]) -> ir.Table:
    """Return the events in which customers turn to us; those of one contact share `contact`.

    `by` are columns that are the same for all events of a contact: the customer, the matter.
    """
    theirs = events.filter((events.actor == "customer") & events.name.isin(sorted(CONTACTS)))
    alike = ibis.window(
        group_by=[*(theirs[name] for name in by), theirs.occurred_at, theirs.name],
        order_by=theirs.event_id,
    )
    parts = [theirs[name].fill_null("") for name in by]
    numbers = (micros(theirs.occurred_at), ibis.row_number().over(alike))
    parts += [number.cast("string") for number in numbers]
    alone = reduce(lambda before, part: before + BETWEEN + part, parts)
    return theirs.mutate(contact=ibis.coalesce(session(theirs), alone))


def about(events: ir.Table) -> ir.Table:
    """Return customers' events with `order`, the one they name, and `matter`, what they are about.

    Who names a case alone means the only order that the customer ever named in that case. The
    matter is the order, else the case, else nothing.
    """
    case = ibis.window(group_by=[events.person_id, events.case_id])
    least, most = events.order_id.min().over(case), events.order_id.max().over(case)
    of_case = ibis.ifelse(events.case_id.notnull() & (least == most), least, ibis.null("string"))
    events = events.mutate(order=ibis.coalesce(events.order_id, of_case))
    return events.mutate(matter=ibis.coalesce(events.order, events.case_id))


def first_of_contacts(events: ir.Table) -> ir.Table:
    """Return the first event of each contact of known customers."""
    turned = events.filter(events.person_id.notnull(), events.name.isin(sorted(CONTACTS)))
    theirs = contacts(about(turned), ["person_id", "matter"])
    order = ibis.window(
        group_by=[theirs.person_id, theirs.contact],
        order_by=[theirs.occurred_at, theirs.event_id],
    )
    theirs = theirs.mutate(turn=ibis.row_number().over(order))
    return theirs.filter(theirs.turn == 0)


def answered_by_us(events: ir.Table) -> ir.BooleanValue:
    """Return whether one of us turned to the customer."""
    return events.actor.isin(PEOPLE_OF_OURS) & events.name.isin(sorted(ANSWERS))
