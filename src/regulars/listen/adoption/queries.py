"""What words events carry, and the names that were given to some of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis
import sqlalchemy as sa

from regulars.kit.text import Text
from regulars.listen.adoption.model import Adopted, Kind
from regulars.listen.adoption.tables import adopted_titles
from regulars.store.database import put
from regulars.timeline.tables import spellings

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST = 2_000
"""Words of a kind that are looked at: the most frequent."""


def words(events: ir.Table, kind: Kind) -> ir.Table:
    """Return the words of a kind with their events and the last of these, the frequent first."""
    if kind is Kind.CATEGORY:
        lines = events.select("occurred_at", line=events.lines.unnest())
        events = lines.select("occurred_at", category=lines.line.category)
    return (
        events.filter(events[kind.value].notnull(), events[kind.value] != "")
        .group_by(value=events[kind.value])
        .aggregate(events=ibis._.count(), last_at=ibis._.occurred_at.max())
        .order_by(ibis.desc("events"), "value")
        .limit(MOST)
    )


def titles(connection: sa.Connection, kind: Kind) -> dict[str, Text]:
    """Return value → its name in both languages."""
    query = sa.select(adopted_titles).where(adopted_titles.c.kind == kind.value)
    return {row.value: Text(row.en, row.zh) for row in connection.execute(query)}


def adopted(connection: sa.Connection) -> list[Adopted]:
    """Return all words that were taken over or named, the newest first."""
    named = [
        Adopted(Kind(row.kind), row.value, None, Text(row.en, row.zh), *_who(row))
        for row in connection.execute(sa.select(adopted_titles))
    ]
    folded = [
        Adopted(Kind(row.kind), row.written, row.meant, None, row.made_by, row.made_at)
        for row in connection.execute(sa.select(spellings))
    ]
    return sorted([*named, *folded], key=lambda one: (one.at, one.value), reverse=True)


def _who(row: Any) -> tuple[str, datetime]:
    return row.adopted_by, row.adopted_at


def put_title(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Give a word a name, in place of the one it had."""
    put(connection, adopted_titles, values)


def drop_title(connection: sa.Connection, kind: Kind, value: str) -> bool:
    """Take a word's name away; False when it had none."""
    chosen = (adopted_titles.c.kind == kind.value) & (adopted_titles.c.value == value)
    return connection.execute(sa.delete(adopted_titles).where(chosen)).rowcount == 1
