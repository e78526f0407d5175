"""What a sample of a file shows of each column, found by the engine.

One pass turns the sample into its distinct values by column, with how often each stands; what is
asked of a value is asked once for all columns, so that 500 columns cost little more than one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regulars.listen.imports import dating
from regulars.listen.imports.dating import NO_DATES, Dates
from regulars.listen.imports.expressions import literal, quote

if TYPE_CHECKING:
    import duckdb

CELLS = "preview_cells"
MAX_CELLS = 1_000_000
"""Cells that are looked at; a wide file gives fewer rows of them."""
MIN_ROWS = 200
MAX_ROWS = 20_000
MAX_COMMON = 30
EXAMPLES = 5
HAN = r"\p{Han}"
EMAIL = r'^[^@\s"{},;<>]+@[^@\s"{},;<>]+\.[^@\s"{},;<>]{2,}$'
MOBILE = r"^'?(\+?86[ -]?)?1[3-9]\d{9}(\.0)?$"
PHONE = (
    r"^(\+\d{1,3}[ -]?)?(0\d{2,3}-?\d{7,8}|\(\d{3}\) ?\d{3}[ -]?\d{4}|\d{3}[ -]\d{3}[ -]\d{4})$"
    r"|^\+\d{7,15}$"
)
CLOCK = (
    r"^(\d{1,2}/\d{1,2}/1899 |1899-12-3[01][ T]|1900-01-0[01][ T])?"
    r"\d{1,2}:\d{2}(:\d{2}(\.0+)?)?( ?[AaPp][Mm])?$"
)
"""A time of day; a spreadsheet shows one as of the last day of 1899."""
SIGN = r"[¥￥$€£元]|^[A-Z]{3} ?[-\d]|\d ?[A-Z]{3}$"
SEVERAL = r"[^;；、┋|]+[;；、┋|][^;；、┋|]+"
NUMBER = (
    "TRY_CAST(regexp_replace(regexp_replace(regexp_replace(translate(v, "
    "'０１２３４５６７８９．，－−', '0123456789.,--'), "
    r"'^([-+]?) ?[A-Za-z]{0,3} ?[¥￥$€£]? ?([-+]?\d)', '\1\2'), "
    r"'(\d) ?(元|块|分|[¥￥$€£]|[A-Za-z]{3})$', '\1'), "
    r"'(\d),(\d{3})', '\1\2', 'g') AS DOUBLE)"
)
"""A value as a number, whatever sign of money or unit stands beside it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sample says of a column; shares are of the values that are not blank.

    `length` counts a Chinese character as three letters. `common` are the most frequent values
    with their counts, all of them where there are few; `odd` the few words among numbers.
    """

    header: str
    duck: str
    rows: int
    filled: int = 0
    distinct: int = 0
    numbers: float = 0.0
    whole: float = 0.0
    least: float | None = None
    most: float | None = None
    signs: float = 0.0
    cents: float = 0.0
    zeros: float = 0.0
    emails: float = 0.0
    mobiles: float = 0.0
    phones: float = 0.0
    clocks: float = 0.0
    zoned: float = 0.0
    commas: float = 0.0
    several: float = 0.0
    nested: float = 0.0
    length: float = 0.0
    common: tuple[tuple[str, int], ...] = ()
    odd: tuple[str, ...] = ()
    dates: Dates = NO_DATES

    @property
    def examples(self) -> tuple[str, ...]:
        """Return the most frequent values, cut to what a table can show."""
        return tuple(value[:80] for value, _count in self.common[:EXAMPLES])

    @property
    def unique(self) -> bool:
        """Tell whether every row has a value of its own."""
        return self.filled == self.rows and self.distinct == self.filled

    def levels(self) -> frozenset[float]:
        """Return the numbers of a column of few; empty where there are many."""
        if self.distinct > MAX_COMMON:
            return frozenset()
        return frozenset(
            number for value, _n in self.common if (number := _float(value)) is not None
        )


def _float(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


SHARES: Mapping[str, str] = {
    "numbers": "number IS NOT NULL",
    "whole": "coalesce(number = floor(number), FALSE)",
    "signs": f"number IS NOT NULL AND regexp_matches(v, '{SIGN}')",
    "cents": r"number IS NOT NULL AND regexp_matches(v, '\d[.,]\d{2}\D*$')",
    "zeros": r"regexp_matches(v, '^0\d+$')",
    "emails": f"regexp_matches(v, {literal(EMAIL)})",
    "mobiles": f"regexp_matches(v, {literal(MOBILE)})",
    "phones": f"regexp_matches(v, {literal(PHONE)})",
    "clocks": f"regexp_matches(v, {literal(CLOCK)})",
    "zoned": r"length(v) > 10 AND regexp_matches(v, '(Z|(UTC|GMT)?[+-]\d{1,2}(:?\d{2})?)$')",
    "commas": r"regexp_matches(v, '^-?[\d.]*\d,\d{1,2}$')",
    "nested": r"regexp_matches(v, '^[{\[].*[}\]]$')",
    "several": f"regexp_matches(v, {literal(SEVERAL)})",
}


def facts(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: int
) -> list[Facts]:
    """Look at every column of a sample of so many rows."""
    _spread(connection, table, list(columns), rows)
    measured = _measured(connection)
    dates = dating.dates(connection, CELLS)
    looked = min(rows, _most_rows(len(columns)))
    return [
        Facts(header, duck, looked, **measured.get(index, {}), dates=dates.get(index, NO_DATES))
        for index, (header, duck) in enumerate(columns.items())
    ]


def _most_rows(columns: int) -> int:
    return min(MAX_ROWS, max(MIN_ROWS, MAX_CELLS // max(1, columns)))


def _spread(
    connection: duckdb.DuckDBPyConnection, table: str, headers: list[str], rows: int
) -> None:
    """Make the table of distinct values by column: `col`, `v`, `n`, `first`.

    Of a long sample every k-th row is looked at, so that its end counts as its beginning.
    """
    step = -(-rows // _most_rows(len(headers))) or 1
    texts = ", ".join(
        f"CAST({quote(header)} AS VARCHAR) AS c{index}" for index, header in enumerate(headers)
    )
    names = ", ".join(f"c{index}" for index in range(len(headers)))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {CELLS} AS "
        "SELECT CAST(substr(col, 2) AS INTEGER) AS col, v, count(*) AS n, min(_row) AS first FROM ("
        r"SELECT _row, col, trim(v, chr(9) || chr(10) || chr(13) || ' 　') AS v FROM ("
        f"SELECT _row, {texts} FROM {table} WHERE _row % {step} = {1 % step}) "
        f"UNPIVOT (v FOR col IN ({names}))) WHERE v <> '' GROUP BY ALL"
    )


def _measured(connection: duckdb.DuckDBPyConnection) -> dict[int, dict[str, Any]]:
    """Return what is measured of each column, by its number."""
    shares = ", ".join(
        f"sum(n) FILTER (WHERE {test}) / sum(n) AS {name}" for name, test in SHARES.items()
    )
    found = connection.execute(
        "SELECT col, CAST(sum(n) AS BIGINT) AS filled, count(*) AS distinct_values, "
        f"min(number) AS least, max(number) AS most, {shares}, "
        "sum(n * size) / sum(n) AS length, "
        f"max_by(struct_pack(v, n), rank, {MAX_COMMON}) AS common, "
        "max_by(v, rank, 6) FILTER (WHERE number IS NULL) AS odd "
        "FROM (SELECT *, CASE WHEN isfinite(given) THEN given END AS number, "
        f"length(v) + 2 * length(regexp_replace(v, '[^{HAN}]', '', 'g')) AS size, "
        "n * 1000000000 - first AS rank "
        f"FROM (SELECT *, {NUMBER} AS given FROM {CELLS})) GROUP BY col"
    )
    names = [column[0] for column in found.description or ()]
    return {row[0]: _as_facts(dict(zip(names, row, strict=True))) for row in found.fetchall()}


def _as_facts(row: dict[str, Any]) -> dict[str, Any]:
    del row["col"]
    row["distinct"] = row.pop("distinct_values")
    row["common"] = tuple((one["v"], one["n"]) for one in row["common"])
    odd = row["odd"] or []
    row["odd"] = tuple(odd) if len(odd) <= EXAMPLES else ()
    kept = ("least", "most")
    return {name: value if name in kept else value or 0.0 for name, value in row.items()} | {
        name: row[name] for name in ("common", "odd", "filled", "distinct")
    }
