"""Codes that stand for no answer are none, and a score outside its scale is refused."""

from __future__ import annotations

from pathlib import Path

from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, reasons, write
from tests.listen.imports.test_numbers import scores


def test_blank_codes_are_no_answers_and_the_scale_holds(ws: Workspace, tmp_path: Path) -> None:
    number = ', blank = ["99", "Blank"]'
    assert scores(ws, tmp_path, ["10", "99", "Blank", "0"], number=number) == [10, None, None, 0]
    outcome = bring(
        ws, write(tmp_path, "b.csv", "who,at,score\nann,2026-04-01,11\nbo,2026-04-01,x\n")
    )
    assert reasons(ws, outcome) == []
    assert [(note.code, note.rows, note.examples) for note in outcome.notes] == [
        ("left_out_unreadable_number", 1, ("#2: x",)),
        ("left_out_out_of_range", 1, ("#1: 11",)),
    ]
