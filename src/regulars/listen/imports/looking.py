"""What a sample of a file shows of each column, found by the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.listen.imports.columns import ISO
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


MOST_FORMATS = 4
HARDLY = 0.02
"""A format that reads a smaller share of the values reads them by chance."""


@dataclass(frozen=True, slots=True)
class Dates:
    """The formats that together read most values as times, the best first.

    `share` is what they read; `either` tells whether day and month could be the other way round,
    `unread` shows values that none of them reads.
    """

    formats: tuple[str, ...] = ()
    share: float = 0.0
    either: bool = False
    unread: tuple[str, ...] = ()


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
    zoned: float
    commas: float
    length: float
    dates: Dates
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
    numbers, whole, emails, phones, zoned, commas = (share or 0.0 for share in found)
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
        zoned=zoned,
        commas=commas,
        length=length or 0.0,
        dates=_dates(connection, table, value) if duck == "VARCHAR" else Dates(),
        odd=_odd(connection, table, value),
        examples=tuple(row[0][:80] for row in examples),
    )


def _dates(connection: duckdb.DuckDBPyConnection, table: str, value: str) -> Dates:
    """Find the formats greedily: the one that reads most, then the one that reads most of the rest.

    Where day and month could be either, the first choice holds for the whole column.
    """
    candidates = [ISO, *DATE_FORMATS]
    chosen: list[str] = []
    either = False
    left = f"(SELECT {value} AS v FROM {table} WHERE {value} IS NOT NULL)"
    whole = rest = _count(connection, left)
    while rest and len(chosen) < MOST_FORMATS:
        counts = _read_by(connection, left, candidates)
        best = max(candidates, key=lambda one: counts[one])
        if counts[best] < HARDLY * whole or counts[best] == 0:
            break
        either = either or counts.get(_swapped(best), 0) == counts[best]
        chosen.append(best)
        candidates = [one for one in candidates if one != best and not _contradict(one, best)]
        left = f"(SELECT v FROM {left} WHERE NOT ({_fits(best)}))"
        rest = _count(connection, left)
    unread = connection.execute(f"SELECT DISTINCT v FROM {left} ORDER BY v LIMIT 3").fetchall()
    share = 1 - rest / whole if whole else 0.0
    return Dates(tuple(chosen), share, either, tuple(row[0][:40] for row in unread))


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0


def _read_by(
    connection: duckdb.DuckDBPyConnection, relation: str, formats: list[str]
) -> dict[str, int]:
    counts = ", ".join(f"count(*) FILTER (WHERE {_fits(one)})" for one in formats)
    row = connection.execute(f"SELECT {counts} FROM {relation}").fetchone()
    return dict(zip(formats, row or (), strict=False))


def _fits(format_: str) -> str:
    if format_ == ISO:
        return "TRY_CAST(v AS TIMESTAMP) IS NOT NULL AND length(v) >= 8"
    return f"try_strptime(v, {literal(format_)}) IS NOT NULL"


def _swapped(format_: str) -> str:
    """Return the format with day and month the other way round; "" where that is no format."""
    day_first = format_.startswith("%d/%m/")
    if not day_first and not format_.startswith("%m/%d/"):
        return ""
    return ("%m/%d/" if day_first else "%d/%m/") + format_[6:]


def _contradict(one: str, other: str) -> bool:
    return bool(_swapped(one) and _swapped(other)) and one[:5] != other[:5]


def _odd(connection: duckdb.DuckDBPyConnection, table: str, value: str) -> tuple[str, ...]:
    """Return the few words that stand among numbers."""
    rows = connection.execute(
        f"SELECT v FROM (SELECT {value} AS v FROM {table}) WHERE v IS NOT NULL "
        "AND TRY_CAST(v AS DOUBLE) IS NULL GROUP BY v ORDER BY count(*) DESC LIMIT 6"
    ).fetchall()
    return tuple(row[0] for row in rows) if len(rows) <= 5 else ()
