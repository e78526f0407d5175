"""Numbers, times and blanks as people write them, read right or refused."""

from __future__ import annotations

from pathlib import Path

from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, reasons, visits, write


def scores(ws: Workspace, tmp_path: Path, values: list[str], **options: str) -> list[float | None]:
    rows = [f'ann,2026-03-{number + 1:02d},"{value}"' for number, value in enumerate(values)]
    bring(ws, write(tmp_path, "a.csv", "\n".join(["who,at,score", *rows])), **options)
    return [score for _at, score in visits(ws)]


def test_numbers(ws: Workspace, tmp_path: Path) -> None:
    values = ["9", " 8.5 ", "¥7", "1e1", "", "$ 3"]
    assert scores(ws, tmp_path, values) == [9, 8.5, 7, 10, None, 3]


def test_thousands_and_decimal_commas(ws: Workspace, tmp_path: Path) -> None:
    text = 'who,at,score,paid\nann,2026-03-01,1,"1,234.50"\nbo,2026-03-02,2,"12,34"\n'
    outcome = bring(
        ws, write(tmp_path, "a.csv", text), columns='paid = "decimal"', take=', amount = "paid"'
    )
    rows = ws.query(lambda view: view.events).to_pylist()
    assert [str(row["amount"]) for row in rows] == ["1234.5000"]
    assert reasons(ws, outcome) == [(2, "paid", "unreadable_number", "12,34")]


def test_the_decimal_comma(ws: Workspace, tmp_path: Path) -> None:
    text = "who;at;paid\nann;2026-03-01;1.234,50\nbo;2026-03-02;1.5\ncy;2026-03-03;7\n"
    columns = 'paid = { type = "decimal", decimal = "," }'
    outcome = bring(ws, write(tmp_path, "a.csv", text), columns=columns, take=', amount = "paid"')
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [str(row["amount"]) for row in rows] == ["1234.5000", "7.0000"]
    assert reasons(ws, outcome) == [(2, "paid", "unreadable_number", "1.5")]
