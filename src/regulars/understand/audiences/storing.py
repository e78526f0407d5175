"""SQL of audiences, their versions and their members."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.store.database import upsert
from regulars.understand.audiences.model import Audience, Membership
from regulars.understand.audiences.tables import audience_members, audience_versions, audiences

_versions = audience_versions.c


def in_force(connection: sa.Connection) -> list[Audience]:
    """Return the newest version of every audience that is not retired, by name."""
    newest = (
        sa.select(_versions.key, sa.func.max(_versions.number).label("number"))
        .join(audiences, audiences.c.key == _versions.key)
        .where(audiences.c.retired_at.is_(None))
        .group_by(_versions.key)
        .subquery()
    )
    query = (
        sa.select(audience_versions)
        .join(newest, (newest.c.key == _versions.key) & (newest.c.number == _versions.number))
        .order_by(_versions.name, _versions.key)
    )
    return [_audience(row) for row in connection.execute(query)]


def versions(connection: sa.Connection, key: str) -> list[Audience]:
    """Return every version of an audience, the newest first."""
    query = (
        sa.select(audience_versions).where(_versions.key == key).order_by(_versions.number.desc())
    )
    return [_audience(row) for row in connection.execute(query)]


def _audience(row: sa.Row[tuple[object, ...]]) -> Audience:
    return Audience(
        row.key, row.name, row.condition, row.number, row.made_at, row.made_by, row.note
    )


def add(connection: sa.Connection, audience: Audience) -> None:
    """Write a version; the first one also makes the audience."""
    if audience.number == 1:
        connection.execute(sa.insert(audiences).values(key=audience.key))
    connection.execute(
        sa.insert(audience_versions).values(
            key=audience.key,
            number=audience.number,
            name=audience.name,
            condition=audience.where,
            note=audience.note,
            made_at=audience.made_at,
            made_by=audience.made_by,
        )
    )


def retire(connection: sa.Connection, key: str, now: datetime) -> None:
    """Take an audience out of force."""
    connection.execute(sa.update(audiences).where(audiences.c.key == key).values(retired_at=now))


def memberships(connection: sa.Connection) -> dict[str, Membership]:
    """Return key → what was last written down of its members, without who they are."""
    table = audience_members.c
    query = sa.select(table.key, table.number, table.as_of, table.count)
    return {row[0]: Membership(*row) for row in connection.execute(query)}


def members(connection: sa.Connection, key: str) -> pa.Array:
    """Return the persons last written down, in order; none before the first time."""
    table = audience_members.c
    packed = connection.execute(sa.select(table.members).where(table.key == key)).scalar()
    return pa.array([], pa.string()) if packed is None else _unpack(packed)


def put_members(connection: sa.Connection, one: Membership, persons: pa.Array) -> None:
    """Write down who is in an audience, over what stood there."""
    values = {
        "number": one.number, "as_of": one.as_of, "count": one.members, "members": _pack(persons)
    }  # fmt: skip
    statement = upsert(connection, audience_members).values(key=one.key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))


def drop_members(connection: sa.Connection, key: str) -> None:
    """Delete what was written down of an audience's members."""
    connection.execute(sa.delete(audience_members).where(audience_members.c.key == key))


def forget(connection: sa.Connection, identities: frozenset[str]) -> int:
    """Take the people out of every audience; return how many places they were taken from."""
    wanted, gone = pa.array(sorted(identities), pa.string()), 0
    for membership in memberships(connection).values():
        persons = members(connection, membership.key)
        hit = pc.is_in(persons, value_set=wanted)
        leaving = int(pc.sum(hit).as_py() or 0)
        if leaving:
            kept = persons.filter(pc.invert(hit))
            put_members(
                connection,
                Membership(membership.key, membership.number, membership.as_of, len(kept)),
                kept,
            )
            gone += leaving
    return gone


def _pack(persons: pa.Array) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"person_id": persons})
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _unpack(packed: bytes) -> pa.Array:
    return pa.ipc.open_stream(packed).read_all().column("person_id").combine_chunks()
