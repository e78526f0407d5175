"""Putting the customer table together in DuckDB, and taking people out of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from regulars.timeline import duck

TABLE = """
    SELECT f.person_id,
        CAST(f.first_seen AS DATE) AS first_seen,
        CAST(f.last_seen AS DATE) AS last_seen,
        CAST(getvariable('today') - CAST(f.last_seen AS DATE) AS DOUBLE) AS days_since_seen,
        f.signed_up = 1 AS signed_up,
        CAST(f.orders AS DOUBLE) AS orders,
        CAST(coalesce(f.spend, 0) AS DOUBLE) AS spend,
        CAST(coalesce(f.spend, 0) AS DOUBLE) / nullif(f.orders, 0) AS average_order,
        CAST(f.first_order AS DATE) AS first_order,
        CAST(f.last_order AS DATE) AS last_order,
        CAST(getvariable('today') - CAST(f.last_order AS DATE) AS DOUBLE) AS days_since_order,
        CAST(f.complaints AS DOUBLE) AS complaints,
        CAST(f.contacts AS DOUBLE) AS contacts,
        f.nps_total / nullif(f.nps_answers, 0) AS nps,
        CAST(f.nps_answers AS DOUBLE) AS nps_answers,
        CAST(f.promoters AS BIGINT) AS promoters,
        CAST(f.detractors AS BIGINT) AS detractors,
        f.csat_total / nullif(f.csat_answers, 0) AS csat,
        CAST(f.csat_answers AS DOUBLE) AS csat_answers,
        channel.value AS channel,
        place.value AS place,
        language.value AS language,
        CAST(valued."group" AS VARCHAR) AS value_group,
        CAST(valued.segment AS VARCHAR) AS segment,
        valued.score AS value_score,
        valued.depth AS interaction_depth,
        worth.value AS lifetime_value,
        worth.alive AS still_customer,
        leaving.chance AS churn_chance
    FROM facts f
    LEFT JOIN channel USING (person_id)
    LEFT JOIN place USING (person_id)
    LEFT JOIN language USING (person_id)
    LEFT JOIN valued USING (person_id)
    LEFT JOIN worth USING (person_id)
    LEFT JOIN leaving USING (person_id)
    ORDER BY f.person_id
"""


def assemble(
    connection: duckdb.DuckDBPyConnection, parts: dict[str, pa.Table], today: date, target: Path
) -> int:
    """Join the parts, one row a customer of `facts`, into a Parquet file; return how many rows."""
    for name, table in parts.items():
        connection.register(name, table)
    connection.execute(f"SET VARIABLE today = DATE '{today.isoformat()}'")
    return _copy(connection, TABLE, target)


def without(
    connection: duckdb.DuckDBPyConnection, source: Path, people: list[str], target: Path
) -> int:
    """Copy a table without some people; return how many rows are gone."""
    connection.register("gone", pa.table({"person_id": pa.array(people, pa.string())}))
    table = f"read_parquet({duck.file_list([str(source)])})"
    before = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    kept = f"SELECT * FROM {table} WHERE person_id NOT IN (SELECT person_id FROM gone)"
    return (before[0] if before else 0) - _copy(connection, f"{kept} ORDER BY person_id", target)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000"
    row = connection.execute(f"COPY ({query}) TO {_quoted(target)} ({options})").fetchone()
    return int(row[0]) if row else 0


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
