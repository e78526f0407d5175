"""A file whose cells are plain is read without a table of its values; no digit differs for that."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from regulars.kit import clock
from regulars.listen.imports import keeping, service
from regulars.listen.imports.reading.plain import survey
from regulars.listen.imports.reading.records import Dialect
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import write

Fresh = Callable[[], AbstractContextManager[Workspace]]
HEADER = "event_id,user_id,name,occurred_at,place,order_id,amount,currency,metric,score,scale_max"
TIMES = {
    "with an offset": ["2026-03-01 10:00:00+08", "2026-03-02T10:00:01.25Z", "2026-03-03 1:00+08"],
    "of one form, with an offset": ["2026-03-01 10:00:00+08", "2026-03-02T10:00:00.5+0530"],
    "without": ["2026-03-01 10:00", "2026-03-02T10:00:59", "2026-03-03 00:00:00.125"],
    "with and without": ["2026-03-01 10:00:00+08", "2026-03-02 10:00:00"],
    "no days at all": ["2026-13-01 10:00:00Z", "2026-02-30 10:00:00Z", "2026-03-02 25:00:00Z"],
    "in our words": ["2026年3月1日 下午3:05", "3/14/2026 10:00 AM", "46082.5"],
}
IDS = ["e-{0}", "{0}.0", "'7{0}", '"=""8{0}"""', "2.0{0}E+18"]
MONEY = ["12.50,CNY", "-3,CNY", "1234.5678,CNY", ",", "7,"]
ODD_MONEY = ["¥12.50,CNY", "1.234567,CNY", "12.5元,", "7,usd"]
SCORES = ["nps,9,10", "nps,7.5,10", ",,", "csat,5,5", "nps,,10", "nps,11,10"]
ODD_SCORES = ["nps,9,10", "csat,0x1,5", "csat,n/a,5", "csat,4 (good),5"]


def lines(times: list[str], money: list[str], scores: list[str]) -> list[str]:
    """Return rows in which every value of each column stands at least once."""
    return [
        f"{IDS[n % len(IDS)].format(n)},user-{n % 4},Order Completed,"
        f"{times[n % len(times)]},shop {n % 3},{n % 7}.0,{money[n % len(money)]},"
        f"{scores[n % len(scores)]}"
        for n in range(40)
    ]


def brought(ws: Workspace, file: Path) -> dict[str, Any]:
    """Import a file; return all that is told of it and all that it gave."""
    outcome = service.import_files(ws, [file], "events", now=clock.now())
    rejects = service.every_reject(ws, outcome.run_id)
    events = ws.query(lambda view: view.events.order_by("received_at").drop("received_at"))
    return {
        "counts": outcome.counts,
        "notes": [(note.code, note.rows, note.text) for note in outcome.notes],
        "questions": [question.key for question in outcome.questions],
        "refused": sorted((one.row, one.field or "", one.reason, one.value) for one in rejects),
        "events": events.to_pylist(),
    }


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Say of each import whether it made a table of its values."""
    made: list[bool] = []
    worth, all_own = keeping.worth, keeping.all_own

    def first(*given: Any) -> bool:
        made.append(worth(*given))
        return made[-1]

    def second(*given: Any) -> bool:
        made[-1] = not all_own(*given)
        return not made[-1]

    monkeypatch.setattr(keeping, "worth", first)
    monkeypatch.setattr(keeping, "all_own", second)
    return made


@pytest.mark.parametrize(
    "values",
    [(MONEY, SCORES), (ODD_MONEY, SCORES), (MONEY, ODD_SCORES)],
    ids=["plain", "odd money", "odd scores"],
)
@pytest.mark.parametrize("times", TIMES.values(), ids=TIMES)
def test_with_a_table_and_without_one_everything_is_the_same(
    fresh: Fresh,
    tmp_path: Path,
    tables: list[bool],
    times: list[str],
    values: tuple[list[str], list[str]],
) -> None:
    """A blank at the end of the header is no part of the data, but enough for the table."""
    text = "\n".join(lines(times, *values))
    with fresh() as one, fresh() as other:
        plain = brought(one, write(tmp_path, "a.csv", f"{HEADER}\n{text}\n"))
        looked_at = brought(other, write(tmp_path, "a.csv", f"{HEADER} \n{text}\n"))
    assert plain == looked_at
    assert tables[1]
    forms = ("of one form, with an offset", "without", "no days at all")
    plain_times = times in [TIMES[form] for form in forms]
    assert tables[0] == (not plain_times or values != (MONEY, SCORES))
    assert plain["counts"].read == 40


@pytest.mark.parametrize("blank", [" ", "\t", "\u3000"])
@pytest.mark.parametrize("cell", ["{0}Bund", "Bund{0}", '"{0}Bund"', '"Bund{0}"'])
def test_a_blank_anywhere_is_still_taken_off(
    ws: Workspace, tmp_path: Path, blank: str, cell: str
) -> None:
    place = cell.format(blank)
    text = f"event_id,name,occurred_at,place\n1,Visit,2026-03-01 10:00:00Z,{place}\n"
    (event,) = brought(ws, write(tmp_path, "a.csv", text))["events"]
    assert event["place"] == "Bund"


def test_a_row_without_its_own_id_is_told_apart_by_its_content(
    ws: Workspace, tmp_path: Path, tables: list[bool]
) -> None:
    rows = ["1,Visit,2026-03-01 10:00:00Z", ",Visit,2026-03-01 10:00:00Z"]
    text = "\n".join(["event_id,name,occurred_at", *rows, rows[1]])
    assert len(brought(ws, write(tmp_path, "a.csv", text))["events"]) == 3
    assert tables == [True]


@pytest.mark.parametrize(
    ("text", "delimiter", "tidy"),
    [
        ("a,b\n1,in the middle\n", ",", True),
        ('a,b\n"1,2",x\n', ",", True),
        ("a,b\r\n1,2\r\n", ",", True),
        ("a\tb\n1\t2\n", "\t", True),
        ('a\tb\n1\t"\t2"\n', "\t", False),
        ("a,b\n1,2 \n", ",", False),
        ("a,b\n1, 2\n", ",", False),
        ("a,b\n 1,2\n", ",", False),
        ("a,b\n1,2 ", ",", False),
        ("a,b\r\n1,2 \r\n", ",", False),
        ('a,b\n1," 2"\n', ",", False),
        ('a,b\n1,"2 "\n', ",", False),
        ("a,b\n1,2\t\n", ",", False),
        ("a,b\n1,\u30002\n", ",", False),
        ("a，b\n1， 2\n", "，", False),
        ("a，b\n1，2 3\n", "，", True),
    ],
)
def test_what_is_tidy(text: str, delimiter: str, tidy: bool) -> None:
    found = survey(io.BytesIO(text.encode()), Dialect.of(delimiter, '"'))
    assert found is not None
    assert found.tidy == tidy
