"""The SQL of benchmarks."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from regulars.store.database import upsert
from regulars.understand.radar.model import Benchmark
from regulars.understand.radar.tables import radar_benchmarks

Points = dict[str, tuple[float, int | None]]


def benchmarks(connection: sa.Connection) -> list[Benchmark]:
    """Return every benchmark by name."""
    rows = connection.execute(sa.select(radar_benchmarks).order_by(radar_benchmarks.c.name))
    return [
        Benchmark(name, at, by, msgspec.json.decode(points, type=Points))
        for name, at, by, points in rows
    ]


def put_benchmark(connection: sa.Connection, benchmark: Benchmark) -> None:
    """Write a benchmark over the earlier one of its name."""
    values = {
        "made_at": benchmark.made_at,
        "made_by": benchmark.made_by,
        "points": msgspec.json.encode(benchmark.values).decode(),
    }
    statement = upsert(connection, radar_benchmarks).values(name=benchmark.name, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def drop_benchmark(connection: sa.Connection, name: str) -> bool:
    """Take a benchmark away; tell whether there was one."""
    deleted = connection.execute(sa.delete(radar_benchmarks).where(radar_benchmarks.c.name == name))
    return deleted.rowcount > 0
