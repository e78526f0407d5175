"""The SQL of mappings and benchmarks."""

from __future__ import annotations

from dataclasses import asdict

import msgspec
import sqlalchemy as sa

from regulars.store.database import upsert
from regulars.understand.radar.model import Benchmark, Version
from regulars.understand.radar.tables import radar_benchmarks, radar_mappings

Points = dict[str, tuple[float, int | None]]


def newest(connection: sa.Connection) -> Version | None:
    """Return the newest version of the mapping."""
    found = versions(connection)
    return found[0] if found else None


def versions(connection: sa.Connection) -> list[Version]:
    """Return every version, the newest first."""
    rows = connection.execute(sa.select(radar_mappings).order_by(radar_mappings.c.number.desc()))
    return [Version(*row) for row in rows]


def add(connection: sa.Connection, made: Version) -> None:
    """Keep a new version; its number must be free."""
    connection.execute(sa.insert(radar_mappings).values(**asdict(made)))


def benchmarks(connection: sa.Connection) -> list[Benchmark]:
    """Return every benchmark by name."""
    rows = connection.execute(sa.select(radar_benchmarks).order_by(radar_benchmarks.c.name))
    return [
        Benchmark(name, at, by, msgspec.json.decode(points, type=Points))
        for name, at, by, points in rows
    ]


def put_benchmark(connection: sa.Connection, made: Benchmark) -> None:
    """Write a benchmark over the earlier one of its name."""
    values = {
        "made_at": made.made_at,
        "made_by": made.made_by,
        "points": msgspec.json.encode(made.values).decode(),
    }
    statement = upsert(connection, radar_benchmarks).values(name=made.name, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def drop_benchmark(connection: sa.Connection, name: str) -> bool:
    """Take a benchmark away; tell whether there was one."""
    deleted = connection.execute(sa.delete(radar_benchmarks).where(radar_benchmarks.c.name == name))
    return deleted.rowcount > 0
