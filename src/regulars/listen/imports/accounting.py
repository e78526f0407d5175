"""What became of every row: read = used + refused + gave nothing + skipped.

A row is used if an event was made of it: of itself, of a row of a table it became, of the group it
belongs to, or of a row that took a column of it. Rows are found set by set, from the events back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.kit.text import Text
from regulars.listen.imports.model import Note
from regulars.listen.imports.reading import skipping
from regulars.listen.imports.reading.tables import Piece, place

if TYPE_CHECKING:
    import duckdb

    from regulars.listen.imports.shaping import Shaper, Step

EXAMPLES = 5
NAMED = 20
"""Columns that are named at most; the rest are counted."""
Flags = NDArray[np.bool_]
SKIPPED: Mapping[str, Text] = {
    skipping.BLANK: Text("skipped: blank", "已跳过：空白行"),
    skipping.HEADER: Text("skipped: further headers", "已跳过：其他表头行"),
    skipping.PREVIEW: Text(
        "skipped: answered as a preview or test of the survey",
        "已跳过：问卷预览或测试答卷",
    ),
}


@dataclass(frozen=True, slots=True)
class Account:
    """The sum over rows, and what has to be told of it."""

    read: int
    used: int
    refused: int
    empty: int
    skipped: int
    notes: tuple[Note, ...]


def account(
    connection: duckdb.DuckDBPyConnection,
    shaper: Shaper,
    pieces: Sequence[Piece],
    tables: Sequence[tuple[str, str]],
) -> Account:
    """Account for the rows of `pieces`; `tables`: tables of events, and the queries of their rows.

    Refused rows count as refused, whatever else came of them.
    """
    size = max((piece.offset + piece.rows for piece in pieces), default=0) + 1
    refused = _flags(connection, "SELECT DISTINCT _row FROM rejects", size)
    skipped = _flags(connection, "SELECT _row FROM skipped", size) & ~refused
    used = _used(connection, shaper, tables, size)
    rest = ~(used | refused | skipped)
    rest[0] = False
    titles = sum(piece.titles for piece in pieces)
    both = int(np.count_nonzero(used & refused))
    notes = [
        *_skips(connection, titles, pieces),
        *_empties(rest, pieces),
        *_partly(both),
        *_unused(shaper),
    ]
    return Account(
        read=size - 1 + titles,
        used=int(np.count_nonzero(used & ~refused)),
        refused=int(np.count_nonzero(refused)),
        empty=int(np.count_nonzero(rest)),
        skipped=int(np.count_nonzero(skipped)) + titles,
        notes=tuple(notes),
    )


def foretold(sums: Account) -> Note:
    """Return what a preview says of the rows it has looked at."""
    return Note(
        "first_rows",
        sums.read,
        Text(
            f"Of the first {sums.read:,} rows {sums.used:,} would be used, "
            f"{sums.refused:,} refused, "
            f"{sums.skipped:,} skipped, and {sums.empty:,} would give nothing.",
            f"前 {sums.read:,} 行中，{sums.used:,} 行将被使用，{sums.refused:,} 行被拒绝，"
            f"{sums.skipped:,} 行跳过，{sums.empty:,} 行无内容。",
        ),
    )


def _flags(connection: duckdb.DuckDBPyConnection, query: str, size: int) -> Flags:
    """Return which row numbers a query gives."""
    flags = np.zeros(size, np.bool_)
    found = connection.execute(query).fetchnumpy()
    rows = np.asarray(next(iter(found.values())), np.int64)
    flags[rows[rows < size]] = True
    return flags


def _used(
    connection: duckdb.DuckDBPyConnection,
    shaper: Shaper,
    made: Sequence[tuple[str, str]],
    size: int,
) -> Flags:
    used: dict[str, Flags] = {}
    for table, query in made:
        found = _flags(connection, query, size)
        used[table] = used[table] | found if table in used else found
    for name, step in reversed(shaper.steps.items()):
        if name not in used:
            continue
        rows = _members(connection, name, step, used[name]) if step.keys else used[name]
        for origin in step.origins:
            used[origin] = used[origin] | rows if origin in used else rows
        for other, keys in step.joined:
            taken = _taken(connection, step, other, keys, rows)
            used[other] = used[other] | taken if other in used else taken
    result = np.zeros(size, np.bool_)
    for name in shaper.raws:
        result |= used.get(name, False)
    return result


def _members(connection: duckdb.DuckDBPyConnection, name: str, step: Step, used: Flags) -> Flags:
    """Return the rows of the groups that `used` rows of a table stand for."""
    whole = _flags(connection, f'SELECT _row FROM "{name}"', len(used))
    if not (whole & ~used).any():
        return _flags(connection, f"SELECT _row FROM ({step.source})", len(used))
    same = " AND ".join(f"part.{key} IS NOT DISTINCT FROM whole.{key}" for key in step.keys)
    with _registered(connection, whole & used):
        return _flags(
            connection,
            f"SELECT part._row FROM ({step.source}) AS part SEMI JOIN "
            f'(SELECT * FROM "{name}" SEMI JOIN used_rows USING (_row)) AS whole ON {same}',
            len(used),
        )


def _taken(
    connection: duckdb.DuckDBPyConnection,
    step: Step,
    other: str,
    keys: Sequence[str],
    used: Flags,
) -> Flags:
    """Return the rows of a joined table that `used` rows took columns of."""
    on = ", ".join(keys)
    with _registered(connection, used):
        return _flags(
            connection,
            f'SELECT _row FROM "{other}" SEMI JOIN (SELECT DISTINCT {on} FROM ({step.source}) '
            f"SEMI JOIN used_rows USING (_row)) USING ({on})",
            len(used),
        )


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, flags: Flags) -> Iterator[None]:
    rows = pa.table({"_row": pa.array(np.flatnonzero(flags), pa.int64())})
    connection.register("used_rows", rows)
    try:
        yield
    finally:
        connection.unregister("used_rows")


def _skips(
    connection: duckdb.DuckDBPyConnection, titles: int, pieces: Sequence[Piece]
) -> Iterator[Note]:
    """Tell for what reasons rows were skipped."""
    if titles:
        yield _note(
            "skipped_title",
            titles,
            Text("skipped: titles above the header", "已跳过：表头之上的标题"),
        )
    for reason, words in SKIPPED.items():
        numbers = connection.execute(
            "SELECT _row, count(*) OVER () FROM skipped WHERE reason = ? ORDER BY _row LIMIT ?",
            [reason, EXAMPLES],
        ).fetchall()
        if numbers:
            where = _places([row for row, _count in numbers], pieces)
            yield _note(f"skipped_{reason}", numbers[0][1], words, where)


def _empties(rest: Flags, pieces: Sequence[Piece]) -> Iterator[Note]:
    """Tell how many rows gave nothing, and which."""
    rows = np.flatnonzero(rest)
    if len(rows):
        words = Text(
            "gave nothing: no event is made of what stands there",
            "未产生内容：其中没有可生成事件的值",
        )
        where = _places([int(row) for row in rows[:EXAMPLES]], pieces)
        yield _note("rows_without_event", len(rows), words, where)


def _partly(count: int) -> Iterator[Note]:
    """Tell of rows that are refused for one event and gave another."""
    if count:
        words = Text(
            "refused for a part: the rest became an event",
            "部分被拒绝：其余部分已成为事件",
        )
        yield _note("partly_refused", count, words)


def _unused(shaper: Shaper) -> Iterator[Note]:
    """Name the columns that no event was made of."""
    unused = shaper.unused()
    whole = {one.header for one in shaper.fields}
    names = [
        " ".join(name.split())
        for name in unused
        if not any(other and other.startswith(f"{name}.") for other in whole)
    ]
    if not names:
        return
    shown, more = ", ".join(f"“{name}”" for name in names[:NAMED]), len(names) - NAMED
    rest_en, rest_zh = (f" and {more} more", f" 等另外 {more} 列") if more > 0 else ("", "")
    yield Note(
        "unused_columns",
        0,
        Text(
            f"Columns that nothing was made of: {shown}{rest_en}.",
            f"未被使用的列：{shown}{rest_zh}。",
        ),
        tuple(names),
    )


def _note(code: str, rows: int, words: Text, examples: Sequence[str] = ()) -> Note:
    verb = Text(f"{rows:,} rows" if rows != 1 else "1 row", f"{rows:,} 行")
    listed = ", ".join(examples)
    en, zh = (f" ({listed})", f"（{listed}）") if listed else ("", "")
    text = Text(f"{verb.en} {words.en}{en}.", f"{verb.zh}{words.zh}{zh}。")
    return Note(code, rows, text, tuple(examples))


def _places(numbers: Sequence[int], pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return rows as people find them: their number in the file, and its name if there are more."""
    return tuple(place(number, pieces) for number in numbers)
