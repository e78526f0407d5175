"""DuckDB connections with this workspace's share of memory and threads, zone and spill place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb

from regulars.kit import machine, sql
from regulars.kit.errors import Invalid
from regulars.kit.text import Text

if TYPE_CHECKING:
    from regulars.store.workspace import Store

UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
SORTED_AT_ONCE = 1 << 25
"""Hashes that are sorted in memory at once."""


MOST = 0.6
"""Share of the machine's memory that is used at most, whatever `engine.memory` says."""


def connect(store: Store, *, share: float = 1.0) -> duckdb.DuckDBPyConnection:
    """Return a new in-memory database that may use `share` of this process's memory.

    The session's zone is the reporting zone. It spills into a place of its own: two databases
    that share a folder write into each other's files. Raises Invalid when `engine.memory` is
    unreadable.
    """
    engine = store.settings.engine
    connection = duckdb.connect(
        config={
            "threads": engine.threads,
            "memory_limit": f"{int(_allowed(store) * share / 2**20)}MiB",
            "temp_directory": str(store.spill.place("duckdb")),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("SET enable_progress_bar = false; SET parquet_metadata_cache = true")
    set_zone(connection, store)
    return connection


def _allowed(store: Store) -> float:
    """Return how many bytes this process may use: its share of what the workspace may."""
    wanted, there = memory_bytes(store.settings.engine.memory), machine.memory()
    return store.share * (wanted if there is None else min(wanted, MOST * there))


def set_zone(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Let the session compute days and months in the reporting zone."""
    connection.execute(f"SET TimeZone = '{store.settings.workspace.time_zone}'")


def memory_bytes(words: str) -> int:
    """Read “4GB” or “512MiB”; raises Invalid naming the setting."""
    match = re.fullmatch(r"\s*([0-9.]+)\s*([KMG]i?B)\s*", words, re.IGNORECASE)
    if match is None:
        raise Invalid(
            "settings.memory",
            Text("engine.memory is written like 4GB.", "engine.memory 请写成 4GB 这样的形式。"),
            field="engine.memory",
        )
    return int(float(match[1]) * UNITS[match[2].upper()])


def file_list(paths: list[str]) -> str:
    """Return paths as a DuckDB list literal."""
    return "[" + ", ".join(map(sql.literal, paths)) + "]"


def count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Return how many rows a relation has."""
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0


def may_repeat_ids(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Tell whether an event's id may repeat; by 8-byte hashes, so that no is cheap.

    They are sorted, which takes less than to count each; of very many a part at a time.
    """
    parts = count(connection, relation) // SORTED_AT_ONCE + 1
    for part in range(parts):
        some = f"WHERE hashed % {parts} = {part}" if parts > 1 else ""
        found = connection.execute(
            f"SELECT hashed FROM (SELECT hash(event_id) AS hashed FROM {relation}) {some}"
        ).fetchnumpy()["hashed"]
        found.sort()
        if (found[1:] == found[:-1]).any():
            return True
    return False
