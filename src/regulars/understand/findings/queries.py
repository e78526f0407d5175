"""The SQL of findings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from regulars.store.database import upsert
from regulars.understand.findings.model import Slice
from regulars.understand.findings.tables import finding_quotes, finding_wishes, findings


def put(connection: sa.Connection, row: dict[str, Any], quotes: Iterable[str]) -> None:
    """Write a finding, over one of the same key, slice, version and moment."""
    place = ["key", "slice_hash", "version", "as_of"]
    statement = upsert(connection, findings).values(**row)
    changed = {name: statement.excluded[name] for name in row if name not in place}
    number = connection.execute(
        statement.on_conflict_do_update(index_elements=place, set_=changed).returning(findings.c.id)
    ).scalar_one()
    connection.execute(sa.delete(finding_quotes).where(finding_quotes.c.finding_id == number))
    quoted = [{"finding_id": number, "identity_id": one} for one in sorted(set(quotes))]
    if quoted:
        connection.execute(sa.insert(finding_quotes), quoted)


def newest(
    connection: sa.Connection, key: str, slice_hash: str, version: int, as_of: datetime | None
) -> sa.RowMapping | None:
    """Return the newest finding of `key`, of those made as of `as_of` or before."""
    query = (
        sa.select(findings)
        .where(
            findings.c.key == key,
            findings.c.slice_hash == slice_hash,
            findings.c.version == version,
        )
        .order_by(findings.c.as_of.desc())
        .limit(1)
    )
    if as_of is not None:
        query = query.where(findings.c.as_of <= as_of)
    return connection.execute(query).mappings().first()


def moments(connection: sa.Connection) -> list[tuple[int, str, str, datetime]]:
    """Return (id, key, slice_hash, as_of) of every finding."""
    columns = (findings.c.id, findings.c.key, findings.c.slice_hash, findings.c.as_of)
    rows = connection.execute(sa.select(*columns))
    return [(number, key, digest, moment) for number, key, digest, moment in rows]


def numbers(connection: sa.Connection, start: datetime | None, end: datetime | None) -> list[int]:
    """Return the ids of the findings made as of `start` or later and before `end`."""
    query = sa.select(findings.c.id).order_by(findings.c.key, findings.c.as_of, findings.c.id)
    if start is not None:
        query = query.where(findings.c.as_of >= start)
    if end is not None:
        query = query.where(findings.c.as_of < end)
    return list(connection.execute(query).scalars())


def by_number(connection: sa.Connection, number: int) -> sa.RowMapping | None:
    """Return one finding."""
    query = sa.select(findings).where(findings.c.id == number)
    return connection.execute(query).mappings().first()


def delete(connection: sa.Connection, numbers: Collection[int]) -> None:
    """Delete findings and their quotes by id."""
    ids = sorted(numbers)
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        connection.execute(sa.delete(finding_quotes).where(finding_quotes.c.finding_id.in_(part)))
        connection.execute(sa.delete(findings).where(findings.c.id.in_(part)))


def quoting(connection: sa.Connection, identities: Collection[str]) -> list[int]:
    """Return the ids of the findings that quote one of the identities."""
    query = sa.select(finding_quotes.c.finding_id).where(
        finding_quotes.c.identity_id.in_(sorted(identities))
    )
    return list(connection.execute(query.distinct()).scalars())


def asked_at(connection: sa.Connection, key: str, slice_hash: str) -> datetime | None:
    """Return when the slice was last noted as asked for."""
    query = sa.select(finding_wishes.c.asked_at).where(
        finding_wishes.c.key == key, finding_wishes.c.slice_hash == slice_hash
    )
    return connection.execute(query).scalar_one_or_none()


def note(connection: sa.Connection, key: str, slice_hash: str, about: Slice, now: datetime) -> None:
    """Note that the slice was asked for."""
    words = msgspec.json.encode(about, order="sorted").decode()
    row = {"key": key, "slice_hash": slice_hash, "slice": words, "asked_at": now}
    statement = upsert(connection, finding_wishes).values(**row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key", "slice_hash"], set_={"asked_at": now}
        )
    )


def wishes(connection: sa.Connection) -> list[tuple[str, dict[str, Any]]]:
    """Return (key, slice) of what was asked for, the latest first."""
    query = sa.select(finding_wishes).order_by(finding_wishes.c.asked_at.desc())
    rows = connection.execute(query).mappings()
    return [(row["key"], msgspec.json.decode(row["slice"])) for row in rows]


def forget_wish(connection: sa.Connection, key: str, slice_hash: str) -> None:
    """Forget that a slice was asked for."""
    connection.execute(
        sa.delete(finding_wishes).where(
            finding_wishes.c.key == key, finding_wishes.c.slice_hash == slice_hash
        )
    )


def forget_wishes(connection: sa.Connection, before: datetime) -> None:
    """Forget slices that nobody has asked for since `before`."""
    connection.execute(sa.delete(finding_wishes).where(finding_wishes.c.asked_at < before))
