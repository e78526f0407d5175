"""A table as it is written: cells, ranges, columns that say nothing."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from regulars.faces.columns import Column, file_rows, heads, in_file, interval, number
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Picture, Span, Table
from regulars.understand.analyses.options import Options
from regulars.understand.analyses.view import View

NAME, GAP, WHY = Text("Name", "名称"), Text("Gap", "差距"), Text("Why", "原因")


@dataclass(frozen=True)
class Row:
    """A place, how far it lies off, and perhaps a remark."""

    name: str
    gap: Span | None
    why: SimpleNamespace | None = None


ROWS = [Row("till", Span(1.25, 1.0, 1.5)), Row("door", None)]
COLUMNS = (
    Column(NAME, "name"),
    interval(GAP, "gap", number(1)),
    Column(WHY, "why.words"),
    in_file(Text("Key", "键"), "name"),
)


def view_of(rows: list[Row], **more: Any) -> View:
    """Return the view of an answer with these rows."""
    analysis = Analysis(
        name="gaps",
        title=NAME,
        question=NAME,
        meaning=NAME,
        result="Gaps",
        order=1,
        tables=(Table("gaps", NAME, COLUMNS, lambda view: view.result.rows),),
        **more,
    )
    found: Any = SimpleNamespace(payload=SimpleNamespace(rows=rows, why_not=NAME))
    when: Any = None
    return View(when, analysis, Options(), found, when)


def test_a_page_leaves_out_what_no_row_has_and_what_files_hold() -> None:
    """Nobody has a remark, so that column is gone; the door has no gap, so its cell says so."""
    shown = view_of(ROWS, partial=True).shown("gaps")
    assert [column.title for column in shown.columns] == [NAME, GAP]
    assert [cell.words for cell in shown.rows[0]] == ["till", "1.2"]
    assert (shown.rows[0][1].low, shown.rows[0][1].n) == ("1.0", None)
    assert [cell.words for cell in shown.rows[1]] == ["door", "–"]
    told = view_of([*ROWS, Row("lift", None, SimpleNamespace(words="slow"))], partial=True)
    assert [column.title for column in told.shown("gaps").columns] == [NAME, GAP, WHY]
    assert told.shown("gaps", rows=ROWS).total == 2


def test_a_file_holds_every_column_and_ends_a_path_where_nothing_is() -> None:
    view = view_of(ROWS, partial=True)
    assert [head.en for head in heads(COLUMNS)] == [
        "Name", "Gap", "Gap: Low", "Gap: High", "Why", "Key",
    ]  # fmt: skip
    assert list(file_rows(COLUMNS, ROWS, view)) == [
        ("till", 1.25, 1.0, 1.5, None, "till"),
        ("door", None, None, None, None, "door"),
    ]


def test_without_an_answer_there_are_tables_only_where_it_is_partial() -> None:
    assert view_of(ROWS).shown("gaps").total == 0
    assert view_of(ROWS, partial=True).shown("gaps").total == 2


def test_pictures_of_one_table_have_names_and_grow_with_their_bars() -> None:
    def draw(view: View) -> dict[str, Any]:
        return {"yAxis": {"data": [row.name for row in view.result.rows]}}

    bars = Picture("gaps", GAP, draw, height=80, bar=40)
    none = Picture("gaps", GAP, lambda _view: None, name="map")
    view = view_of(ROWS, partial=True, pictures=(bars, none))
    found = view.picture("gaps")
    assert found is not None and found[0].tall(found[1]) == 130
    assert view.picture("map") is None
