"""Events are built once each: by an id of their own, in any order, whole orders or none."""

from __future__ import annotations

from pathlib import Path

from regulars.kit import clock
from regulars.listen.imports import library, service
from regulars.timeline import identity
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import reasons, recipe, visits, write
from tests.listen.imports.test_service import HEAD


def test_an_id_of_its_own_makes_an_event_itself(ws: Workspace, tmp_path: Path) -> None:
    words = library.render(recipe())
    with_id = library.parse(words.replace('key = "visit"', 'key = "visit"\nid = "who"'))
    for score in (9, 2):
        file = write(tmp_path, "a.csv", HEAD + f"ann,2026-03-01,{score}\n")
        service.import_files(ws, [file], with_id, now=clock.now())
    assert [score for _at, score in visits(ws)] == [2.0]  # told anew


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
