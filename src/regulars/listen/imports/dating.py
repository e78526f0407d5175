"""How the times of a column are written: the formats that together read most of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.listen.imports import times
from regulars.listen.imports.columns import ISO
from regulars.listen.imports.expressions import literal

if TYPE_CHECKING:
    import duckdb

DAY_FIRST = ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d-%m-%y")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
PLAIN = (
    *(f"%Y-%m-%d{clock}" for clock in CLOCKS),
    *(f"%Y/%m/%d{clock}" for clock in CLOCKS),
    *(f"%d.%m.%Y{clock}" for clock in CLOCKS[:3]),
    "%d.%m.%y",
    "%Y%m%d",
    *(f"%Y年%m月%d日{clock}" for clock in CLOCKS[:3]),
)
BOTH = tuple(f"{day}{clock}" for day in DAY_FIRST for clock in CLOCKS)
FORMATS = (
    ISO,
    *PLAIN,
    *BOTH,
    *(one.replace("%d", "#").replace("%m", "%d").replace("#", "%m") for one in BOTH),
)
"""The formats that are tried: ISO first, so that it is proposed wherever it reads as much."""
PLAINLY_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$"
"""What is a time at a glance: no other format is tried on it."""
MAX_VALUES = 2000
"""Distinct values of a column that are tried."""
MAX_FORMATS = 4
HARDLY = 0.02
"""A format that reads a smaller share of the values reads them by chance."""
OUR_TIME = r"NOT regexp_matches(v, '\d{4}') OR regexp_matches(v, '(19|20)\d{2}')"
"""Postal codes that a program took for days lie in other centuries."""
SHAPED = r"\d{1,4} ?[-/.年月] ?\d{1,2}|^\d{8}(\d{6})?$|[A-Za-z]{3}.*\d{2}|\d.*[A-Za-z]{3}"


@dataclass(frozen=True, slots=True)
class Dates:
    """The formats that together read most values as times, the best first.

    `share` is what they read; `day_first` and `month_first` count values that only one order of
    day and month reads, `either` those that both read; `unread` shows values that none reads.
    """

    formats: tuple[str, ...] = ()
    share: float = 0.0
    day_first: int = 0
    month_first: int = 0
    either: int = 0
    unread: tuple[str, ...] = ()
    either_like: tuple[str, ...] = ()

    @property
    def unsettled(self) -> bool:
        """Tell whether nothing, or not everything, says which of day and month stands first."""
        return bool(self.either) and bool(self.day_first) == bool(self.month_first)


NO_DATES = Dates()


@dataclass(frozen=True, slots=True)
class Group:
    """Values that the same formats read: a bit for each of `FORMATS`, how many, some of them."""

    mask: int
    count: int
    some: tuple[str, ...]


def dates(connection: duckdb.DuckDBPyConnection, cells: str) -> dict[int, Dates]:
    """Return how times are written in each column that has any, by its number; one pass."""
    bits = " + ".join(f"(({_fits(one)})::BIGINT << {bit})" for bit, one in enumerate(FORMATS))
    plain = f"regexp_matches(v, {literal(PLAINLY_ISO)})"
    read = "(TRY_CAST(substr(v, 1, 10) AS DATE) IS NOT NULL)::BIGINT"
    shaped = f"regexp_matches(v, {literal(SHAPED)}) AND length(v) BETWEEN 6 AND 40 AND ({OUR_TIME})"
    rows = connection.execute(
        "SELECT col, mask, CAST(sum(n) AS BIGINT), min_by(v, first, 3) FROM (SELECT col, v, n, "
        f"first, CASE WHEN NOT ({shaped}) THEN 0 WHEN {plain} THEN {read} ELSE {bits} END AS mask "
        f"FROM (SELECT * FROM {cells} QUALIFY row_number() OVER (PARTITION BY col) "
        f"<= {MAX_VALUES})) GROUP BY col, mask"
    ).fetchall()
    groups: dict[int, list[Group]] = {}
    for column, mask, count, some in rows:
        groups.setdefault(column, []).append(Group(mask, count, tuple(some)))
    return {
        column: _chosen(found)
        for column, found in groups.items()
        if any(group.mask for group in found)
    }


def _fits(format_: str) -> str:
    if format_ == ISO:
        year = r"regexp_matches(v, '\d{4}|[A-Za-z]{3}')"  # 5/03/24 is no day of the year 5
        # Days with figures only say by themselves at times which of day and month is first.
        ordered = r"regexp_matches(v, '^\d{1,2}[-/]\d{1,2}[-/]')"
        return f"{year} AND NOT {ordered} AND {times.read_moment('v', 'UTC', '')} IS NOT NULL"
    # The engine's two-digit year also reads the first two of four.
    sound = " AND NOT regexp_matches(v, '\\d{4}')" if "%y" in format_ else ""
    return f"try_strptime(v, {literal(format_)}) IS NOT NULL{sound}"


def _chosen(groups: list[Group]) -> Dates:
    """Find the formats greedily: the one that reads most, then the one that reads most of the rest.

    Of day and month the order counts that most values need; where none does, day first. Of 600
    values as 2026-10-05, 300 as 05.10.2026 and 2 as “soon” the formats are the first two; values
    such as 13/10/2026 and 05/10/2026 are read by day first, because 13 is no month.
    """
    whole = sum(group.count for group in groups)
    # Masks have a bit a format, the first that of ISO, which leaves nothing open.
    ambiguous = [group for group in groups if not group.mask & 1 and group.mask & _of(BOTH)]
    swapped = [group for group in groups if not group.mask & 1 and group.mask & _of(SWAPPED)]
    either = [group for group in ambiguous if group in swapped]
    day = sum(group.count for group in ambiguous if group not in swapped)
    month = sum(group.count for group in swapped if group not in ambiguous)
    barred = _of(SWAPPED) if day >= month else _of(BOTH)
    rest = list(groups)
    chosen: list[str] = []
    while rest and len(chosen) < MAX_FORMATS:
        counts = [
            0 if barred >> bit & 1 else sum(one.count for one in rest if one.mask >> bit & 1)
            for bit in range(len(FORMATS))
        ]
        best = max(range(len(FORMATS)), key=lambda bit: counts[bit])
        if counts[best] < HARDLY * whole or counts[best] == 0:
            break
        chosen.append(FORMATS[best])
        rest = [one for one in rest if not one.mask >> best & 1]
    left = sum(group.count for group in rest)
    return Dates(
        formats=tuple(chosen),
        share=1 - left / whole,
        day_first=day,
        month_first=month,
        either=sum(group.count for group in either),
        unread=tuple(value[:40] for group in rest for value in group.some)[:3],
        either_like=tuple(value[:40] for group in either for value in group.some)[:3],
    )


SWAPPED = FORMATS[1 + len(PLAIN) + len(BOTH) :]


def _of(formats: tuple[str, ...]) -> int:
    return sum(1 << FORMATS.index(one) for one in formats)
