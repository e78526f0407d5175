"""The files of one input are one table, or are refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit.errors import Invalid
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, visits, write


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "import.empty"),
        ("a.parquet", b"not parquet", "import.parquet"),
        ("a.xes", b"<log><trace>", "import.xes"),
        ("a.docx", b"?", "import.format"),
        ("a.csv", b"who,score\nann,1\n", "import.column_missing"),
        ("a.csv", b"hello\0\1\2binary", "import.not_text"),
        ("a.csv.gz", b"who\0,at\nann,2026-03-01\n", "import.not_text"),
        ("a.jsonl", b'{"who":"a\0"}\n', "import.not_text"),
        ("a.csv", b"who,at,at\nann,2026-03-01,2026-03-02\n", "import.column_repeated"),
        ("a.csv", b"who,at,Score,score\nann,2026-03-01,1,2\n", "import.column_repeated"),
    ],
)
def test_files_that_do_not_fit(
    ws: Workspace, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(Invalid, match=code.replace(".", r"\.")):
        bring(ws, write(tmp_path, name, content))


def test_a_repeated_header_gets_numbers_by_which_a_mapping_may_choose(
    ws: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.csv", "who,at,score,score\nann,2026-03-01 10:00,1,2\n")
    bring(ws, file, number=', from = "score (2)"')
    assert visits(ws) == [("2026-03-01 02:00", 2.0)]
