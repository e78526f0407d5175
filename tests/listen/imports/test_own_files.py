"""Files as people really have them, each with what is right: by command and by API.

The files lie beside the checkout (`own-files/README.md` says what a user expects of each). Every
file comes in by the command and then by the API: both tell the same, and the second doubles
nothing.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics

pytestmark = pytest.mark.data
ROWS = ("read", "used", "rejected", "empty", "skipped")


@dataclass(frozen=True)
class Case:
    """A file, how it is imported, and what is right.

    `rows` are read, used, refused, gave nothing, skipped; `notes` the codes of what must be told;
    `questions` the keys of what must be asked; `then` looks at the timeline.
    """

    file: str
    rows: tuple[int, int, int, int, int]
    reasons: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    recipe: str = "survey"
    """A recipe's name, a mapping as TOML, or the one that the preview writes."""
    zone: str = "UTC"
    answers: tuple[str, ...] = ()
    then: Callable[[Workspace], None] = lambda _ws: None

    @property
    def given(self) -> str:
        """What this case is called."""
        known = self.recipe if self.recipe == PREVIEW else ""
        return " ".join(filter(None, (self.file, known, *self.answers)))


def scores(*wanted: float | None) -> Callable[[Workspace], None]:
    """Expect these scores in the order of rows."""

    def look(ws: Workspace) -> None:
        rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
        assert [row["score"] for row in rows] == list(wanted)

    return look


QUALTRICS = """
name = "qualtrics"
title = { en = "Answers", zh = "答复" }
about = { en = "For tests.", zh = "测试用。" }
zone = "UTC"

[[inputs]]
name = "answers"
[inputs.columns]
RecordedDate = { type = "moment", required = true }
ResponseId = { required = true }
Q1 = { type = "number", minimum = 0, maximum = 10 }

[[events]]
key = "nps"
from = "answers"
when = "Q1 is not null"
id = "ResponseId"
set = { name = "Survey Answered", metric = "nps", scale_min = 0, scale_max = 10 }
take = { occurred_at = "RecordedDate", score = "Q1", text = "Q2" }
"""
NESTED = """
name = "nested"
title = { en = "Answers", zh = "答复" }
about = { en = "For tests.", zh = "测试用。" }
zone = "UTC"

[[inputs]]
name = "answers"
[inputs.columns]
ts = { type = "moment", required = true }
email = { from = "user.profile.email" }
user_id = { from = "user.id" }

[[events]]
key = "visit"
from = "answers"
set = { name = "Store Visited" }
take = { occurred_at = "ts", text = "email" }
identity = { user = "user_id" }
"""


def texts(*wanted: str | None) -> Callable[[Workspace], None]:
    """Expect these words in the order of rows."""

    def look(ws: Workspace) -> None:
        rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
        assert [row["text"] for row in rows] == list(wanted)

    return look


def nps(value: float, n: int) -> Callable[[Workspace], None]:
    """Expect this net promoter score."""

    def look(ws: Workspace) -> None:
        (found,) = metrics.measure(ws, "nps", minimum_n=1)
        assert (round(found.value or 0, 2), found.n) == (value, n)

    return look


def weighted_nps(wanted: dict[str, tuple[float, int]]) -> Callable[[Workspace], None]:
    """Expect these weighted net promoter scores by store, and none elsewhere."""

    def look(ws: Workspace) -> None:
        # Values on fewer than five are withheld from people; here they are what is looked at.
        with patch("regulars.understand.metrics.telling.MIN_GROUP", 1):
            told = metrics.measure(ws, "nps", by=["place"], weighted=True)
        found = {one.slice["place"]: (round(one.value or 0, 2), one.n) for one in told if one.n}
        assert found == wanted

    return look


def answers(*wanted: tuple[str, float, float, float]) -> Callable[[Workspace], None]:
    """Expect these answers: metric, score and the ends of its scale."""

    def look(ws: Workspace) -> None:
        rows = ws.query(lambda view: view.events).to_pylist()
        names = ("metric", "score", "scale_min", "scale_max")
        assert sorted(tuple(row[name] for name in names) for row in rows) == sorted(wanted)

    return look


def money(ws: Workspace) -> None:
    """Expect three orders of 175.00 dollars and a refund of 40.00 of one of them."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for row in ws.query(lambda view: view.events).to_pylist():
        if row["amount"] is not None:
            sums = found.setdefault((row["name"], row["currency"]), Counter())
            sums[row["order_id"]] += row["amount"]
    assert found == {
        ("Order Completed", "USD"): {"#1001": 65, "#1002": 100, "#1003": 10},
        ("Order Refunded", "USD"): {"#1002": Decimal(-40)},
    }


FORM = [("nps", n, 0.0, 10.0) for n in (10.0, 4.0, 7.0)]
STARS_B = [("nps", float(n % 10 + 1), 0.0, 10.0) for n in range(40)]
SATISFIED = "scale:How satisfied are you?"
PREVIEW = "the preview's"
SIX = (6, 6, 0, 0, 0)
THREE = (3, 3, 0, 0, 0)
CASES = [
    *(
        Case(f"newline-in-header/{name}.csv", SIX, then=scores(3, 4, 5, 6, 7, 8))
        for name in ("crlf", "crlfcrlf", "lf", "mid", "quotedbody")
    ),
    Case("newlines-in-quotes/appended.csv", THREE, then=scores(9, 9, 9)),
    Case("newlines-in-quotes/cr_inside.csv", (2, 2, 0, 0, 0)),
    Case("newlines-in-quotes/crlf_crlf.csv", (2, 2, 0, 0, 0)),
    Case("newlines-in-quotes/excel.csv", THREE, then=scores(9, 9, 2)),
    Case("newlines-in-quotes/unix_crlf_inside.csv", THREE),
    *(Case(f"mixed-newlines/{name}.csv", THREE) for name in "abe"),
    Case("mixed-newlines/c.csv", (1, 1, 0, 0, 0)),
    Case("mixed-newlines/d.csv", (2, 2, 0, 0, 0)),
    Case("csv-shapes/cr.csv", (2, 2, 0, 0, 0), then=scores(9, 3)),
    Case("csv-shapes/mixed.csv", (2, 2, 0, 0, 0)),
    Case("csv-shapes/nul_late.csv", (6001, 6000, 1, 0, 0), {"nul": 1}),
    Case("csv-shapes/markup.csv", THREE, notes=("left_out_unreadable_number",)),
    Case("csv-shapes/gb.csv", (5, 4, 1, 0, 0), {"unreadable_moment": 1}),
    Case(
        "rows-without-event/s.csv",
        (2, 2, 0, 0, 0),
        notes=("unused_columns",),
        then=texts("good", "bad"),
    ),
    Case("rows-without-event/t.csv", THREE, then=scores(None, 3, None)),
    Case(
        "odd-scores/n.csv",
        (16, 8, 1, 7, 0),
        {"columns": 1},
        notes=("left_out_out_of_range", "rows_without_event"),
        then=nps(50.0, 8),
    ),
    Case(
        "weights/w.csv",
        (24, 17, 7, 0, 0),
        {"out_of_range": 7},
        then=weighted_nps({"mix": (42.86, 4), "blank": (-100.0, 3)}),
    ),
    Case(
        "json/l.jsonl",
        (10, 3, 3, 3, 1),
        {"not_json": 2, "nul": 1},
        notes=("left_out_unreadable_number", "skipped_blank"),
    ),
    Case("json/array.json", (2, 2, 0, 0, 0), then=scores(9, 3)),
    Case("json/obj.json", (1, 1, 0, 0, 0), then=scores(9)),
    Case("json/pretty.json", (1, 1, 0, 0, 0), then=scores(9)),
    Case("json/nested.jsonl", (1, 1, 0, 0, 0), recipe=NESTED, then=texts("a@example.org")),
    Case(
        "three-headers/q.csv",
        (6, 2, 0, 1, 3),
        notes=("skipped_header", "skipped_preview", "rows_without_event", "unused_columns"),
        recipe=QUALTRICS,
        then=scores(10, 3),
    ),
    Case("excel/hidden.xlsx", (1, 1, 0, 0, 0), then=texts("visible sheet")),
    Case("excel/title.xlsx", (3, 1, 0, 0, 2), notes=("skipped_title",), then=scores(9)),
    Case("excel/formula.xlsx", (2, 2, 0, 0, 0), notes=("not_calculated",), then=scores(None, 8)),
    Case("excel/newlinehead.xlsx", (1, 1, 0, 0, 0), then=scores(9)),
    Case("excel/merged.xlsx", (2, 1, 1, 0, 0), {"unanswered": 1}, questions=("merged",)),
    Case("excel/merged.xlsx", (2, 2, 0, 0, 0), answers=("merged=fill",), then=scores(9, 8)),
    Case("excel/merged.xlsx", (2, 1, 1, 0, 0), {"missing": 1}, answers=("merged=blank",)),
    *(
        case
        for recipe in ("survey", PREVIEW)
        for case in (
            Case(
                "stars/a.csv",
                (3, 0, 3, 0, 0),
                {"unanswered": 3},
                questions=(SATISFIED,),
                recipe=recipe,
                then=answers(),
            ),
            Case(
                "stars/a.csv",
                THREE,
                answers=(f"{SATISFIED}=1-5",),
                recipe=recipe,
                then=answers(
                    *(("csat", n, 1.0, 5.0) for n in (5.0, 2.0, 3.0)),
                    *(("nps", n, 0.0, 10.0) for n in (10.0, 2.0, 7.0)),
                ),
            ),
            Case(
                "stars/b.csv",
                (40, 0, 40, 0, 0),
                {"unanswered": 40},
                questions=("scale:nps",),
                recipe=recipe,
                then=answers(),
            ),
            Case(
                "stars/b.csv",
                (40, 40, 0, 0, 0),
                answers=("scale:nps=0-10",),
                recipe=recipe,
                then=answers(*STARS_B),
            ),
            Case("forms/f.csv", THREE, recipe=recipe, then=answers(*FORM)),
            Case("forms/zh.csv", THREE, recipe=recipe, then=answers(*FORM)),
        )
    ),
    *(
        Case("shopify/orders_export.csv", (4, 4, 0, 0, 0), recipe=recipe, then=money)
        for recipe in ("orders", PREVIEW)
    ),
]


@pytest.fixture
def own_files(real_data: Path) -> Path:
    """The folder of the files."""
    folder = real_data / "own-files"
    if not folder.is_dir():
        pytest.skip("own-files is not beside the checkout")
    return folder


@pytest.fixture
def api(ws: Workspace) -> Iterator[TestClient]:
    """A program with the rights of an analyst."""
    _key, secret = keys.add_api_key(
        ws, SHELL, name="loader", role=Role.ANALYST, places=None, now=clock.now()
    )
    with TestClient(build_web(ws), headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


def by_command(ws: Workspace, file: Path, case: Case, mapping: Path) -> dict[str, Any]:
    """Import a file by the command; return what `--json` tells."""
    words = ["import", str(file), "--zone", case.zone, "--json", "--workspace", str(ws.folder)]
    if "\n" in case.recipe:
        mapping.write_text(case.recipe, "utf-8")
        words += ["--map", str(mapping)]
    else:
        words += ["--recipe", case.recipe]
    for answer in case.answers:
        words += ["--answer", answer]
    said = CliRunner().invoke(build_cli(words), words)
    assert said.exit_code in (0, 2), said.output
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return told


def previewed(ws: Workspace, file: Path, mapping: Path) -> str:
    """Return the mapping that the preview writes for a file."""
    words = ["import", str(file), "--preview", "--write", str(mapping), "--zone", "UTC"]
    words += ["--workspace", str(ws.folder)]
    said = CliRunner().invoke(build_cli(words), words)
    assert said.exit_code == 0, said.output
    return mapping.read_text("utf-8")


def by_api(api: TestClient, file: Path, case: Case) -> dict[str, Any]:
    """Import a file by the API; return what it tells when the import is done."""
    given = "mapping" if "\n" in case.recipe else "recipe"
    form: dict[str, Any] = {given: case.recipe, "zone": case.zone, "answers": list(case.answers)}
    sent = api.post("/api/v1/imports", files={"files": (file.name, file.read_bytes())}, data=form)
    assert sent.status_code == 202, sent.text
    for _attempt in range(200):
        told: dict[str, Any] = api.get(f"/api/v1/imports/{sent.json()['id']}").json()
        if told["state"] in ("done", "failed"):
            return told
        time.sleep(0.05)
    raise AssertionError("the import does not end")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.given)
def test_a_file_as_people_have_it(
    ws: Workspace, api: TestClient, own_files: Path, tmp_path: Path, case: Case
) -> None:
    file = own_files / case.file
    if case.recipe == PREVIEW:
        case = replace(case, recipe=previewed(ws, file, tmp_path / "proposed.toml"))
    told = by_command(ws, file, case, tmp_path / "mapping.toml")
    case.then(ws)
    again = by_api(api, file, case)
    for one in (told, again):
        assert tuple(one[name] for name in ROWS) == case.rows
        assert one["read"] == sum(one[name] for name in ROWS[1:])
        assert one["reasons"] == case.reasons
        assert {note["code"] for note in one["notes"]} >= set(case.notes)
        assert {question["key"] for question in one["questions"]} == set(case.questions)
    assert again["accepted"] == 0
    case.then(ws)
