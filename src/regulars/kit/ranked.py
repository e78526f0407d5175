"""Rows of an Arrow table from the highest value of one column down, read in parts by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.kit import cursors

Key = tuple[float, str]
NAME = "person_id"


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows, how many there are in all, if counted, and the key of the last if more follow."""

    rows: list[dict[str, Any]]
    total: int | None
    following: Key | None


def ranked(table: pa.Table, by: str) -> pa.Table:
    """Return the rows by falling `by` (numbers, none missing), equal ones by rising person_id."""
    order = [(by, "descending"), (NAME, "ascending")]
    return table.take(pc.sort_indices(table, sort_keys=order))


def among(table: pa.Table, persons: Sequence[str] | None) -> pa.Table:
    """Return the rows of `persons`; all rows where it is None."""
    if persons is None:
        return table
    return table.filter(pc.is_in(table.column(NAME), pa.array(list(persons), pa.string())))


def part(
    table: pa.Table,
    by: str,
    *,
    size: int,
    after: cursors.Key | None = None,
) -> Part:
    """Return up to `size` rows of a ranked table behind the key `after`.

    Of ann 9, bo 7 and cho 7, two rows are ann and bo, with the key (7, "bo") of what follows;
    behind that key stands cho alone, and nothing follows. Raises NotFound for a key that is none.
    """
    start = 0 if after is None else _behind(table, by, key(after))
    rows = table.slice(start, size).to_pylist()
    more = start + size < table.num_rows and bool(rows)
    return Part(rows, table.num_rows, (rows[-1][by], rows[-1][NAME]) if more else None)


def key(after: cursors.Key) -> Key:
    """Return what a cursor holds as the key of a ranked list. Raises NotFound for another one."""
    cursors.check(after, (int, float), str)
    return float(after[0]), after[1]


def _behind(table: pa.Table, by: str, after: Key) -> int:
    """Return how many rows stand at or before the key."""
    falling = -table.column(by).to_numpy()
    begin = int(np.searchsorted(falling, -after[0], "left"))
    end = int(np.searchsorted(falling, -after[0], "right"))
    level = table.column(NAME).slice(begin, end - begin)
    return begin + int(pc.sum(pc.less_equal(level, after[1])).as_py() or 0)
