"""Whether the engine's own reader may be trusted with a text, and how many records that has.

Also whether cells begin or end with blanks: where none does, nobody needs to look for them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from regulars.listen.imports.reading import records
from regulars.listen.imports.reading.records import LINE_BYTES, MARK, Bytes, Dialect

ENDS = b"\r\n"
WINDOW = 1 << 18
"""Bytes looked at in one go: few enough to stay near the processor from one look to the next."""
WIDE_BLANK = "\u3000".encode()


@dataclass(frozen=True, slots=True)
class Plain:
    """The records of a plain text, its header among them, and the blank lines at its very end.

    `tidy`: no cell begins or ends with a blank; not so also where that takes more than a look.
    """

    records: int
    trailing: int
    tidy: bool = False


def survey(stream: BinaryIO, dialect: Dialect) -> Plain | None:
    """Count the records of a text whose lines are its records; None when it is not so plain.

    Plain is: one kind of line end (LF or CRLF), quotation marks only around whole cells and none
    around a line break, no blank line but at the end, no NUL.
    """
    sum_, waiting, first = _Lines(0, 0, True), b"", True
    while chunk := stream.read(max(WINDOW, len(waiting))):
        lines = waiting + chunk if waiting else chunk
        lines, first = lines.removeprefix(MARK) if first else lines, False
        # Line ends at the very end wait for what comes: they may be the end of the text.
        cut = len(lines.rstrip(ENDS)) if lines[-1:] in (b"\n", b"\r") else len(lines)
        cut = lines.rfind(b"\n", 0, cut) + 1
        if not cut:
            if len(lines) > LINE_BYTES:
                return None
            waiting = lines
            continue
        found = _plain_lines(lines[:cut], dialect, tidy=sum_.tidy)
        if found is None:
            return None
        sum_, waiting = sum_ + found, lines[cut:]
    return _ended(waiting, dialect, sum_)


def _ended(waiting: bytes, dialect: Dialect, before: _Lines) -> Plain | None:
    """Return the sum with the last line and the line ends behind it."""
    last = waiting.rstrip(ENDS)
    ending = waiting[len(last) :]
    ends, returns = ending.count(b"\n"), ending.count(b"\r")
    ended = _plain_lines(last, dialect, tidy=before.tidy) if last else before
    if ended is None:
        return None
    if ending.count(b"\r\n") != returns or before.returns + returns not in (0, before.lines + ends):
        return None
    open_ = bool(last) and not ends
    trailing = ends - 1 if last and ends else ends
    return Plain(before.lines + ends + open_, trailing, ended.tidy)


@dataclass(frozen=True, slots=True)
class _Lines:
    lines: int
    returns: int
    tidy: bool

    def __add__(self, more: _Lines) -> _Lines:
        tidy = self.tidy and more.tidy
        return _Lines(self.lines + more.lines, self.returns + more.returns, tidy)


def _plain_lines(text: bytes, dialect: Dialect, *, tidy: bool) -> _Lines | None:
    """Count the lines of a text and those that end with CRLF; None when they are not plain.

    With `tidy`, also tell whether they are tidy.
    """
    if b"\0" in text:
        return None
    data = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(data == records.LF)
    returns = 0
    if b"\r" in text:
        returns = int(np.count_nonzero(data[ends - 1] == records.CR)) if len(ends) else 0
        if returns != text.count(b"\r") or (len(ends) and ends[0] == 0):
            return None
    if dialect.quote and dialect.quote in text:
        quotes = records.quotes_of(data, dialect, final=True)
        if quotes.wrong is not None or quotes.odd or len(quotes.outside(ends)) != len(ends):
            return None
    stops = ends if len(ends) and ends[-1] == len(data) - 1 else np.append(ends, len(data))
    starts = np.concatenate([[0], stops[:-1] + 1])
    if records.hollow(data, starts, stops, dialect).any():
        return None
    return _Lines(len(ends), returns, tidy and _tidy(text, data, dialect))


def _tidy(text: bytes, data: Bytes, dialect: Dialect) -> bool:
    """Tell whether no cell of these lines begins or ends with a blank; no, where that is unsure."""
    quoted = bool(dialect.quote) and dialect.quote in text
    if b"\t" in text and (dialect.delimiter != b"\t" or quoted):
        return False
    if WIDE_BLANK[:1] in text and WIDE_BLANK in text:  # to look for one sign is far cheaper
        return False
    spaces = np.flatnonzero(data == records.SPACE)
    if not len(spaces):
        return True
    if spaces[0] == 0 or spaces[-1] == len(data) - 1:
        return False
    edges = np.zeros(256, np.bool_)
    edges[list(ENDS + dialect.delimiter + dialect.quote)] = True
    return not (edges[data[spaces - 1]] | edges[data[spaces + 1]]).any()
