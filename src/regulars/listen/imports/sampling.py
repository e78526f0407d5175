"""The beginning of a file, enough to see what it is: its format, its sample, its header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from regulars.listen.imports.model import Format, Input
from regulars.listen.imports.reading import delimited, files
from regulars.listen.imports.reading.files import File

SAMPLE_BYTES = 4_000_000
WHITESPACE_SHARE = 0.95
HEAD_ROWS = 50
FIGURES = re.compile(r"[-+]?[\d.,:/ -]*\d[\d.,:/ -]*")
"""What only values are made of: numbers, days, times."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A readable copy of a file's first megabytes; `names` where the file has no header."""

    kind: Format
    file: File
    names: tuple[str, ...] = ()

    def part(self, **given: object) -> Input:
        """Return the input that reads the sample."""
        return Input(name="rows", format=self.kind, names=self.names, **given)  # type: ignore[arg-type]


def sample(file: File, scratch: Path) -> Sample:
    """Return the format and the file, or the first megabytes of a text file as UTF-8."""
    kind = files.format_of(file)
    if kind not in ("delimited", "jsonl"):
        return Sample(kind, file)
    head = _head(file)
    copy = scratch / "sample"
    copy.write_bytes(head)
    part = File(copy, file.bare, zipped=False)
    if kind == "jsonl":
        return Sample(kind, part)
    text = delimited.head_text(part)
    if _is_whitespace(text):
        rows = [line.split() for line in text.splitlines()[:HEAD_ROWS] if line.strip()]
        return Sample("whitespace", part, _names(rows))
    mark = delimited.delimiter_of(part, None)
    rows = [row for row in delimited.head_rows(part, mark, '"') if any(row)]
    return Sample(kind, part, _names(rows))


def _head(file: File) -> bytes:
    """Return the first megabytes in UTF-8, cut at the end of a line."""
    encoding = files.encoding_of(file)
    head = file.head(SAMPLE_BYTES)
    if len(head) < SAMPLE_BYTES:
        return head.decode(encoding, "replace").encode()
    return _whole_lines(head.decode(encoding, "replace")).encode()


def _whole_lines(text: str) -> str:
    """Return the text up to its last line end that stands outside quotation marks."""
    end = len(text)
    while (end := text.rfind("\n", 0, end)) > 0:
        if text.count('"', 0, end) % 2 == 0:
            return text[: end + 1]
    return text


def _is_whitespace(text: str) -> bool:
    """Tell whether runs of blanks cut the lines evenly and no delimiter does."""
    if any(mark in text for mark in (",", "\t", ";", "|")):
        return False
    counts = [len(line.split()) for line in text.splitlines()[:200] if line.strip()]
    if not counts or counts[0] < 2:
        return False
    return sum(count == counts[-1] for count in counts) >= WHITESPACE_SHARE * len(counts)


def _names(rows: list[list[str]]) -> tuple[str, ...]:
    """Return names for the columns of a file whose first row is values, not names.

    It is where a figure heads a column of figures, and none of its words does; years that head a
    table of figures are names.
    """
    if len(rows) < 3:
        return ()
    first, rest = rows[0], rows[1:]
    figures = [
        index
        for index in range(len(first))
        if (
            cells := [row[index].strip() for row in rest if index < len(row) and row[index].strip()]
        )
        and sum(FIGURES.fullmatch(cell) is not None for cell in cells) >= 0.95 * len(cells)
    ]
    headed = [FIGURES.fullmatch(first[index].strip()) is not None for index in figures]
    years = all(re.fullmatch(r"(19|20)\d\d", first[index].strip()) for index in figures)
    if not headed or not all(headed) or years:
        return ()
    return tuple(f"column_{number}" for number in range(1, len(first) + 1))
