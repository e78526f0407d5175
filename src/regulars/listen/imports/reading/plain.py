"""Whether the engine's own reader may be trusted with a text, and how many records that has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from regulars.listen.imports.reading import records
from regulars.listen.imports.reading.records import CHUNK, LINE_BYTES, MARK, Dialect

ENDS = b"\r\n"


@dataclass(frozen=True, slots=True)
class Plain:
    """The records of a plain text, its header among them, and the blank lines at its very end."""

    records: int
    trailing: int


def survey(stream: BinaryIO, dialect: Dialect) -> Plain | None:
    """Count the records of a text whose lines are its records; None when it is not so plain.

    Plain is: one kind of line end (LF or CRLF), quotation marks only around whole cells and none
    around a line break, no blank line but at the end, no NUL.
    """
    count, returns, waiting, first = 0, 0, b"", True
    while chunk := stream.read(CHUNK):
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
        found = _plain_lines(lines[:cut], dialect)
        if found is None:
            return None
        count, returns = count + found.lines, returns + found.returns
        waiting = lines[cut:]
    return _ended(waiting, dialect, _Lines(count, returns))


def _ended(waiting: bytes, dialect: Dialect, before: _Lines) -> Plain | None:
    """Return the sum with the last line and the line ends behind it."""
    last = waiting.rstrip(ENDS)
    ending = waiting[len(last) :]
    ends, returns = ending.count(b"\n"), ending.count(b"\r")
    if last and _plain_lines(last, dialect) is None:
        return None
    if ending.count(b"\r\n") != returns or before.returns + returns not in (0, before.lines + ends):
        return None
    open_ = bool(last) and not ends
    return Plain(before.lines + ends + open_, ends - 1 if last and ends else ends)


@dataclass(frozen=True, slots=True)
class _Lines:
    lines: int
    returns: int


def _plain_lines(text: bytes, dialect: Dialect) -> _Lines | None:
    """Count the lines of a text and those that end with CRLF; None when they are not plain."""
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
    return _Lines(len(ends), returns)
