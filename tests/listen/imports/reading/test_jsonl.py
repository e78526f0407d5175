"""Lines that are no objects of JSON are kept with their number."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.listen.imports import service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, reasons, write


def test_lines_that_are_no_json_objects(ws: Workspace, tmp_path: Path) -> None:
    text = '{"who":"ann","at":"2026-03-01 10:00","score":9}\nnot json\n[1]\n'
    outcome = bring(ws, write(tmp_path, "a.jsonl", text))
    assert reasons(ws, outcome) == [(2, None, "not_json", None), (3, None, "not_json", None)]


def test_a_file_without_any_object_says_so(ws: Workspace, tmp_path: Path) -> None:
    for content in ("", "\n\n", '[\n"a"\n]'):
        with pytest.raises(Invalid, match=r"import\.no_objects"):
            service.preview(ws, write(tmp_path, "a.jsonl", content), now=clock.now())
