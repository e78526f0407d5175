"""What a sample of a file shows of each column, found by the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.listen.imports.expressions import literal, quote

if TYPE_CHECKING:
    import duckdb

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$"
PHONE = r"^(\+?\d{1,3}[ -]?)?(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\(?\d{3}\)?[ -]?\d{3}[ -]?\d{4})$"
DATE_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y%m%d",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sample says of a column; shares are of the values that are not blank."""

    header: str
    duck: str
    filled: int
    rows: int
    distinct: int
    numbers: float
    whole: float
    least: float | None
    most: float | None
    emails: float
    phones: float
    iso: float
    zoned: float
    commas: float
    length: float
    formats: tuple[str, ...]
    odd: tuple[str, ...]
    examples: tuple[str, ...]


def facts(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]
) -> list[Facts]:
    """Look at every column of a sample."""
    return [_facts(connection, table, header, duck) for header, duck in columns.items()]


def _facts(connection: duckdb.DuckDBPyConnection, table: str, header: str, duck: str) -> Facts:
    value = f"nullif(trim(CAST({quote(header)} AS VARCHAR)), '')"
    number = r"TRY_CAST(regexp_replace(v, '^[¥￥$€£]\s*', '') AS DOUBLE)"
    thousands = r"regexp_matches(v, '^-?[¥￥$€£]?\d{1,3}(,\d{3})+(\.\d+)?$')"
    tests = (
        f"{number} IS NOT NULL OR {thousands}",
        f"coalesce({number} = floor({number}), FALSE)",
        f"regexp_matches(v, {literal(EMAIL)})",
        f"regexp_matches(v, {literal(PHONE)})",
        "TRY_CAST(v AS TIMESTAMP) IS NOT NULL AND length(v) >= 8",
        r"length(v) > 10 AND regexp_matches(v, '(Z|[+-]\d{2}(:?\d{2})?)$')",
        r"regexp_matches(v, '^-?[\d.]*\d,\d{1,2}$')",
    )
    shares = ", ".join(f"avg(({test})::INT) FILTER (v IS NOT NULL)" for test in tests)
    row = connection.execute(
        f"SELECT count(v), count(*), count(DISTINCT v), min({number}), max({number}), "
        f"avg(length(v)), {shares} FROM (SELECT {value} AS v FROM {table})"
    ).fetchone()
    examples = connection.execute(
        f"SELECT v FROM (SELECT {value} AS v, _row FROM {table}) WHERE v IS NOT NULL "
        "GROUP BY v ORDER BY count(*) DESC, min(_row) LIMIT 5"
    ).fetchall()
    filled, count, distinct, least, most, length, *found = row or (0, 0, 0, None, None, None)
    numbers, whole, emails, phones, iso, zoned, commas = (share or 0.0 for share in found)
    return Facts(
        header=header,
        duck=duck,
        filled=filled,
        rows=count,
        distinct=distinct,
        numbers=numbers,
        whole=whole,
        least=least,
        most=most,
        emails=emails,
        phones=phones,
        iso=iso,
        zoned=zoned,
        commas=commas,
        length=length or 0.0,
        formats=_formats(connection, table, value) if duck == "VARCHAR" else (),
        odd=_odd(connection, table, value),
        examples=tuple(row[0][:80] for row in examples),
    )


def _formats(connection: duckdb.DuckDBPyConnection, table: str, value: str) -> tuple[str, ...]:
    """Return the date formats that fit at least 98 of 100 values."""
    shares = ", ".join(
        f"avg((try_strptime(v, {literal(one)}) IS NOT NULL)::INT)" for one in DATE_FORMATS
    )
    row = connection.execute(
        f"SELECT {shares} FROM (SELECT {value} AS v FROM {table}) WHERE v IS NOT NULL"
    ).fetchone()
    return tuple(
        one for one, share in zip(DATE_FORMATS, row or (), strict=False) if (share or 0) >= 0.98
    )


def _odd(connection: duckdb.DuckDBPyConnection, table: str, value: str) -> tuple[str, ...]:
    """Return the few words that stand among numbers."""
    rows = connection.execute(
        f"SELECT v FROM (SELECT {value} AS v FROM {table}) WHERE v IS NOT NULL "
        "AND TRY_CAST(v AS DOUBLE) IS NULL GROUP BY v ORDER BY count(*) DESC LIMIT 6"
    ).fetchall()
    return tuple(row[0] for row in rows) if len(rows) <= 5 else ()
