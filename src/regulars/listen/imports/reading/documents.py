"""A JSON document as lines: the rows of its array, or of the one list that it wraps.

The rows are found by a vectorised scan of strings and brackets and not parsed, so that a row which
is no sound JSON spoils itself only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.reading.files import File
from regulars.listen.imports.reading.records import CR, LF, MARK, Bytes, Flags, Places

LINES = (".jsonl", ".ndjson")
MOST = 1 << 29
"""Bytes of a document that is read as a whole; more comes as JSON Lines."""
BLANKS = b" \t\r\n"
HEAD = 1 << 20
SPACE, QUOTE, ESCAPE = 32, ord('"'), ord("\\")
OPEN, CLOSE = b"[{", b"]}"


@dataclass(frozen=True, slots=True)
class _Signs:
    """Brackets and commas outside strings, and how deep each stands (an opening one: inside)."""

    data: Bytes
    places: Places
    depths: Places

    def at(self, sign: bytes, depth: int) -> Places:
        """Return the indexes of the signs of a kind at a depth."""
        same = np.isin(self.data[self.places], np.frombuffer(sign, np.uint8))
        return np.flatnonzero(same & (self.depths == depth))


def as_lines(file: File, folder: Path) -> File:
    """Return the file with one row on each line: itself if it has, or a copy in `folder`.

    Raises Invalid for a document that is cut off, with the line, and for one that is too large.
    """
    head = file.head(HEAD).removeprefix(MARK).lstrip(BLANKS)
    first, newline, rest = head.partition(b"\n")
    is_object = head[:1] == b"{" and _is_json(first)
    one_line = not newline or not rest.strip(BLANKS)
    listed = Path(file.bare).suffix.lower() in LINES
    if head[:1] not in (b"[", b"{") or (is_object and (listed or not one_line)):
        return file
    if listed and not newline and len(head) > HEAD // 2:
        return file  # one very long line
    if head[:1] == b"[" and not one_line and _is_json(first):
        return file  # lists on lines: no rows, each told by its line
    with file.open() as stream:
        content = stream.read(MOST + 1).removeprefix(MARK)
    if len(content) > MOST:
        raise _wrong(
            file, "is too large a document: save it as JSON Lines", "文档过大：请另存为 JSON Lines"
        )
    rows = _rows(content, file)
    if rows is None:
        return file
    copy = folder / f"{file.path.name}.lines"
    copy.write_bytes(rows)
    return File(copy, file.name, zipped=False)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _rows(content: bytes, file: File) -> bytes | None:
    """Return the rows of a document, one a line; None where it is none."""
    data = np.frombuffer(content, np.uint8)
    signs = _signs(data)
    last = len(signs.places) - 1
    closed = last > 0 and signs.depths[last] == 1 and (signs.depths[:last] >= 1).all()
    if not closed or content[signs.places[last] + 1 :].strip(BLANKS):
        if content.lstrip(BLANKS)[:1] == b"{":
            return None  # lines, the first of which is unsound
        line = _broken_line(content)
        raise _wrong(
            file,
            f"is no whole JSON document (line {line}): make or send it again",
            f"不是完整的 JSON 文档（第 {line} 行）：请重新生成或重新发送",
        )
    begins, ends = _list(signs)
    inner = data[begins:ends].copy()
    inner[(inner == LF) | (inner == CR)] = SPACE
    if data[begins - 1] == OPEN[0]:
        depth = int(signs.depths[np.searchsorted(signs.places, begins - 1)])
        commas = signs.places[signs.at(b",", depth)]
        inner[commas[(commas >= begins) & (commas < ends)] - begins] = LF
    return inner.tobytes() + b"\n"


def _list(signs: _Signs) -> tuple[int, int]:
    """Return where the rows begin and end: in the outermost list of objects, if it is the one.

    Otherwise the document is one row itself.
    """
    brackets = signs.data[signs.places]
    for depth in range(1, 5):
        opens = signs.at(b"[", depth)
        follows = brackets[np.minimum(opens + 1, len(brackets) - 1)]
        holding = opens[follows == OPEN[1]] if depth > 1 else opens
        if len(holding) == 1:
            index = int(holding[0])
            closing = signs.at(b"]", depth)
            end = closing[closing > index][0]
            return int(signs.places[index]) + 1, int(signs.places[end])
        if len(opens):
            break
    return int(signs.places[0]), int(signs.places[-1]) + 1


def _signs(data: Bytes) -> _Signs:
    marks = np.flatnonzero(data == QUOTE)
    marks = marks[~_escaped(data, marks)]
    table = np.zeros(256, np.bool_)
    table[list(OPEN + CLOSE + b",")] = True
    places = np.flatnonzero(table[data])
    places = places[np.searchsorted(marks, places) % 2 == 0]
    signs = data[places]
    steps = np.isin(signs, list(OPEN)).astype(np.int64) - np.isin(signs, list(CLOSE))
    depths = np.cumsum(steps)
    return _Signs(data, places, depths + (steps < 0))


def _escaped(data: Bytes, marks: Places) -> Flags:
    """Tell which quotation marks stand after an odd number of backslashes."""
    slashes = np.flatnonzero(data == ESCAPE)
    if not len(slashes):
        return np.zeros(len(marks), np.bool_)
    first = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
    length = np.diff(first, append=len(slashes))
    odd = length % 2 == 1
    result: Flags = np.isin(marks, (slashes[first] + length)[odd])
    return result


def _broken_line(content: bytes) -> int:
    try:
        json.loads(content.decode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        return error.lineno
    return content.count(b"\n") + 1


def _wrong(file: File, en: str, zh: str) -> Invalid:
    return Invalid("import.json", Text(f"{file.name} {en}.", f"{file.name} {zh}。"), file=file.name)
