"""Putting the customer table together in DuckDB, and taking people out of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from regulars.kit import sql
from regulars.timeline import duck
from regulars.understand.words.model import KIND_TITLES

COMMONEST = """
    SELECT person_id, {column} FROM (
        SELECT person_id, {column}, sum(n) AS n FROM {table}
        WHERE {column} IS NOT NULL GROUP BY person_id, {column}
    ) QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY n DESC, {column}) = 1
"""
TABLE = f"""
    WITH people AS (
        SELECT person_id, min(first_seen) AS first_seen, max(last_seen) AS last_seen
        FROM seen GROUP BY person_id
    ),
    channels AS ({COMMONEST.format(column="channel", table="seen")}),
    places AS ({COMMONEST.format(column="place", table="seen")}),
    languages AS ({COMMONEST.format(column="language", table="spoken")}),
    pains AS (
        SELECT person_id, list(DISTINCT step ORDER BY step) AS steps FROM met GROUP BY person_id
    ),
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
        d.nps_total / nullif(d.nps_answers, 0) AS nps,
        CAST(coalesce(d.nps_answers, 0) AS DOUBLE) AS nps_answers,
        CAST(coalesce(d.promoters, 0) AS BIGINT) AS promoters,
        CAST(coalesce(d.detractors, 0) AS BIGINT) AS detractors,
        d.csat_total / nullif(d.csat_answers, 0) AS csat,
        CAST(coalesce(d.csat_answers, 0) AS DOUBLE) AS csat_answers,
        channels.channel,
        places.place,
        languages.language,
        CAST(valued."group" AS VARCHAR) AS value_group,
        CAST(valued.segment AS VARCHAR) AS segment,
        valued.score AS value_score,
        valued.depth AS interaction_depth,
        worth.value AS lifetime_value,
        worth.alive AS still_customer,
        leaving.chance AS churn_chance,
        CAST(felt.last_level AS DOUBLE) AS last_level,
        CAST(felt.last_at AS DATE) AS last_experience,
        CAST(coalesce(felt.negative, 0) AS DOUBLE) AS negative_experiences,
        CAST(coalesce(felt.high, 0) AS DOUBLE) AS high_experiences,
        felt.rescue_at IS NOT NULL AS to_rescue,
        felt.rescue_touchpoint,
        felt.scream_at IS NOT NULL AS screams,
        felt.scream_touchpoint,
        pains.steps AS pain_point,
        problems.kinds AS problem_type,
        CAST(coalesce(said.texts, 0) AS DOUBLE) AS texts,
        CAST(coalesce(said.negative, 0) AS DOUBLE) AS negative_texts,
        CAST(wanting.want_1 AS VARCHAR) AS next_need,
        wanting.chance_1 AS next_need_chance
    FROM people p
    LEFT JOIN deeds d USING (person_id)
    LEFT JOIN channels USING (person_id)
    LEFT JOIN places USING (person_id)
    LEFT JOIN languages USING (person_id)
    LEFT JOIN valued USING (person_id)
    LEFT JOIN worth USING (person_id)
    LEFT JOIN leaving USING (person_id)
    LEFT JOIN felt USING (person_id)
    LEFT JOIN pains USING (person_id)
    LEFT JOIN said USING (person_id)
    LEFT JOIN problems USING (person_id)
    LEFT JOIN wanting USING (person_id)
"""
DATED = """
    SELECT * REPLACE (
        CAST({today} - last_seen AS DOUBLE) AS days_since_seen,
        CAST({today} - last_order AS DOUBLE) AS days_since_order
    ) FROM ({table})
"""


def joined(connection: duckdb.DuckDBPyConnection, parts: dict[str, pa.Table]) -> pa.Table:
    """Join the parts, one row a customer; without what goes with the day."""
    for name, table in parts.items():
        connection.register(name, table)
    return connection.execute(TABLE).to_arrow_table()


def write(connection: duckdb.DuckDBPyConnection, table: pa.Table, target: Path) -> None:
    """Write rows by person as Parquet."""
    connection.register("by_person", table)
    _copy(connection, "SELECT * FROM by_person ORDER BY person_id", target)


def view(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    on_top: tuple[Path, Path],
    today: date | None,
) -> str:
    """Define the table of everybody with newer rows in place of those replaced; return its name.

    `on_top` are the files of both. Days are counted until `today`, unknown without it.
    """
    newer, replaced = on_top
    table = f"SELECT * FROM {_parquet(path)}"
    if newer.exists() and replaced.exists():
        table += (
            f" WHERE person_id NOT IN (SELECT person_id FROM {_parquet(replaced)})"
            f" UNION ALL SELECT * FROM {_parquet(newer)}"
        )
    until = f"DATE '{today.isoformat()}'" if today else "CAST(NULL AS DATE)"
    connection.execute(f"CREATE TEMP VIEW customers AS {DATED.format(today=until, table=table)}")
    return "customers"


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


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000"
    row = connection.execute(f"COPY ({query}) TO {sql.literal(target)} ({options})").fetchone()
    return int(row[0]) if row else 0
