"""The roll-up of customers, and what is kept of their assignments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import sqlalchemy as sa

from regulars.store.database import upsert
from regulars.timeline import orders as numbered
from regulars.timeline.vocabulary import ORDERS, SIGNED_UP
from regulars.understand.value_groups.model import GROUPS, Rules
from regulars.understand.value_groups.tables import value_group_runs

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

CUSTOMER = sorted(ORDERS | {SIGNED_UP})
ACTION = ("person_id", "occurred_at", "name", "amount", "currency")


def roll_up(view: View, rules: Rules, as_of: datetime, currency: str) -> ir.Table:
    """Return one row a customer: spend, frequency, depth, active days, first and last action.

    Customers are people who ordered or signed up before `as_of`. Spend (in `currency`), orders,
    days with another own action, days with any, and the first action are those of the window;
    `last` is the last own action ever. An order is one action, when it is first told of.
    """
    own = _own_actions(view, as_of)
    recent = own.occurred_at >= as_of - timedelta(days=rules.days)
    order = own.name.isin(sorted(ORDERS))
    paid = recent & (own.currency == currency)
    daily = own.group_by("person_id", day=view.day(own.occurred_at)).agg(
        spend=ibis.ifelse(paid, own.amount, ibis.null(own.amount.type())).sum(),
        orders=ibis.ifelse(recent & order, 1, 0).sum(),
        others=ibis.ifelse(recent & ~order, 1, 0).max(),
        active=ibis.ifelse(recent, 1, 0).max(),
        known=ibis.ifelse(own.name.isin(CUSTOMER), 1, 0).max(),
        first=ibis.ifelse(recent, own.occurred_at, ibis.null(own.occurred_at.type())).min(),
        last=own.occurred_at.max(),
    )
    people = daily.group_by("person_id").agg(
        spend=daily.spend.sum().cast("float64").fill_null(0.0),
        frequency=daily.orders.sum(),
        depth=daily.others.sum(),
        active=daily.active.sum(),
        known=daily.known.max(),
        first=daily.first.min(),
        last=daily["last"].max(),
    )
    return people.filter(people.known == 1).drop("known")


def _own_actions(view: View, as_of: datetime) -> ir.Table:
    """Return what known people did before `as_of`; `amount` is what it adds to their spend."""
    events = view.with_person()
    events = events.filter(events.actor == "customer", events.occurred_at < as_of)
    sale = events.name.isin(numbered.SALES)
    sold = numbered.sales(events.filter(sale).select("name", *numbered.NEEDED)).select(*ACTION)
    others = events.filter(~sale).select(*ACTION).mutate(amount=ibis.null(sold.amount.type()))
    own = sold.union(others.select(*ACTION))
    return own.filter(own.person_id.notnull())


def grouped(view: View, assigned: pa.Table) -> ir.Table:
    """Return (group_person, value_group) of an assignment, by the people of today.

    Of people who were linked since, the higher group counts.
    """
    groups = ibis.memtable(assigned.select(["person_id", "group"]))
    groups = groups.select(group_person="person_id", code="group")
    if view.people is not None:
        links = view.people.select(linked_id="identity_id", linked_person="person_id")
        joined = groups.left_join(links, groups.group_person == links.linked_id)
        groups = joined.select(
            "code", group_person=ibis.coalesce(joined.linked_person, joined.group_person)
        )
    best = groups.group_by("group_person").agg(code=groups.code.min())
    names = ((best.code == code, str(group)) for code, group in enumerate(GROUPS))
    return best.select("group_person", value_group=ibis.cases(*names))


def seen_at(view: View, places: list[str], as_of: datetime) -> ir.Table:
    """Return who did or met something in the places before `as_of`."""
    events = view.with_person()
    kept = events.filter(
        events.person_id.notnull(), events.place.isin(places or [""]), events.occurred_at < as_of
    )
    return kept.select("person_id").distinct()


def put_run(connection: sa.Connection, row: dict[str, Any]) -> None:
    """Write an assignment over an earlier one of the same moment."""
    statement = upsert(connection, value_group_runs).values(**row)
    changed = {name: statement.excluded[name] for name in row if name != "as_of"}
    connection.execute(statement.on_conflict_do_update(index_elements=["as_of"], set_=changed))


def newest_currency(connection: sa.Connection) -> str | None:
    """Return the currency of the newest assignment; None where none is noted."""
    table = value_group_runs
    query = sa.select(table.c.currency).order_by(table.c.as_of.desc()).limit(1)
    found: str | None = connection.execute(query).scalar()
    return found


def run_moments(connection: sa.Connection) -> list[tuple[int, datetime]]:
    """Return (id, as_of) of every assignment, the newest first."""
    columns = (value_group_runs.c.id, value_group_runs.c.as_of)
    query = sa.select(*columns).order_by(value_group_runs.c.as_of.desc())
    return [(number, moment) for number, moment in connection.execute(query)]


def stamps(connection: sa.Connection) -> list[tuple[int, datetime, datetime, int]]:
    """Return (id, as_of, computed_at, bytes) of every assignment, the newest first.

    The length of what is kept tells when somebody was erased from it.
    """
    table = value_group_runs.c
    columns = (table.id, table.as_of, table.computed_at, sa.func.length(table.assigned))
    query = sa.select(*columns).order_by(table.as_of.desc())
    return [(row[0], row[1], row[2], int(row[3])) for row in connection.execute(query)]


def run(connection: sa.Connection, number: int) -> sa.Row[Any] | None:
    """Return one assignment."""
    query = sa.select(value_group_runs).where(value_group_runs.c.id == number)
    return connection.execute(query).first()


def change_assigned(connection: sa.Connection, number: int, data: bytes) -> None:
    """Replace the customers of an assignment."""
    connection.execute(
        sa.update(value_group_runs).where(value_group_runs.c.id == number).values(assigned=data)
    )


def drop_runs(connection: sa.Connection, numbers: list[int]) -> None:
    """Delete assignments."""
    connection.execute(sa.delete(value_group_runs).where(value_group_runs.c.id.in_(numbers)))
