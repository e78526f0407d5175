"""From rows by slice and person to rows by slice, which carry what each person's rows add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.kit.stats.clustered import GROUPS, Clusters, Loose, folded
from regulars.understand.metrics.model import Powers, Row, Statistic
from regulars.understand.metrics.queries.clusters import CLUSTER, PERSONS

PEOPLE, GROUPED = "people", "grouped"
"""The column of a folded row that holds its `Clusters`."""
FEW_ROWS = 10_000
"""Below so many rows of known people an answer takes the people themselves, else their groups."""
ALL = "all"
WEIGHTED = ("w", "wx", "wxx", None)
Single = Callable[[Row], bool]


def columns_of(statistic: type[Statistic], weighted: bool) -> Powers | None:
    """Return the columns of a person's n, x, x² and x³; None where persons do not matter."""
    return WEIGHTED if weighted else statistic.by_person


def fold(
    table: pa.Table,
    keys: Sequence[str],
    columns: Powers,
    *,
    grouped: bool,
    single: Single | None = None,
) -> list[Row]:
    """Return a row for each of the `keys`, with the sums of all its rows and their `PEOPLE`.

    Rows of ann 2 and 1, and 1 of nobody: a row of 4, with the one cluster ann of 3 and 1 beside.
    `single` tells of a row of groups whether nobody has two rows in it; else their `PERSONS` do.
    """
    if not table.num_rows:
        return []
    by = [name for name in keys if name in table.column_names]
    sums = [name for name in table.column_names if name not in (*by, CLUSTER)]
    if not by:
        by = [ALL]
        table = table.append_column(ALL, pa.repeat(pa.scalar(0, pa.int8()), table.num_rows))
    lists = _lists(columns)
    made = table.group_by(by, use_threads=False).aggregate(
        [*((name, "sum") for name in sums), *((name, "list") for name in lists)]
    )
    rows = made.select([*by, *(f"{name}_sum" for name in sums)]).rename_columns([*by, *sums])
    told = rows.drop_columns([ALL] if by == [ALL] else []).to_pylist()
    return [
        {**row, PEOPLE: mine.people(row, grouped, single)}
        for row, mine in zip(told, _each(made, lists, columns), strict=True)
    ]


def _lists(columns: Powers) -> list[str]:
    """Return the columns that are looked at row by row: those of `columns`, and n."""
    wanted = [name for name in columns if name is not None]
    weights = ["ww", "wwx", "wwxx"] if columns == WEIGHTED else []
    return list(dict.fromkeys([CLUSTER, "n", *wanted, *weights]))


def _each(table: pa.Table, lists: Sequence[str], columns: Powers) -> Iterator[_Mine]:
    """Yield the rows by person that each row is made of."""
    held: dict[str, Any] = {}
    ends: Any = ()
    of_somebody: Any = None
    for name in lists:
        column = table.column(f"{name}_list").combine_chunks()
        ends, values = column.offsets.to_numpy(), column.values
        if name == CLUSTER:
            of_somebody = pc.is_valid(values).to_numpy(zero_copy_only=False)
            held[name] = values.cast(pa.int64()).fill_null(0).to_numpy()
        else:
            held[name] = values.cast(pa.float64()).fill_null(0.0).to_numpy()
    for low, high in pairwise(ends):
        mine = {name: of[low:high] for name, of in held.items()}
        yield _Mine(mine, of_somebody[low:high], columns)


@dataclass(frozen=True)
class _Mine:
    """Rows by person of one slice; `known` tells which of them are not nobody's."""

    values: dict[str, Any]
    known: Any
    columns: Powers

    def people(self, row: Row, grouped: bool, single: Single | None) -> Clusters:
        n, x, xx, xxx = self.columns
        mine = {name: held[self.known] for name, held in self.values.items()}
        if not grouped:
            alone = bool((mine["n"] <= 1).all())
        elif single is not None:
            alone = single(row)
        else:
            alone = bool(row.get(PERSONS) == mine["n"].sum())
        return Clusters.of(
            mine[CLUSTER],
            mine[n],
            mine[x],
            float(row[xx] or 0.0),
            float(row[xxx] or 0.0) if xxx else 0.0,
            loose=self._nobody(),
            single=alone,
            grouped=grouped,
        )

    def _nobody(self) -> Loose:
        total = {name: float(held[~self.known].sum()) for name, held in self.values.items()}
        if self.columns == WEIGHTED:
            sums = (total[name] for name in ("w", "wx", "ww", "wwx", "wwxx"))
            return Loose(int(total["n"]), *sums)
        n, x, xx, xxx = self.columns
        return Loose.plain(int(total[n]), total[x], total[xx], total[xxx] if xxx else 0.0)


def each(table: pa.Table, *, grouped: bool) -> list[Row]:
    """Return the rows by value and person as they are; `GROUPED` says whether by group."""
    return [{**row, GROUPED: grouped} for row in table.to_pylist()]


def known_rows(rows: Sequence[Row]) -> int:
    """Return how many rows of known people there are in all slices together."""
    return sum(int(row["n"]) - _of_nobody(row) for row in rows)


def _of_nobody(row: Row) -> int:
    if PEOPLE in row:
        loose: int = row[PEOPLE].loose.rows
        return loose
    return int(row["n"]) if row[CLUSTER] is None else 0


def by_group(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with the groups of their people in the stead of these."""
    return [_by_group(row) for row in rows]


def _by_group(row: Row) -> Row:
    if PEOPLE in row:
        return {**row, PEOPLE: folded(row[PEOPLE])}
    person = row[CLUSTER]
    return {**row, CLUSTER: None if person is None else person % GROUPS, GROUPED: True}


def together(rows: Sequence[Row]) -> Clusters | None:
    """Return the people of all the rows of a slice; None where rows have none."""
    found: Clusters | None = None
    for row in rows:
        people = row.get(PEOPLE)
        if people is not None:
            found = people if found is None else found + people
    return found
