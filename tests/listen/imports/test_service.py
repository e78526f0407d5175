"""Once each: what makes an event itself, what is kept of what was refused, and who is who."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid
from regulars.listen.imports import library, service
from regulars.listen.imports.model import ImportOutcome
from regulars.timeline import identity
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, parquet, reasons, recipe, visits, write

HEAD = "who,at,score\n"
ANN = "ann,2026-03-01 10:00,9\n"
BO = "bo,2026-03-02 10:00,3\n"
CY = "cy,2026-03-03 10:00,7\n"


def counts(outcome: ImportOutcome) -> tuple[int, int, int, int]:
    """Return read, accepted, duplicates, repeats."""
    found = outcome.counts
    return found.read, found.accepted, found.duplicates, found.repeats


def test_a_repeat_in_a_file_counts_and_a_longer_export_doubles_nothing(
    ws: Workspace, tmp_path: Path
) -> None:
    assert counts(bring(ws, write(tmp_path, "a.csv", HEAD + ANN + ANN + BO))) == (3, 3, 0, 1)
    assert counts(bring(ws, write(tmp_path, "a.csv", HEAD + ANN + ANN + BO))) == (3, 0, 3, 1)
    longer = write(tmp_path, "b.csv", HEAD + ANN + BO + ANN + ANN + CY)
    assert counts(bring(ws, longer)) == (5, 2, 3, 2)
    assert len(visits(ws)) == 5


def test_repeats_may_be_dropped(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", HEAD + ANN + ANN + BO)
    assert counts(bring(ws, file, given='repeats = "drop"')) == (3, 2, 0, 1)


def test_two_exports_in_one_run_may_overlap(ws: Workspace, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    write(exports, "readme.md", "not for us")
    write(exports, "march.csv", HEAD + ANN + BO)
    write(
        exports, "spring.csv", "score,at,note,who\n3,2026-03-02 10:00,,bo\n7,2026-03-03 10:00,,cy\n"
    )
    outcome = bring(ws, exports)
    assert counts(outcome) == (4, 3, 1, 0)
    assert outcome.ignored == ("readme.md",)


def test_an_id_of_its_own_makes_an_event_itself(ws: Workspace, tmp_path: Path) -> None:
    words = library.render(recipe())
    with_id = library.parse(words.replace('key = "visit"', 'key = "visit"\nid = "who"'))
    for score in (9, 2):
        file = write(tmp_path, "a.csv", HEAD + f"ann,2026-03-01,{score}\n")
        service.import_files(ws, [file], with_id, now=clock.now())
    assert [score for _at, score in visits(ws)] == [2.0]  # told anew


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([ANN, BO, CY]), max_size=8), st.integers(0, 8))
def test_any_prefix_first_gives_the_same_timeline(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], cut: int
) -> None:
    from regulars.app import init_workspace

    tellings = []
    for parts in ([rows], [rows[:cut], rows]):
        folder = tmp_path_factory.mktemp("law")
        ws = init_workspace(folder / "company")
        for part in parts:
            bring(ws, write(folder, "a.csv", HEAD + "".join(part)))
        tellings.append(sorted(visits(ws)))
        ws.close()
    assert tellings[0] == tellings[1]
    assert len(tellings[0]) == len(rows)


def test_people_are_the_same_whichever_way_they_come(ws: Workspace, tmp_path: Path) -> None:
    bring(ws, write(tmp_path, "a.csv", HEAD + " ann ,2026-03-01,9\n,2026-03-02,8\n"))
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [row["identity_id"] for row in rows] == [identity.identity_id(ws, "user", "ann"), None]
    bring(ws, parquet(tmp_path, "SELECT 'ann' AS who, TIMESTAMPTZ '2026-03-05 00:00:00Z' AS at"))
    found = ws.query(lambda view: view.events.select("identity_id").distinct()).to_pylist()
    assert len(found) == 2


ORDERS = """
name = "bills"
title = { en = "Bills", zh = "账单" }
about = { en = "For tests.", zh = "测试。" }
zone = "UTC"
set = { currency = "EUR" }

[[inputs]]
name = "rows"
[inputs.columns]
bill = { required = true }
at = { type = "moment", required = true }
price = { type = "decimal", required = true }

[[tables]]
name = "bills"
from = "rows"
group_by = ["bill"]
columns = { at = "min(at)", total = "sum(price)", who = "first(who)" }
lines = { product = "product", amount = "price" }

[[events]]
key = "bill"
from = "bills"
id = "bill"
set = { name = "Order Completed" }
take = { occurred_at = "at", order_id = "bill", amount = "total", lines = "lines" }
identity = { user = "who" }
"""


def test_an_order_with_a_bad_line_is_not_loaded_in_part(ws: Workspace, tmp_path: Path) -> None:
    text = (
        "bill,at,price,who,product\n1,2026-03-01,5,,cup\n"
        "1,2026-03-01,x,ann,pot\n2,2026-03-02,7,bo,tea\n"
    )
    bills = library.parse(ORDERS)
    outcome = service.import_files(ws, [write(tmp_path, "a.csv", text)], bills, now=clock.now())
    assert reasons(ws, outcome) == [
        (1, None, "group", None),
        (2, "price", "unreadable_number", "x"),
    ]
    assert outcome.counts.rejected == 2
    mended = write(tmp_path, "a.csv", text.replace("x", "6"))
    assert service.import_files(ws, [mended], bills, now=clock.now()).counts.accepted == 1
    rows = ws.query(lambda view: view.events.order_by("order_id")).to_pylist()
    assert [(row["order_id"], float(row["amount"]), row["currency"]) for row in rows] == [
        ("1", 11.0, "EUR"),
        ("2", 7.0, "EUR"),
    ]
    assert [line["product"] for line in rows[0]["lines"]] == ["cup", "pot"]
    assert rows[0]["identity_id"] == identity.identity_id(ws, "user", "ann")


def test_another_distribution_may_add_a_recipe(ws: Workspace, tmp_path: Path) -> None:
    words = library.render(recipe()).replace('name = "visits"', 'name = "till"', 1)
    library.add(words)
    file = write(tmp_path, "a.csv", HEAD + ANN)
    assert service.import_files(ws, [file], "till", now=clock.now()).counts.accepted == 1
    with pytest.raises(Conflict):
        library.add(words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('zone = "Asia/Shanghai"', 'zone = "Mars"'),
        ('from = "rows"', 'from = "nothing"'),
        ('name = "rows"', 'name = "ro ws"'),
        ('name = "Store Visited"', 'colour = "red"'),
        ('occurred_at = "at"', 'score = "score"'),
        ('user = "who"', 'passport = "who"'),
        ("[[inputs]]", "[[input]]"),
        ("title = {", "title = ["),
    ],
)
def test_a_wrong_mapping_is_refused(old: str, new: str) -> None:
    words = library.render(recipe())
    assert old in words
    with pytest.raises(Invalid, match=r"recipe\."):
        library.parse(words.replace(old, new))


def test_an_expression_that_is_no_part_of_the_language_stops_the_run(
    ws: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.csv", HEAD + ANN)
    with pytest.raises(Invalid, match=r"recipe\.expression"):
        bring(ws, file, take=", text = \"read_text('x')\"")
    assert visits(ws) == []
