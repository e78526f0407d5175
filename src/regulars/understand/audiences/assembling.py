"""Putting the customer table together in DuckDB, and taking people out of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.kit import sql
from regulars.timeline import duck
from regulars.understand.words.model import KIND_TITLES

COMMONEST = """
    SELECT person_id, {column} FROM (
        SELECT person_id, {column}, sum(n) AS n FROM {table}
        WHERE {column} IS NOT NULL GROUP BY person_id, {column}
    ) QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY n DESC, {column}) = 1
"""
PARTS = {
    "valued": {
        "value_group": 'CAST(valued."group" AS VARCHAR)',
        "segment": "CAST(valued.segment AS VARCHAR)",
        "value_score": "valued.score",
        "interaction_depth": "valued.depth",
    },
    "worth": {"lifetime_value": "worth.value", "still_customer": "worth.alive"},
    "leaving": {"churn_chance": "leaving.chance"},
    "wanting": {
        "next_need": "CAST(wanting.want_1 AS VARCHAR)",
        "next_need_chance": "wanting.chance_1",
    },
    "felt": {
        "last_level": "CAST(felt.last_level AS DOUBLE)",
        "last_experience": "CAST(felt.last_at AS DATE)",
        "negative_experiences": "CAST(coalesce(felt.negative, 0) AS DOUBLE)",
        "high_experiences": "CAST(coalesce(felt.high, 0) AS DOUBLE)",
        "to_rescue": "felt.rescue_at IS NOT NULL",
        "rescue_touchpoint": "felt.rescue_touchpoint",
        "screams": "felt.scream_at IS NOT NULL",
        "scream_touchpoint": "felt.scream_touchpoint",
    },
    "met": {"pain_point": "met.steps"},
    "answered": {
        "nps": "answered.nps_total / nullif(answered.nps_answers, 0)",
        "nps_answers": "CAST(coalesce(answered.nps_answers, 0) AS DOUBLE)",
        "promoters": "CAST(coalesce(answered.promoters, 0) AS BIGINT)",
        "detractors": "CAST(coalesce(answered.detractors, 0) AS BIGINT)",
        "csat": "answered.csat_total / nullif(answered.csat_answers, 0)",
        "csat_answers": "CAST(coalesce(answered.csat_answers, 0) AS DOUBLE)",
    },
}
"""Columns that do not come from a customer's own events alone, by where they come from."""


def _part(*names: str) -> str:
    return ", ".join(f"{told} AS {column}" for one in names for column, told in PARTS[one].items())


TABLE = f"""
    WITH people AS (
        SELECT person_id, min(first_seen) AS first_seen, max(last_seen) AS last_seen
        FROM seen GROUP BY person_id
    ),
    channels AS ({COMMONEST.format(column="channel", table="seen")}),
    places AS ({COMMONEST.format(column="place", table="seen")}),
    languages AS ({COMMONEST.format(column="language", table="spoken")}),
    problems AS (
        SELECT person_id, list(kind ORDER BY kind) AS kinds
        FROM (UNPIVOT said ON {", ".join(str(kind) for kind in KIND_TITLES)} INTO NAME kind VALUE n)
        WHERE n > 0 GROUP BY person_id
    )
    SELECT p.person_id,
        CAST(p.first_seen AS DATE) AS first_seen,
        CAST(p.last_seen AS DATE) AS last_seen,
        CAST(NULL AS DOUBLE) AS days_since_seen,
        coalesce(d.signed_up, 0) = 1 AS signed_up,
        CAST(coalesce(d.orders, 0) AS DOUBLE) AS orders,
        CAST(coalesce(d.spend, 0) AS DOUBLE) AS spend,
        CAST(coalesce(d.spend, 0) AS DOUBLE) / nullif(d.orders, 0) AS average_order,
        CAST(d.first_order AS DATE) AS first_order,
        CAST(d.last_order AS DATE) AS last_order,
        CAST(NULL AS DOUBLE) AS days_since_order,
        CAST(coalesce(d.complaints, 0) AS DOUBLE) AS complaints,
        CAST(coalesce(d.contacts, 0) AS DOUBLE) AS contacts,
        {_part("answered")},
        channels.channel,
        places.place,
        languages.language,
        {_part("valued", "worth", "leaving")},
        {_part("felt")},
        {_part("met")},
        problems.kinds AS problem_type,
        CAST(coalesce(said.texts, 0) AS DOUBLE) AS texts,
        CAST(coalesce(said.negative, 0) AS DOUBLE) AS negative_texts,
        {_part("wanting")}
    FROM people p
    LEFT JOIN deeds d USING (person_id)
    LEFT JOIN channels USING (person_id)
    LEFT JOIN places USING (person_id)
    LEFT JOIN languages USING (person_id)
    LEFT JOIN said USING (person_id)
    LEFT JOIN problems USING (person_id)
    {" ".join(f"LEFT JOIN {one} USING (person_id)" for one in PARTS)}
"""
MET = """
    CREATE OR REPLACE TEMP VIEW met AS
    SELECT person_id, list(DISTINCT step ORDER BY step) AS steps FROM met_steps GROUP BY person_id
"""
DATED = """
    SELECT * REPLACE (
        CAST({today} - last_seen AS DOUBLE) AS days_since_seen,
        CAST({today} - last_order AS DOUBLE) AS days_since_order
    ) FROM ({table})
"""


def joined(connection: duckdb.DuckDBPyConnection, parts: dict[str, pa.Table]) -> pa.Table:
    """Join the parts, one row a customer; without what goes with the day."""
    _register(connection, parts)
    return connection.execute(TABLE).to_arrow_table()


def exchanged(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    on_top: tuple[Path, Path],
    parts: dict[str, pa.Table],
) -> pa.Table:
    """Return the rows of `path` and those `on_top` with the columns of these parts exchanged."""
    _register(connection, parts)
    columns = ", ".join(_part(one) for one in parts)
    joins = " ".join(f"LEFT JOIN {one} ON {one}.person_id = t.person_id" for one in parts)
    table = f"SELECT t.* REPLACE ({columns}) FROM ({_rows(path, on_top)}) t {joins}"
    return connection.execute(table).to_arrow_table()


def _register(connection: duckdb.DuckDBPyConnection, parts: dict[str, pa.Table]) -> None:
    for name, table in parts.items():
        connection.register("met_steps" if name == "met" else name, table)
    if "met" in parts:
        connection.execute(MET)


def write(
    connection: duckdb.DuckDBPyConnection, table: pa.Table, target: Path, noted: dict[str, str]
) -> None:
    """Write rows by person as Parquet; what is `noted` of them goes along."""
    connection.register("by_person", table)
    _copy(connection, "SELECT * FROM by_person ORDER BY person_id", target, noted)


def noted(path: Path) -> dict[str, str]:
    """Return what was noted of a table when it was written; empty where it is not there."""
    if not path.exists():
        return {}
    found = pq.read_schema(path).metadata or {}
    return {name.decode(): told.decode() for name, told in found.items() if b":" not in name}


def view(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    on_top: tuple[Path, Path],
    today: date | None,
) -> str:
    """Define the table of everybody with newer rows in place of those replaced; return its name.

    `on_top` are the files of both. Days are counted until `today`, unknown without it.
    """
    table = _rows(path, on_top)
    until = f"DATE '{today.isoformat()}'" if today else "CAST(NULL AS DATE)"
    connection.execute(f"CREATE TEMP VIEW customers AS {DATED.format(today=until, table=table)}")
    return "customers"


def _rows(path: Path, on_top: tuple[Path, Path]) -> str:
    newer, replaced = on_top
    table = f"SELECT * FROM {_parquet(path)}"
    if newer.exists() and replaced.exists():
        table += (
            f" WHERE person_id NOT IN (SELECT person_id FROM {_parquet(replaced)})"
            f" UNION ALL SELECT * FROM {_parquet(newer)}"
        )
    return table


def _parquet(path: Path) -> str:
    return f"read_parquet({duck.file_list([str(path)])})"


def without(
    connection: duckdb.DuckDBPyConnection, source: Path, people: list[str], target: Path
) -> int:
    """Copy a table without some people; return how many rows are gone."""
    connection.register("gone", pa.table({"person_id": pa.array(people, pa.string())}))
    table = _parquet(source)
    before = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    kept = f"SELECT * FROM {table} WHERE person_id NOT IN (SELECT person_id FROM gone)"
    return (before[0] if before else 0) - _copy(connection, f"{kept} ORDER BY person_id", target)


def _copy(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    target: Path,
    noted: dict[str, str] | None = None,
) -> int:
    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000"
    if noted:
        told = ", ".join(f"{name}: {sql.literal(value)}" for name, value in noted.items())
        options += f", KV_METADATA {{{told}}}"
    row = connection.execute(f"COPY ({query}) TO {sql.literal(target)} ({options})").fetchone()
    return int(row[0]) if row else 0
