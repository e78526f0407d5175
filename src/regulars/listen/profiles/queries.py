"""SQL of profiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from regulars.faces.keyset import beyond
from regulars.listen.profiles.model import Value, folded
from regulars.listen.profiles.tables import profile_values
from regulars.store.database import upsert

CHUNK = 400
FETCH = 50_000
Named = tuple[int, str, str]
"""1 for a name that begins with the words looked for, else 2; the name, folded; the identity."""
TYPES = {"at": pa.timestamp("us", tz="UTC")}
"""Columns that are no text."""


def keep(connection: sa.Connection, values: Iterable[Value]) -> None:
    """Keep each value unless its source has said something newer.

    At one moment the larger text wins, so that the order of arrival does not matter.
    """
    rows = [
        {
            "identity_id": value.identity_id,
            "attribute": value.attribute,
            "source": value.source,
            "value": value.value,
            "folded": None if value.value is None else folded(value.attribute, value.value),
            "at": value.at,
        }
        for value in values
    ]
    if not rows:
        return
    statement = upsert(connection, profile_values)
    old, new = profile_values.c, statement.excluded
    newer = (new.at > old.at) | (
        (new.at == old.at) & (sa.func.coalesce(new.value, "") > sa.func.coalesce(old.value, ""))
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["identity_id", "attribute", "source"],
            set_={"value": new.value, "folded": new.folded, "at": new.at},
            where=newer,
        ),
        rows,
    )


def of_identities(connection: sa.Connection, identities: Sequence[str]) -> list[Value]:
    """Return all values held of the identities."""
    values: list[Value] = []
    columns = profile_values.c
    wanted = (columns.identity_id, columns.attribute, columns.source, columns.value, columns.at)
    for start in range(0, len(identities), CHUNK):
        some = list(identities[start : start + CHUNK])
        query = sa.select(*wanted).where(columns.identity_id.in_(some))
        values += [Value(*row) for row in connection.execute(query)]
    return values


def forget(connection: sa.Connection, identities: Sequence[str]) -> int:
    """Delete all values of the identities; return how many."""
    gone = 0
    for start in range(0, len(identities), CHUNK):
        some = list(identities[start : start + CHUNK])
        gone += connection.execute(
            sa.delete(profile_values).where(profile_values.c.identity_id.in_(some))
        ).rowcount
    return gone


def named_like(
    connection: sa.Connection,
    words: str,
    limit: int,
    *,
    after: Named | None = None,
    among: Sequence[str] | None = None,
) -> list[Named]:
    """Return whose name, as some source holds it, contains `words`, behind `after`.

    Names that begin with the words come first. `among` narrows to these identities.
    """
    spelled = folded("name", words)
    if not spelled:
        return []
    columns = profile_values.c
    begins = sa.case((columns.folded.startswith(spelled, autoescape=True), 1), else_=2)
    order = (sa.func.min(begins), sa.func.min(columns.folded), columns.identity_id)
    theirs = sa.true() if among is None else columns.identity_id.in_(list(among))
    query = (
        sa.select(*order)
        .where(columns.attribute == "name", columns.folded.contains(spelled, autoescape=True))
        .where(theirs)
        .group_by(columns.identity_id)
        .having(beyond(order, after))
        .order_by(*order)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def holding(connection: sa.Connection, attribute: str, value: str, limit: int) -> list[str]:
    """Return identities of which some source holds this value of the attribute."""
    columns = profile_values.c
    query = (
        sa.select(columns.identity_id)
        .where(columns.attribute == attribute, columns.folded == folded(attribute, value))
        .distinct()
        .order_by(columns.identity_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def distinct(connection: sa.Connection, attributes: Sequence[str]) -> list[tuple[str, str]]:
    """Return each (attribute, value) of these attributes that is held of anybody."""
    columns = profile_values.c
    query = sa.select(columns.attribute, columns.value).distinct()
    query = query.where(columns.attribute.in_(attributes), columns.value.is_not(None))
    return [(row[0], row[1]) for row in connection.execute(query)]


def shared(connection: sa.Connection, attribute: str, most: int, limit: int) -> list[list[str]]:
    """Return groups of 2 to `most` identities that hold one value of the attribute."""
    columns = profile_values.c
    held = sa.func.count(columns.identity_id.distinct())
    common = (
        sa.select(columns.folded)
        .where(columns.attribute == attribute, columns.folded.is_not(None), columns.folded != "")
        .group_by(columns.folded)
        .having(held.between(2, most))
        .order_by(columns.folded)
        .limit(limit)
    )
    query = (
        sa.select(columns.folded, columns.identity_id)
        .where(columns.attribute == attribute, columns.folded.in_(common.scalar_subquery()))
        .distinct()
        .order_by(columns.folded, columns.identity_id)
    )
    groups: dict[str, list[str]] = {}
    for spelled, identity in connection.execute(query):
        groups.setdefault(spelled, []).append(identity)
    return list(groups.values())


def stamp(connection: sa.Connection) -> tuple[int, Any]:
    """Return how many values are kept and when the newest was said: others have another stamp."""
    columns = profile_values.c
    row = connection.execute(sa.select(sa.func.count(), sa.func.max(columns.at))).one()
    return row[0], row[1]


def everything(connection: sa.Connection, attribute: str | None = None) -> pa.Table:
    """Return (identity_id, attribute, source, folded, at) of every held value, as Arrow.

    With `attribute`, of that one only.
    """
    columns = profile_values.c
    query = sa.select(
        columns.identity_id, columns.attribute, columns.source, columns.folded, columns.at
    ).where(columns.value.is_not(None))
    if attribute is not None:
        query = query.where(columns.attribute == attribute)
    schema = pa.schema(
        [(one.name, TYPES.get(one.name, pa.string())) for one in query.selected_columns]
    )
    parts = list(_portions(connection, query, schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def values(connection: sa.Connection, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the columns of `schema` of every held value, in portions."""
    columns = profile_values.c
    query = sa.select(*(columns[name] for name in schema.names)).where(columns.value.is_not(None))
    yield from _portions(connection, query.order_by(columns.identity_id), schema)


def _portions(
    connection: sa.Connection, query: sa.Select[Any], schema: pa.Schema
) -> Iterator[pa.Table]:
    for rows in connection.execution_options(yield_per=FETCH).execute(query).partitions():
        whole: list[Sequence[Any]] = list(zip(*rows, strict=True))
        arrays = [pa.array(c, f.type) for c, f in zip(whole, schema, strict=True)]
        yield pa.table(arrays, schema=schema)
