"""What became of every row: used, refused, skipped, or nothing came of it; and what is told."""

from __future__ import annotations

from pathlib import Path

from regulars.kit import clock
from regulars.listen.imports import library, service
from regulars.listen.imports.model import ImportOutcome, Note
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, write

SHOP = """
name = "shop"
title = { en = "Shop", zh = "店" }
about = { en = "For tests.", zh = "测试用。" }
zone = "UTC"
set = { currency = "EUR" }

[[inputs]]
name = "lines"
files = ["lines*"]
[inputs.columns]
bill = { required = true }
at = { type = "moment", required = true }
price = { type = "decimal", required = true }
shop = { optional = true }

[[inputs]]
name = "shops"
files = ["shops*"]
[inputs.columns]
shop = { required = true }
city = {}

[[tables]]
name = "priced"
from = "lines"
join = [{ table = "shops", on = "shop", take = ["city"] }]
where = "price > 0"

[[tables]]
name = "bills"
from = "priced"
group_by = ["bill"]
columns = { at = "min(at)", total = "sum(price)", city = "first(city)" }

[[events]]
key = "bill"
from = "bills"
when = "total > 5"
id = "bill"
set = { name = "Order Completed" }
take = { occurred_at = "at", order_id = "bill", amount = "total", place = "city" }
"""
LINES = (
    "bill,at,price,shop,clerk\n"
    "1,2026-03-01,3,north,ann\n"  # used with the next
    "1,2026-03-01,4,north,ann\n"
    "2,2026-03-02,1,south,bo\n"  # a group that gives no event
    "\n"
    "3,2026-03-03,0,north,bo\n"  # left out by `where`
    "4,2026-03-03,x,north,bo\n"  # refused
    ",2026-03-03,8\n"  # refused
)
SHOPS = "shop,city\nnorth,Bergen\nsouth,Oslo\nwest,Voss\n"


def sums(outcome: ImportOutcome) -> tuple[int, int, int, int, int]:
    """Return read, used, refused, gave nothing, skipped; the first is the sum of the others."""
    found = outcome.counts
    parts = (found.used, found.rejected, found.empty, found.skipped)
    assert found.read == sum(parts)
    return (found.read, *parts)


def told(outcome: ImportOutcome) -> dict[str, Note]:
    """Return what was told, by its code."""
    return {note.code: note for note in outcome.notes}


def test_rows_are_used_through_groups_and_joins(ws: Workspace, tmp_path: Path) -> None:
    files = [write(tmp_path, "lines.csv", LINES), write(tmp_path, "shops.csv", SHOPS)]
    outcome = service.import_files(ws, files, library.parse(SHOP), now=clock.now())
    # Of lines: two used, two gave nothing, a blank one, two refused; of shops: one was looked up.
    assert sums(outcome) == (10, 3, 2, 4, 1)
    notes = told(outcome)
    assert notes["rows_without_event"].examples == (
        "lines.csv:3",
        "lines.csv:5",
        "shops.csv:2",
        "shops.csv:3",
    )
    assert notes["skipped_blank"].examples == ("lines.csv:4",)
    assert notes["unused_columns"].examples == ("clerk",)


def test_a_refused_row_of_which_a_part_was_used_counts_once(ws: Workspace, tmp_path: Path) -> None:
    text = (
        "ticket_id,created_at,solved_at\n1,2026-03-01T10:00Z,2026-03-02T10:00Z\n"
        "2,2026-03-01T10:00Z,2999-01-01T00:00Z\n"
    )
    file = write(tmp_path, "a.csv", text)
    outcome = service.import_files(ws, [file], "tickets", now=clock.now())
    assert sums(outcome) == (2, 1, 1, 0, 0)
    assert outcome.reasons == {"future": 1}
    assert told(outcome)["partly_refused"].rows == 1


def test_rows_that_repeat_and_are_dropped_gave_nothing(ws: Workspace, tmp_path: Path) -> None:
    row = "ann,2026-03-01,9\n"
    file = write(tmp_path, "a.csv", "who,at,score\n" + row + row)
    assert sums(bring(ws, file, given='repeats = "drop"')) == (2, 1, 0, 1, 0)


def test_titles_and_further_headers_are_skipped(ws: Workspace, tmp_path: Path) -> None:
    head = "who,at,score\n"
    text = f"Visits of March,,\n\n{head}ann,2026-03-01,9\n{head}bo,2026-03-02,8\n"
    outcome = bring(ws, write(tmp_path, "a.csv", text))
    assert sums(outcome) == (5, 2, 0, 0, 3)
    assert told(outcome)["skipped_title"].rows == 2
    assert told(outcome)["skipped_header"].examples == ("#2",)
    given = "skip = 1\nskip_below = 1"
    text = f"who,at,score of all\n{head}name,when,0-10\nann,2026-03-03,9\n"
    assert sums(bring(ws, write(tmp_path, "b.csv", text), given=given)) == (3, 1, 0, 0, 2)


def test_every_column_that_is_used_is_known(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "who,at,score,a note\nann,2026-03-01,9,x\n")
    assert told(bring(ws, file))["unused_columns"].examples == ("a note",)
    assert "unused_columns" not in told(bring(ws, file, take=", text = '\"a note\"'"))
