"""What the engine would misread is read cell by cell; what does not fit spoils its row alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit.errors import Invalid
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, reasons, visits, write

GB = 'encoding = "gb18030"'


def test_bytes_that_are_not_in_the_encoding_spoil_their_row(ws: Workspace, tmp_path: Path) -> None:
    good, bad = "安,2026-03-01 10:00,9\n".encode("gb18030"), b"\xd2\xff,2026-03-01 10:00,9\n"
    head = b"who,at,score\n"
    outcome = bring(ws, write(tmp_path, "a.csv", head + good + bad + good), given=GB)
    assert reasons(ws, outcome) == [(2, None, "encoding", None)]
    with pytest.raises(Invalid, match=r"import\.encoding.*line 3"):
        bring(ws, write(tmp_path, "b.csv", head + b"ann,2026-03-02,9\n" + bad))


def test_malformed_lines_are_kept_with_their_number(ws: Workspace, tmp_path: Path) -> None:
    text = (
        "who,at,score\nann,2026-03-01 10:00,9\nbo,2026-03-02\ncy,2026-03-03 10:00,7,more\n"
        '"d\ne",2026-03-04 10:00,6\nfay,soon,5\n'
    )
    outcome = bring(ws, write(tmp_path, "a.csv", text))
    assert visits(ws) == [("2026-03-01 02:00", 9.0), ("2026-03-04 02:00", 6.0)]
    assert reasons(ws, outcome) == [
        (2, None, "columns", None),
        (3, None, "columns", None),
        (5, "at", "unreadable_moment", "soon"),
    ]
    assert (outcome.counts.read, outcome.counts.rejected) == (5, 3)
