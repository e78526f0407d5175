"""Where the records of a text begin and end: a vectorised scan of its bytes.

It knows nothing of the engine that parses, so its count is a witness. A quotation mark is one only
where a cell begins; elsewhere it is a sign like others (5" screen). Blanks behind the one that
closes a cell are no part of it. A line ends with LF, CR, CRLF or CR CR LF. Where quotation marks
contradict themselves, the line on which the cell begins is unsound, and the next line is a record
again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 22
SMALL = 1 << 16
LINE_BYTES = 16 * 1024 * 1024
LF, CR, NUL, SPACE, TAB = 10, 13, 0, 32, 9
UNSOUND, TOO_LONG = "quotes", "too_long"
MARK = b"\xef\xbb\xbf"
BLANKS = b" \t\r"
Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]
NONE: Places = np.zeros(0, np.int64)


def _none() -> Places:
    return NONE


@dataclass(frozen=True, slots=True)
class Dialect:
    """The signs that part cells and quote them, in UTF-8; empty where nothing does (lines)."""

    delimiter: bytes = b""
    quote: bytes = b""

    @classmethod
    def of(cls, delimiter: str, quote: str) -> Dialect:
        """Return the dialect of these signs."""
        return cls(delimiter.encode(), quote.encode())

    def parting(self, data: Bytes, *, last: bool = False) -> Flags:
        """Tell where delimiters begin, or (`last`) where they end."""
        if not self.delimiter:
            return np.zeros(len(data), np.bool_)
        length = len(self.delimiter)
        found: Flags = data == self.delimiter[0]
        for index in range(1, length):
            found[:-index] &= data[index:] == self.delimiter[index]
            found[-index:] = False
        return (
            np.concatenate([np.zeros(length - 1, np.bool_), found])[: len(data)] if last else found
        )


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records of a text, or one unsound line (`broken` says why).

    Record i is `data[starts[i]:stops[i]]`; `ends` are all bytes of line ends, `delimiters` those
    that part cells, `dropped` the quotation marks, and blanks behind them, that are no part of a
    cell.
    """

    data: Bytes
    starts: Places
    stops: Places
    ends: Places = field(default_factory=_none)
    delimiters: Places = field(default_factory=_none)
    dropped: Places = field(default_factory=_none)
    broken: str | None = None

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, index: int) -> str:
        """Return a record as it was written; bytes that are no UTF-8 are replaced."""
        return bytes(self.data[self.starts[index] : self.stops[index]]).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Quotes:
    """Runs of adjacent quotation marks: where each begins, and whether a cell is open after it."""

    starts: Places
    open_after: Flags
    dropped: Places
    wrong: tuple[int, int] | None
    """Where the first cell opens whose marks contradict themselves, and where that shows."""
    odd: bool = False
    """Whether some marks are no more than signs, or have blanks between them and the cell's end."""
    unclosed: int = 0
    """Where a cell opens that does not end here."""

    def outside(self, places: Places) -> Places:
        """Return those of `places` that no quoted cell holds."""
        if not len(self.starts):
            return places
        run = np.searchsorted(self.starts, places) - 1
        return places[(run < 0) | ~self.open_after[run]]


NO_QUOTES = Quotes(NONE, np.zeros(0, np.bool_), NONE, None)


def blocks(stream: BinaryIO, dialect: Dialect) -> Iterator[Block]:
    """Cut a text in UTF-8 into its records, in order, a few megabytes at a time."""
    waiting, at = b"", 0
    first, ended = True, False
    window = CHUNK
    while at < len(waiting) or not ended:
        if not ended and len(waiting) - at < window:
            chunk = stream.read(max(CHUNK, window))
            ended = not chunk
            waiting, at = waiting[at:] + chunk, 0
            continue
        if first:
            waiting, first = waiting.removeprefix(MARK), False
        piece = waiting[at : at + window]
        block, taken = _cut(piece, dialect, final=ended and at + len(piece) == len(waiting))
        if block is None:
            window *= 2
            continue
        if len(block):
            yield block
        at += taken
        window = SMALL if block.broken else min(CHUNK, window * 2)


def _cut(piece: bytes, dialect: Dialect, *, final: bool) -> tuple[Block | None, int]:
    """Return the records of `piece` and how many bytes they take; None where more is needed.

    Up to the first unsound line; where that comes first, a block of this line alone.
    """
    if not piece:
        return Block(np.zeros(0, np.uint8), NONE, NONE), 0
    data = np.frombuffer(piece, np.uint8)
    quotes = quotes_of(data, dialect, final=final)
    ends, stops, nexts = _lines(data, quotes, final=final)
    if quotes.wrong is None and not len(stops):
        if len(piece) < LINE_BYTES:
            return None, 0
        return _line(data, 0, quotes.unclosed, UNSOUND if quotes.unclosed else TOO_LONG)
    if quotes.wrong is not None:
        whole = int(np.searchsorted(nexts, quotes.wrong[0], side="right"))
        if whole == 0:
            return _line(data, 0, quotes.wrong[0], UNSOUND)
        stops, nexts = stops[:whole], nexts[:whole]
    taken = int(nexts[-1])
    starts = np.concatenate([[0], nexts[:-1]])
    parts = quotes.outside(np.flatnonzero(dialect.parting(data[:taken])))
    dropped = quotes.dropped[quotes.dropped < taken]
    for index in range(1, len(dialect.delimiter)):
        dropped = np.concatenate([dropped, parts + index])
    return Block(data[:taken], starts, stops, ends[ends < taken], parts, dropped), taken


def _line(data: Bytes, start: int, opens: int, why: str) -> tuple[Block, int]:
    """Return the block of one unsound line, from its record's start to the end of the line."""
    breaks = np.flatnonzero((data[opens:] == LF) | (data[opens:] == CR))
    stop = opens + int(breaks[0]) if len(breaks) else len(data)
    taken = stop
    while taken < len(data) and data[taken] == CR:
        taken += 1
    if taken < len(data) and data[taken] == LF:
        taken += 1
    return Block(data, np.array([start]), np.array([stop]), broken=why), taken


def _lines(data: Bytes, quotes: Quotes, *, final: bool) -> tuple[Places, Places, Places]:
    """Return the bytes of line ends; where each record stops, and where the next one begins."""
    returns = data == CR
    if not returns.any():
        ends = quotes.outside(np.flatnonzero(data == LF))
        stops, nexts = ends, ends + 1
    else:
        ends = quotes.outside(np.flatnonzero(returns | (data == LF)))
        last = np.flatnonzero(~_before_lf(data, ends))
        if not final and len(last) and len(data) == ends[last[-1]] + 1 and data[-1] == CR:
            last = last[:-1]  # its LF may be the next byte
        stops = ends[last] - np.diff(last, prepend=-1) + 1
        nexts = ends[last] + 1
    if final and quotes.wrong is None and (not len(nexts) or nexts[-1] < len(data)):
        stops, nexts = np.append(stops, len(data)), np.append(nexts, len(data))
    return ends, stops, nexts


def _before_lf(data: Bytes, ends: Places) -> Flags:
    """Tell which line ends are a CR right before a LF, or before such a CR."""
    returns = data[ends] == CR
    count = len(ends)
    nearest = np.where(returns, count, np.arange(count))
    nearest = np.minimum.accumulate(nearest[::-1])[::-1]
    within = nearest < count
    target = np.minimum(nearest, count - 1)
    together = ends[target] - ends == target - np.arange(count)
    result: Flags = returns & within & together
    return result


def quotes_of(data: Bytes, dialect: Dialect, *, final: bool) -> Quotes:
    """Follow the quotation marks of a text that begins outside a cell.

    A run of an odd number opens a cell or closes it, where it may open one; elsewhere it can only
    close. So the state after a run is the parity of the openings since the last sure closing.
    """
    marks = np.flatnonzero(data == dialect.quote[0]) if dialect.quote else NONE
    if not len(marks):
        return NO_QUOTES
    first = np.flatnonzero(np.diff(marks, prepend=-2) != 1)
    length: Places = np.diff(first, append=len(marks))
    starts, stops = marks[first], marks[first] + length
    odd = length % 2 == 1
    may_open = _at_edge(data, starts - 1, dialect.parting(data, last=True))
    turns = np.cumsum(odd & may_open)
    settled = np.maximum.accumulate(np.where(odd & ~may_open, turns, 0))
    after: Flags = (turns - settled) % 2 == 1
    before = np.concatenate([[False], after[:-1]])
    quoted = before | may_open
    kept = np.where(before, length // 2, np.where(may_open, (length - 1) // 2, length))
    place = np.arange(len(marks)) - np.repeat(first, length)
    dropped = marks[place >= np.repeat(kept, length)]
    closing = np.flatnonzero(quoted & ~after & (before | (length > 1)))
    parting = dialect.parting(data)
    edges = _past_blanks(data, stops[closing], parting)
    astray = closing[~_at_edge(data, edges, parting)]
    padding = _between(stops[closing], edges)
    opened = np.maximum.accumulate(np.where(after & ~before, starts, -1))
    wrong = None
    if len(astray):
        run = int(astray[0])
        opens = int(opened[run - 1]) if before[run] else int(starts[run])
        wrong = (opens, int(stops[run]))
    elif final and after[-1]:
        wrong = (int(opened[-1]), len(data))
    unclosed = int(opened[-1]) if after[-1] else 0
    odd_ones = bool((~quoted).any()) or len(padding) > 0
    dropped = np.concatenate([dropped, padding])
    return Quotes(starts, after, dropped, wrong, odd_ones, unclosed)


def _past_blanks(data: Bytes, places: Places, parting: Flags) -> Places:
    """Return for each of `places` where the blanks that begin there end."""
    at = data[np.minimum(places, len(data) - 1)]
    if not ((at == SPACE) | (at == TAB)).any():
        return places
    filled = np.flatnonzero((data != SPACE) & (data != TAB) | parting)
    filled = np.append(filled, len(data))
    return filled[np.searchsorted(filled, places)]


def _between(starts: Places, stops: Places) -> Places:
    """Return all places from each start to before its stop."""
    lengths = stops - starts
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def _at_edge(data: Bytes, places: Places, parting: Flags) -> Flags:
    """Tell at which places the text begins or ends, or something that parts cells or lines."""
    inside = (places >= 0) & (places < len(data))
    at = np.where(inside, places, 0)
    signs = data[at]
    result: Flags = ~inside | parting[at] | (signs == LF) | (signs == CR)
    return result


def hollow(data: Bytes, starts: Places, stops: Places, dialect: Dialect) -> Flags:
    """Tell which records hold nothing but blanks, delimiters and quotation marks."""
    result: Flags = stops == starts
    signs = np.zeros(256, np.bool_)
    signs[list(BLANKS + dialect.delimiter + dialect.quote)] = True
    likely = np.flatnonzero(signs[data[np.minimum(starts, len(data) - 1)]] & ~result)
    if len(likely):
        filled = np.concatenate([[0], np.cumsum(~signs[data], dtype=np.int64)])
        result[likely] = filled[stops[likely]] == filled[starts[likely]]
    return result
