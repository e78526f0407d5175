"""Text read cell by cell from the scan of its records: whatever its line ends, quotes and habits.

The engine's own reader is quicker with plain files; this one reads what it does not, and knows of
each record its number and what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from regulars.listen.imports.expressions import quote
from regulars.listen.imports.model import Note
from regulars.listen.imports.questions import Question
from regulars.listen.imports.reading.files import File
from regulars.listen.imports.reading.records import (
    NUL,
    Block,
    Dialect,
    Flags,
    Places,
    blocks,
    hollow,
)

if TYPE_CHECKING:
    import duckdb


@dataclass(slots=True)
class FileContent:
    """What was found in one file: records after the header, blank ones by number, titles above.

    `below` counts the rows right below the header that are headers too; `beside` are columns that
    repeat parts of others. `tidy`: no cell begins or ends with a blank.
    """

    records: int = 0
    titles: int = 0
    blank: list[Places] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    below: int = 0
    beside: frozenset[str] = frozenset()
    tidy: bool = False
    notes: list[Note] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def read(
    connection: duckdb.DuckDBPyConnection,
    file: File,
    dialect: Dialect,
    columns: Sequence[str],
    table: str,
    *,
    above: int,
) -> FileContent:
    """Make `table` (`_row` and the columns as text) of a file's records; others go to `unread`.

    `above` is how many records stand before the data, the header among them. `_row` counts the
    data's records from 1, blank and malformed ones among them.
    """
    taker = _Taker(connection, dialect, columns, table)
    number = -above
    with file.open() as stream:
        for block in blocks(stream, dialect):
            taker.take(block, number + 1 + np.arange(len(block)))
            number += len(block)
    return FileContent(max(0, number), blank=taker.blank)


class _Taker:
    """Puts the sound records of a file into its table, and the others into `unread`."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        dialect: Dialect,
        columns: Sequence[str],
        table: str,
    ) -> None:
        self.connection = connection
        self.dialect = dialect
        self.width = len(columns)
        self.table = table
        self.blank: list[Places] = []
        shape = ", ".join(f"{quote(name)} VARCHAR" for name in columns)
        connection.execute(f"CREATE TABLE {table} (_row BIGINT, {shape})")

    def take(self, block: Block, numbers: Places) -> None:
        """Keep the records of a block whose number is above 0."""
        left = numbers > 0
        if block.broken is not None:
            self._refuse(block, numbers, left, block.broken)
            return
        blank = left & hollow(block.data, block.starts, block.stops, self.dialect)
        if blank.any():
            self.blank.append(numbers[blank])
            left &= ~blank
        for reason, wrong in (
            ("nul", holding(block, np.flatnonzero(block.data == NUL))),
            ("encoding", _no_utf8(block)),
            ("columns", _uneven(block, self.width)),
        ):
            self._refuse(block, numbers, left & wrong, reason)
            left &= ~wrong
        if left.any():
            self._keep(_cells(block, left, self.width, numbers[left]))

    def _keep(self, rows: pa.Table) -> None:
        values = ", ".join(f"nullif(c{index}, '')" for index in range(self.width))
        self.connection.register("careful_block", rows)
        self.connection.execute(
            f"INSERT INTO {self.table} SELECT _row, {values} FROM careful_block"
        )
        self.connection.unregister("careful_block")

    def _refuse(self, block: Block, numbers: Places, hit: Flags, reason: str) -> None:
        rows = np.flatnonzero(hit)
        if not len(rows):
            return
        lines = [block.text(int(row)).replace("\0", "\u2400") for row in rows]
        told = pa.table({"row": numbers[rows], "line": pa.array(lines, pa.string())})
        self.connection.register("refused_lines", told)
        self.connection.execute(
            f"INSERT INTO unread SELECT row, '{reason}', line FROM refused_lines"
        )
        self.connection.unregister("refused_lines")


def holding(block: Block, places: Places) -> Flags:
    """Tell which records hold a byte of `places`."""
    result = np.zeros(len(block), np.bool_)
    if len(places):
        record = np.searchsorted(block.stops, places, side="right")
        record = record[record < len(block)]
        result[record] = True
    return result


def _no_utf8(block: Block) -> Flags:
    """Tell which records have bytes that are no UTF-8."""
    result = np.zeros(len(block), np.bool_)
    content = block.data.data
    at = 0
    while at < len(content):
        try:
            str(content[at:], "utf-8")
        except UnicodeDecodeError as error:
            record = int(np.searchsorted(block.stops, at + error.start, side="right"))
            if record >= len(block):
                break
            result[record] = True
            at = int(block.stops[record])
        else:
            break
    return result


def _uneven(block: Block, width: int) -> Flags:
    """Tell which records have more or fewer cells than the header."""
    low = np.searchsorted(block.delimiters, block.starts)
    high = np.searchsorted(block.delimiters, block.stops)
    result: Flags = high - low + 1 != width
    return result


def _cells(block: Block, chosen: Flags, width: int, numbers: Places) -> pa.Table:
    """Return the cells of the chosen records as columns c0, c1 …, without copying them twice."""
    inside = np.ones(len(block.data), np.bool_)
    for places in (block.ends, block.delimiters, block.dropped):
        inside[places] = False
    bounds = np.sort(np.concatenate([block.delimiters, block.stops]))
    if not chosen.all():
        edges = np.zeros(len(block.data) + 1, np.int8)
        edges[block.starts[~chosen]] += 1
        edges[block.stops[~chosen]] -= 1
        inside &= np.cumsum(edges[:-1], dtype=np.int8) == 0
        bounds = bounds[chosen[np.searchsorted(block.stops, bounds)]]
    before = np.concatenate([[0], np.cumsum(inside, dtype=np.int32)]).astype(np.int32)
    offsets = np.concatenate([[0], before[bounds]]).astype(np.int32)
    cells = pa.StringArray.from_buffers(
        len(bounds), pa.py_buffer(offsets), pa.py_buffer(block.data[inside])
    )
    columns = {"_row": pa.array(numbers, pa.int64())}
    for index in range(width):
        columns[f"c{index}"] = cells.take(pa.array(np.arange(index, len(bounds), width)))
    return pa.table(columns)
