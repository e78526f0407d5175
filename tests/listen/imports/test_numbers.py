"""Numbers, times and blanks as people write them, read right or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, reasons, visits, write


def scores(ws: Workspace, tmp_path: Path, values: list[str], **options: str) -> list[float | None]:
    rows = [f'ann,2026-03-{number + 1:02d},"{value}"' for number, value in enumerate(values)]
    bring(ws, write(tmp_path, "a.csv", "\n".join(["who,at,score", *rows])), **options)
    return [score for _at, score in visits(ws)]


def test_numbers(ws: Workspace, tmp_path: Path) -> None:
    values = ["9", " 8.5 ", "¥7", "1e1", "", "$ 3"]
    assert scores(ws, tmp_path, values) == [9, 8.5, 7, 10, None, 3]


@pytest.mark.parametrize("blank", [" ", "\t", "\r", "\n", "\u3000", " \u3000\t"])
def test_blanks_at_both_ends_are_no_part_of_words(
    ws: Workspace, tmp_path: Path, blank: str
) -> None:
    words = [f"{blank}王 芳{blank}", f"{blank}Bo", f"Cy{blank}", blank, "no-break\u00a0"]
    rows = [f'ann,2026-03-{day:02d},{day},"{word}"' for day, word in enumerate(words, 1)]
    bring(
        ws,
        write(tmp_path, "a.csv", "\n".join(["who,at,score,said", *rows])),
        columns='said = "text"',
        take=', text = "said"',
    )
    found = ws.query(lambda view: view.events.order_by("occurred_at").select("text")).to_pylist()
    said = ["王 芳", "Bo", "Cy", None, "no-break\u00a0"]
    assert [row["text"] for row in found] == said


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


def test_one_bad_cell_does_not_lose_the_respondent(ws: Workspace, tmp_path: Path) -> None:
    text = (
        "date,customer_id,nps,csat,comment\n2026-03-01,ann,8.5,4,fine\n2026-03-01,bo,great,5,\n"
        "2026-03-01,cy,N/A,3,\n2026-03-01,di,9 - likely,9,\n"
    )
    file = write(tmp_path, "a.csv", text)
    outcome = service.import_files(ws, [file], "survey", now=clock.now())
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [(row["metric"], row["score"], row["text"]) for row in rows] == [
        ("csat", 4.0, "fine"),
        ("csat", 5.0, None),
        ("csat", 3.0, None),
        ("nps", 9.0, None),
    ]
    assert (outcome.counts.used, outcome.counts.rejected) == (4, 0)
    assert sum(note.rows for note in outcome.notes if note.code.startswith("left_out")) == 3


def test_a_cell_that_the_mapping_needs_refuses_its_row(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "who,at,score\nann,2026-03-01,11\nbo,2026-03-01,8\n")
    outcome = bring(ws, file, number=", needed = true")
    assert reasons(ws, outcome) == [(1, "score", "out_of_range", "11")]
    assert outcome.counts.accepted == 1


@pytest.mark.parametrize("column", ["score", "SCORE"])
def test_a_row_without_identity_stays_where_another_cell_is_bad(
    ws: Workspace, tmp_path: Path, column: str
) -> None:
    outcome = bring(ws, write(tmp_path, "a.csv", f"who,at,{column}\n,2026-03-01,x\n"))
    assert (outcome.counts.used, outcome.counts.accepted) == (1, 1)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-01 10:00:00", ""),
        ("2026/03/01 10:00", ""),
        ("2026-03-01T02:00:00Z", ""),
        ("2026-03-01T02:00Z", ""),
        ("2026-03-01 10:00:00.5+0800", ""),
        ("2026-03-01T03:00:00.000+01:00", ""),
        ("2026年3月1日 10:00", ""),
        ("20260301100000", ""),
        ("01/03/2026 10:00", ', formats = ["%d/%m/%Y %H:%M"]'),
        ("3/1/2026 10:00", ', formats = ["%Y-%m-%d", "%m/%d/%Y %H:%M"]'),
        ("1.3.2026 10:00 +0800", ', formats = ["%d.%m.%Y %H:%M %z"]'),
        ("1772330400", ', formats = ["epoch_s"]'),
        ("1772330400000", ', formats = ["epoch_ms"]'),
        ("2026-03-01 03:00", ', zone = "Europe/Berlin"'),
    ],
)
def test_times(ws: Workspace, tmp_path: Path, written: str, moment: str) -> None:
    bring(ws, write(tmp_path, "a.csv", f"who,at,score\nann,{written},\n"), moment=moment)
    assert visits(ws) == [("2026-03-01 02:00", None)]


def test_a_file_may_mix_ways_to_write_a_time(ws: Workspace, tmp_path: Path) -> None:
    text = "who,at\nann,2026-03-01T02:00Z\nbo,1/3/2026 10:00\ncy,1772330400\ndi,1 March\n"
    formats = ', formats = ["iso", "%d/%m/%Y %H:%M", "epoch_s"]'
    outcome = bring(ws, write(tmp_path, "a.csv", text), moment=formats)
    assert visits(ws) == [("2026-03-01 02:00", None)] * 3
    assert reasons(ws, outcome) == [(4, "at", "unreadable_moment", "1 March")]


ORDERS = "order_id;customer_id;date;amount\n1;ann;01/02/2024;1.234,50\n2;bo;13/02/2024;7,5\n"


def test_how_a_file_is_written_may_be_said_beside_its_recipe(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "orders.csv", ORDERS)
    outcome = service.import_files(
        ws, [file], "orders", now=clock.now(), habits=Habits("UTC", ",", ("%d/%m/%Y",))
    )
    assert outcome.counts.rejected == 0
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [(row["occurred_at"].date().isoformat(), str(row["amount"])) for row in rows] == [
        ("2024-02-01", "1234.5000"),
        ("2024-02-13", "7.5000"),
    ]


@pytest.mark.parametrize(
    ("habits", "code"),
    [
        (Habits("Mars"), "zone"),
        (Habits(decimal=";"), "decimal"),
        (Habits(formats=("dd/mm/yyyy",)), "date_format"),
    ],
)
def test_what_is_said_of_a_file_must_make_sense(
    ws: Workspace, tmp_path: Path, habits: Habits, code: str
) -> None:
    file = write(tmp_path, "orders.csv", ORDERS)
    with pytest.raises(Invalid, match=code):
        service.import_files(ws, [file], "orders", now=clock.now(), habits=habits)
    assert service.runs(ws) == []


def test_times_that_cannot_be(ws: Workspace, tmp_path: Path) -> None:
    text = "who,at\nann,2026-02-30\nbo,31 Dec\ncy,2999-01-01\ndi,1066-10-14\nem,\n"
    outcome = bring(ws, write(tmp_path, "a.csv", text))
    assert sorted(reasons(ws, outcome)) == [
        (1, "at", "unreadable_moment", "2026-02-30"),
        (2, "at", "unreadable_moment", "31 Dec"),
        (3, "occurred_at", "future", "2998-12-31 16:00:00+00"),
        (4, "occurred_at", "out_of_range", "1066-10-13 15:54:17+00"),
        (5, "at", "missing", None),
    ]


def test_times_without_a_zone_are_the_workspaces_and_it_is_said(
    ws: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.csv", "date,nps\n2026-03-01 10:00,9\n2026-03-01 10:00 +0200,8\n")
    outcome = service.import_files(ws, [file], "survey", now=clock.now())
    assert visits(ws) == [("2026-03-01 02:00", 9.0), ("2026-03-01 08:00", 8.0)]
    assert [(note.code, note.rows) for note in outcome.notes] == [("zone", 1)]
    assert "Asia/Shanghai" in outcome.notes[0].text.en
    london = service.import_files(
        ws, [file], "survey", now=clock.now(), habits=Habits("Europe/London")
    )
    assert london.notes == ()
