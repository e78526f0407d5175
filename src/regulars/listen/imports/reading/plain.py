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
        lines = waiting + chunk
        lines, first = lines.removeprefix(MARK) if first else lines, False
        # Line ends at the very end wait for what comes: they may be the end of the text.
        cut = len(lines.rstrip(ENDS)) if lines[-1:] in (b"\n", b"\r") else len(lines)
        cut = lines.rfind(b"\n", 0, cut) + 1
        if not cut:
            if len(lines) > LINE_BYTES:
                return None
            waiting = lines
            continue
        if not _is_plain(lines[:cut], dialect):
            return None
        count += lines.count(b"\n", 0, cut)
        returns += lines.count(b"\r", 0, cut)
        waiting = lines[cut:]
    last = waiting.rstrip(ENDS)
    ending = waiting[len(last) :]
    if last and not _is_plain(last + ending[:2], dialect):
        return None
    ends = ending.count(b"\n")
    returns, ended = returns + waiting.count(b"\r"), count + waiting.count(b"\n")
    if returns not in (0, ended) or (returns and waiting.count(b"\r\n") != waiting.count(b"\r")):
        return None
    trailing = ends - 1 if last and ends else ends
    return Plain(count + ends + (1 if last and not ends else 0), trailing)


def _is_plain(lines: bytes, dialect: Dialect) -> bool:
    if b"\0" in lines or lines.count(b"\r") != lines.count(b"\r\n"):
        return False
    if dialect.quote in lines and dialect.quote and not _wholly_quoted(lines, dialect):
        return False
    return not _has_blank(lines, dialect)


def _wholly_quoted(lines: bytes, dialect: Dialect) -> bool:
    """Tell whether every quotation mark belongs to a quoted cell, and no line break to one."""
    data = np.frombuffer(lines, np.uint8)
    quotes = records.quotes_of(data, dialect, final=True)
    if quotes.wrong is not None or quotes.stray:
        return False
    breaks = np.flatnonzero(data == records.LF)
    return len(quotes.outside(breaks)) == len(breaks)


def _has_blank(lines: bytes, dialect: Dialect) -> bool:
    """Tell whether a line holds nothing but blanks, delimiters and quotation marks."""
    if lines[:1] in (b"\n", b"\r") or b"\n\n" in lines or b"\n\r" in lines:
        return True
    hollow = [b" ", b"\t", dialect.delimiter, dialect.quote * 2]
    if not any(sign and (lines.startswith(sign) or b"\n" + sign in lines) for sign in hollow):
        return False
    data = np.frombuffer(lines, np.uint8)
    stops = np.flatnonzero(data == records.LF)
    starts = np.concatenate([[0], stops[:-1] + 1]) if len(stops) else np.array([0])
    stops = stops if len(stops) else np.array([len(data)])
    return bool(records.hollow(data, starts, stops, dialect).any())
