"""SQL of the organisation tree."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from regulars.company.places.model import Kind, Place, TreeVersion
from regulars.company.places.tables import place_versions, places
from regulars.kit.text import Text


def newest(connection: sa.Connection) -> int:
    """Return the number of the newest version; 0 when nobody has made a tree yet."""
    return connection.scalar(sa.select(sa.func.max(place_versions.c.version))) or 0


def places_at(connection: sa.Connection, version: int) -> list[Place]:
    """Return the places of that version."""
    held = (places.c.since <= version) & (places.c.until.is_(None) | (places.c.until > version))
    return [_place(row) for row in connection.execute(sa.select(places).where(held))]


def versions(connection: sa.Connection, limit: int) -> list[TreeVersion]:
    """Return the newest versions first."""
    newest_first = sa.select(place_versions).order_by(place_versions.c.version.desc()).limit(limit)
    return [
        TreeVersion(row.version, row.at, row.by, row.verb, row.subject)
        for row in connection.execute(newest_first)
    ]


def insert_version(connection: sa.Connection, version: TreeVersion) -> None:
    """Add the head of a version; its number must be new."""
    connection.execute(
        place_versions.insert().values(
            version=version.number,
            at=version.at,
            by=version.by,
            verb=version.verb,
            subject=version.subject,
        )
    )


def end(connection: sa.Connection, ids: Iterable[str], version: int) -> None:
    """Let the current rows of `ids` hold only until `version`."""
    for block in _blocks(sorted(ids)):
        current = places.c.id.in_(block) & places.c.until.is_(None)
        connection.execute(places.update().where(current).values(until=version))


def begin(connection: sa.Connection, rows: Iterable[Place], version: int) -> None:
    """Let `rows` hold from `version` on."""
    values = [
        {
            "id": place.id,
            "since": version,
            "until": None,
            "name_en": place.name.en,
            "name_zh": place.name.zh,
            "kind": place.kind.value,
            "parent": place.parent,
            "opened_on": place.opened_on,
            "closed_on": place.closed_on,
        }
        for place in rows
    ]
    if values:
        connection.execute(places.insert(), values)


def _blocks(ids: list[str], size: int = 500) -> Iterable[list[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _place(row: sa.Row[tuple[object, ...]]) -> Place:
    return Place(
        row.id,
        Text(row.name_en, row.name_zh),
        Kind(row.kind),
        row.parent,
        row.opened_on,
        row.closed_on,
    )
