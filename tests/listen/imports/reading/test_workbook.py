"""Cells of workbooks come in as what they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from regulars.kit.errors import Invalid
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, visits
from tests.listen.imports.reading.test_files import EXPECTED


def test_excel(ws: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["who", "at", "score"])
    sheet.append(["ann", datetime(2026, 3, 1, 10, tzinfo=UTC).replace(tzinfo=None), 9])
    sheet.append([None, None, None])
    sheet.append([17, "2026-03-02 10:00", None])
    book.save(tmp_path / "a.xlsx")
    counts = bring(ws, tmp_path / "a.xlsx").counts
    assert (counts.read, counts.used, counts.skipped) == (3, 2, 1)
    assert visits(ws) == EXPECTED
    with pytest.raises(Invalid, match=r"import\.excel"):
        bring(ws, tmp_path / "a.xlsx", given='sheet = "Two"')
