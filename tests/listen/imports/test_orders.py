"""Orders: what is one, what its money is, what its status says; and that ids stay."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.company.rights.model import SHELL
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits, ImportOutcome
from regulars.listen.statuses import service as listed
from regulars.timeline import linking
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import chinese_orders, write


def bring(ws: Workspace, folder: Path, text: str, **answers: str) -> ImportOutcome:
    file = write(folder, "o.csv", text)
    habits = Habits("UTC", answers=answers, currency="CNY")
    return service.import_files(ws, [file], "orders", now=clock.now(), habits=habits)


def told(ws: Workspace) -> list[dict[str, Any]]:
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    return [row for row in rows if row["name"].startswith("Order ")]


def amounts(ws: Workspace) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in told(ws):
        found[row["name"]] += row["amount"] or 0
    return found


def test_a_chinese_export_gives_revenue_to_the_cent(ws: Workspace, tmp_path: Path) -> None:
    file, gross, refunds, completed = chinese_orders(tmp_path, 300)
    outcome = service.import_files(
        ws, [file], "orders", now=clock.now(), habits=Habits(answers={"currency": "CNY"})
    )
    assert outcome.counts.rejected == 0
    rows = told(ws)
    assert sum(row["name"] == "Order Completed" for row in rows) == completed
    assert amounts(ws)["Order Completed"] == gross
    assert amounts(ws)["Order Refunded"] == -refunds
    assert {row["currency"] for row in rows if row["amount"] is not None} == {"CNY"}


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("已完成", {"Order Completed": 10}),
        ("", {"Order Completed": 10}),
        ("Partially_Refunded", {"Order Completed": 10}),
        ("voided", {"Order Placed": 10, "Order Cancelled": 0}),
        ("交易关闭", {"Order Placed": 10, "Order Cancelled": 0}),
        ("退款成功", {"Order Completed": 10, "Order Refunded": -10}),
        ("in the clouds", {"Order Placed": 10}),
    ],
)
def test_statuses(ws: Workspace, tmp_path: Path, status: str, names: dict[str, int]) -> None:
    outcome = bring(
        ws, tmp_path, f"order_id,customer,date,amount,status\n1,a,2024-03-01,10,{status}\n"
    )
    assert amounts(ws) == {name: Decimal(value) for name, value in names.items()}
    unseen = [note for note in outcome.notes if note.code == "status_unseen"]
    assert [note.examples for note in unseen] == (
        [("in the clouds",)] if "clouds" in status else []
    )


def test_a_status_that_is_mapped_counts(ws: Workspace, tmp_path: Path) -> None:
    text = "order_id,customer,date,amount,status\n1,a,2024-03-01,10,In the Clouds\n"
    bring(ws, tmp_path, text)
    outcome = bring(ws, tmp_path, text, **{"status:in the clouds": "completed"})
    assert (outcome.counts.replaced, amounts(ws)) == (1, {"Order Completed": 10})


@pytest.mark.parametrize(
    "written",
    ["已核销（到店）", "已核销 (到店)", "Picked-Up", "picked  up", "ＰＩＣＫＥＤ＿ＵＰ\u200b"],
)
def test_a_word_that_the_workspace_maps_counts_however_it_is_written(
    ws: Workspace, tmp_path: Path, written: str
) -> None:
    text = f"order_id,customer,date,amount,status\n1,a,2024-03-01,10,{written}\n"
    for word in ("已核销(到店)", "picked up"):
        listed.set_meaning(ws, SHELL, word, "completed", now=clock.now())
    assert [note.code for note in bring(ws, tmp_path, text).notes] == []
    assert amounts(ws) == {"Order Completed": 10}


def test_what_came_before_its_word_was_mapped_is_told_anew(ws: Workspace, tmp_path: Path) -> None:
    head = "order_id,customer,date,amount,currency,status\n"
    rows = "1,a,2024-03-01,10,CNY,已核销\n2,b,2024-03-01,7,USD,已核销\n3,c,2024-03-01,5,CNY,paid\n"
    file = write(tmp_path, "o.csv", head + rows)

    def again(**answers: str) -> ImportOutcome:
        habits = Habits("UTC", answers=answers)
        return service.import_files(ws, [file], "orders", now=clock.now(), habits=habits)

    first = again()
    (note,) = [note for note in first.notes if note.code == "status_unseen"]
    assert (note.rows, note.examples) == (2, ("已核销",))
    assert "2 orders of 10.00 CNY + 7.00 USD in all" in note.text.en
    assert "regulars statuses --set '已核销=completed'" in note.text.en
    ids = {row["order_id"]: row["event_id"] for row in told(ws)}
    assert amounts(ws) == {"Order Placed": 17, "Order Completed": 5}
    listed.set_meaning(ws, SHELL, "已核销", "completed", now=clock.now())
    second = again()
    assert (second.counts.accepted, second.counts.replaced, second.counts.duplicates) == (0, 2, 1)
    assert [note.code for note in second.notes if note.code == "status_unseen"] == []
    assert amounts(ws) == {"Order Completed": 22}
    assert {row["order_id"]: row["event_id"] for row in told(ws)} == ids
    answered = again(**{"status:已核销": "refunded"})
    assert answered.counts.accepted == 2  # what this run answers stands above the list
    assert amounts(ws)["Order Refunded"] == -17


def test_an_order_that_is_cancelled_later_counts_no_more(ws: Workspace, tmp_path: Path) -> None:
    head = "order_id,customer,date,amount,status\n"
    bring(ws, tmp_path, head + "1,a,2024-03-01,10,paid\n")
    bring(ws, tmp_path, head + "1,a,2024-03-01,10,cancelled\n")
    assert {row["name"] for row in told(ws)} == {"Order Placed", "Order Cancelled"}


def test_a_line_that_could_be_of_two_orders_is_refused(ws: Workspace, tmp_path: Path) -> None:
    text = "order_id,customer,date,amount\n1,a,2024-03-01,10\n1,b,2024-03-01,20\n1,,2024-03-01,5\n"
    outcome = bring(ws, tmp_path, text)
    assert outcome.reasons == {"which_order": 1}
    assert sorted(row["amount"] for row in told(ws)) == [10, 20]


def test_what_was_blank_before_is_the_same_order(ws: Workspace, tmp_path: Path) -> None:
    bring(ws, tmp_path, "order_id,customer,date,amount\n1,,2024-03-01,10\n")
    outcome = bring(ws, tmp_path, "order_id,customer,store,date,amount\n1,a,S1,2024-03-01,10\n")
    assert outcome.counts.replaced == 1
    again = bring(ws, tmp_path, "order_id,customer,date,amount\n1,a,2024-03-01,12\n")
    assert again.counts.replaced == 1
    assert [row["amount"] for row in told(ws)] == [12]


def test_a_member_known_by_phone_before_is_the_same_customer(ws: Workspace, tmp_path: Path) -> None:
    """Two tills give number 1 to two customers; a later export names their members, too."""
    by_phone = (
        "order_id,phone,date,amount\n1,13800138000,2024-03-01,10\n1,13800138001,2024-03-01,20\n"
    )
    bring(ws, tmp_path, by_phone)
    head = "order_id,member_id,phone,date,amount\n"
    first, second = "1,ana,13800138000,2024-03-01,10\n", "1,ben,13800138001,2024-03-01,25\n"
    outcome = bring(ws, tmp_path, head + first + second)
    assert (outcome.counts.accepted, outcome.counts.replaced) == (0, 2)
    assert sorted(row["amount"] for row in told(ws)) == [10, 25]
    third = bring(ws, tmp_path, head + "1,cem,13800138002,2024-03-01,30\n")
    assert third.counts.accepted == 1


def test_whoever_is_linked_is_the_same_customer_of_an_order(ws: Workspace, tmp_path: Path) -> None:
    """The first export names members, the next one phones; the shop has told whose these are."""
    head = "order_id,member_id,date,amount\n"
    bring(ws, tmp_path, head + "1,ana,2024-03-01,10\n1,ben,2024-03-01,25\n")
    for user, phone in (("ana", "13800138000"), ("ben", "13800138001")):
        ids = identity_id(ws, "user", user), identity_id(ws, "phone", f"+86{phone}")
        with ws.database.transaction() as connection:
            linking.link(ws, connection, *ids, link_id=user, kind="phone", source="crm",
                         at=clock.now())  # fmt: skip
    by_phone = "1,13800138001,2024-03-01,26\n1,13800138000,2024-03-01,11\n"
    outcome = bring(ws, tmp_path, "order_id,phone,date,amount\n" + by_phone)
    assert (outcome.counts.accepted, outcome.counts.replaced) == (0, 2)
    assert sorted(row["amount"] for row in told(ws)) == [11, 26]
    other = bring(ws, tmp_path, "order_id,phone,date,amount\n1,13800138002,2024-03-01,30\n")
    assert other.counts.accepted == 1


def test_tills_may_come_in_files_of_their_own(ws: Workspace, tmp_path: Path) -> None:
    head = "order_id,customer,store,date,amount\n"
    first, second = "1,a,S1,2024-03-01,10\n", "1,b,S2,2024-03-01,20\n"
    bring(ws, tmp_path, head + first)
    bring(ws, tmp_path, head + second)
    assert sorted(row["amount"] for row in told(ws)) == [10, 20]
    outcome = bring(ws, tmp_path, head + second + first)
    assert (outcome.counts.accepted, outcome.counts.duplicates) == (0, 2)


def test_amounts_are_asked_where_few_differ(ws: Workspace, tmp_path: Path) -> None:
    rows = [f"{number},a,2024-03-01,10" for number in range(150) for _ in range(2)]
    rows[0] = "0,a,2024-03-01,30"
    text = "\n".join(["order_id,customer,date,amount", *rows])
    outcome = bring(ws, tmp_path, text)
    assert [(one.key, one.rows) for one in outcome.questions] == [("amounts", 300)]
    assert outcome.counts.events == 0
    bring(ws, tmp_path, text, amounts="line")
    assert amounts(ws)["Order Completed"] == 3020


def test_totals_that_no_discount_explains_are_asked(ws: Workspace, tmp_path: Path) -> None:
    rows = [f"{number},a,2024-03-01,3,10,10" for number in range(10)]
    text = "\n".join(["order_id,customer,date,quantity,price,amount", *rows])
    outcome = bring(ws, tmp_path, text)
    assert [(one.key, one.rows) for one in outcome.questions] == [("totals", 10)]
    assert bring(ws, tmp_path, text, totals="lines").questions == ()
    assert amounts(ws)["Order Completed"] == 300


def test_currencies_within_an_order_are_never_added(ws: Workspace, tmp_path: Path) -> None:
    text = "order_id,customer,date,product,quantity,price,currency\n1,a,2024-03-01,x,1,5,EUR\n"
    file = write(tmp_path, "o.csv", text + "1,a,2024-03-01,y,1,5,USD\n")
    outcome = service.import_files(ws, [file], "orders", now=clock.now(), habits=Habits("UTC"))
    assert outcome.reasons == {"currencies": 2}


ORDER = st.tuples(st.sampled_from("12"), st.sampled_from("abc"), st.sampled_from(["S1", "S2"]))


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sets(ORDER, min_size=1), min_size=1, max_size=3))
def test_whatever_the_files_each_order_is_once(
    fresh: Any, tmp_path: Path, files: list[set[tuple[str, str, str]]]
) -> None:
    """Orders are (number, customer, place); told in any order of files and rows each is one."""
    with fresh() as ws:
        for orders in files:
            lines = [f"{n},{who},{place},2024-03-01,{n}0" for n, who, place in sorted(orders)]
            bring(ws, tmp_path, "\n".join(["order_id,customer,store,date,amount", *lines]))
        names = Counter((row["order_id"], row["place"], row["identity_id"]) for row in told(ws))
    assert len(names) == len(set().union(*files))
    assert set(names.values()) == {1}
