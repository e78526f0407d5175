"""Files as people have them: what their money, times, headers and numbers mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from regulars.app import init_workspace
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits, ImportOutcome
from regulars.store.settings import Settings, WorkspaceSettings
from regulars.timeline.workspace import Workspace

UTC = Habits("UTC")


@dataclass(frozen=True, slots=True)
class Shop:
    """A workspace in euros and UTC that imports files as people have them."""

    ws: Workspace
    files: Path

    def bring(self, name: str, recipe: str, habits: Habits = UTC) -> ImportOutcome:
        """Import one of the files by a recipe."""
        file = self.files / name
        return service.import_files(self.ws, [file], recipe, now=clock.now(), habits=habits)


@pytest.fixture
def euro(tmp_path: Path, real_data: Path) -> Iterator[Shop]:
    folder = real_data / "own-files"
    if not folder.is_dir():
        pytest.skip("own-files is not beside the checkout")
    settings = Settings(workspace=WorkspaceSettings(time_zone="UTC", currency="EUR"))
    workspace = init_workspace(tmp_path / "company", settings)
    yield Shop(workspace, folder)
    workspace.close()


def told(shop: Shop) -> list[dict[str, Any]]:
    return shop.ws.query(lambda view: view.events.order_by("received_at")).to_pylist()


def money(shop: Shop) -> dict[int, tuple[Decimal | None, str | None]]:
    return {int(row["order_id"]): (row["amount"], row["currency"]) for row in told(shop)}


def asked(outcome: ImportOutcome) -> list[tuple[str, int]]:
    return [(one.key, one.rows) for one in outcome.questions]


def test_spellings_of_money(euro: Shop) -> None:
    outcome = euro.bring("money-spellings/o.csv", "orders")
    eur, other = dict.fromkeys((0, 5, 13), "12.50"), {}
    eur |= dict.fromkeys((1, 6, 7, 8, 16), "1299.00")
    eur |= dict.fromkeys((9, 10, 11, 12), "-12.50") | {28: "0", 29: "0"}
    other |= {14: ("12.50", "CNY"), 15: ("12.50", "CNY"), 4: ("5", "USD"), 24: ("12", "HKD")}
    other |= {25: ("12", "USD"), 26: ("-12.50", "USD"), 27: ("-12.50", "USD")}
    expected = {key: (Decimal(value), "EUR") for key, value in eur.items()}
    expected |= {key: (Decimal(value), code) for key, (value, code) in other.items()}
    assert money(euro) == {**expected, 31: (None, None)}
    assert outcome.reasons == {"unanswered": 5, "unreadable_number": 5}
    assert sorted(asked(outcome)) == [("currency", 2), ("decimal", 3)]


def test_an_answer_brings_in_the_rows_it_bears_on(euro: Shop) -> None:
    euro.bring("money-spellings/o.csv", "orders")
    answers = {"currency": "CNY", "decimal": ","}
    outcome = euro.bring("money-spellings/o.csv", "orders", Habits("UTC", answers=answers))
    found = money(euro)
    assert (found[2], found[3]) == ((Decimal(1299), "CNY"), (Decimal(88), "CNY"))
    assert outcome.questions == ()


def test_a_currency_declared_for_the_file_refuses_others(euro: Shop) -> None:
    outcome = euro.bring(
        "currency-signs/a.csv", "orders", Habits("UTC", answers={}, currency="CNY")
    )
    assert outcome.reasons == {"other_currency": 27}
    assert Counter(row["currency"] for row in told(euro)) == {"CNY": 9}


def test_signs_of_currencies(euro: Shop) -> None:
    outcome = euro.bring("currency-signs/a.csv", "orders")
    sums: Counter[str] = Counter()
    for amount, currency in money(euro).values():
        sums[str(currency)] += int(amount or 0)
    assert sums == {"USD": 900, "EUR": 900, "GBP": 900}
    assert asked(outcome) == [("currency", 9)]
    assert outcome.counts.rejected == 9


def test_shops_export_times_with_their_offset(euro: Shop) -> None:
    outcome = euro.bring("shopify/offset.csv", "orders", Habits())
    assert outcome.notes == ()
    assert [row["occurred_at"].isoformat() for row in told(euro)] == [
        "2024-03-05T15:00:00+00:00",
        "2024-11-03T05:30:00+00:00",
        "2024-11-03T06:30:00+00:00",
    ]
    assert {row["currency"] for row in told(euro)} == {"USD"}


@pytest.mark.parametrize(
    ("name", "recipe", "events"),
    [
        ("a.csv", "survey", ["Survey Answered"]),
        ("b.csv", "survey", ["Survey Answered"]),
        ("c.csv", "orders", ["Order Completed", "Order Delivered", "Order Refunded"]),
    ],
)
def test_headers_fold(euro: Shop, name: str, recipe: str, events: list[str]) -> None:
    outcome = euro.bring(f"header-spelling/{name}", recipe)
    assert outcome.counts.rejected == 0
    assert sorted(row["name"] for row in told(euro)) == events


def test_two_columns_of_one_name_are_asked(euro: Shop) -> None:
    outcome = euro.bring("header-spelling/e.csv", "survey")
    assert asked(outcome) == [("nps", 1)]
    assert (outcome.counts.events, outcome.reasons) == (0, {"unanswered": 1})
    answers = {"nps": "NPS（0-10分）"}
    assert (
        euro.bring("header-spelling/e.csv", "survey", Habits("UTC", answers=answers)).counts.events
        == 1
    )
    assert [(row["score"], row["text"]) for row in told(euro)] == [(9, "好")]


@pytest.mark.parametrize(("name", "read", "open_"), [("a.csv", 3, 12), ("b.csv", 5, 12)])
def test_day_or_month_is_asked(euro: Shop, name: str, read: int, open_: int) -> None:
    outcome = euro.bring(f"day-month/{name}", "survey")
    assert asked(outcome) == [("day_month:answered_at", open_)]
    assert (outcome.counts.events, outcome.reasons) == (read, {"unanswered": open_})
    euro.bring(f"day-month/{name}", "survey", Habits("UTC", answers={"day_month": "month"}))
    days = sorted(row["occurred_at"].strftime("%m-%d") for row in told(euro))
    assert days[:3] == ["01-01", "01-02", "01-03"]
    assert len(days) == read + open_


def test_days_with_months_by_name(euro: Shop) -> None:
    outcome = euro.bring("day-month/c.csv", "survey")
    assert [row["occurred_at"].date().isoformat() for row in told(euro)] == ["2024-03-05"] * 4
    assert asked(outcome) == [("day_month:answered_at", 1)]


@pytest.mark.parametrize(
    ("name", "moments"),
    [
        ("serial.xlsx", ["2024-03-05 00:00", "2024-03-05 10:30", "2024-03-05 00:00"]),
        ("timeonly.xlsx", ["2024-03-05 14:30"]),
    ],
)
def test_days_of_workbooks(euro: Shop, name: str, moments: list[str]) -> None:
    euro.bring(f"excel/{name}", "survey")
    assert [row["occurred_at"].strftime("%Y-%m-%d %H:%M") for row in told(euro)] == moments


def test_ids_cut_by_a_spreadsheet_are_refused(euro: Shop) -> None:
    outcome = euro.bring("cut-order-numbers/o.csv", "orders")
    assert outcome.reasons == {"cut_id": 3}
    assert [(row["order_id"], row["amount"]) for row in told(euro)] == [("2031", Decimal(3))]
    assert {"line_amounts", "days_differ"} <= {note.code for note in outcome.notes}


def test_two_tills_have_the_same_numbers(euro: Shop) -> None:
    outcome = euro.bring("two-tills/o.csv", "orders")
    rows = told(euro)
    assert (len(rows), sum(row["amount"] for row in rows)) == (12, Decimal(180))
    assert len({row["identity_id"] for row in rows}) == 12
    assert [note.rows for note in outcome.notes if note.code == "orders_apart"] == [12]
    again = euro.bring("two-tills/o.csv", "orders")
    assert (again.counts.accepted, again.counts.duplicates) == (0, 12)


@pytest.mark.parametrize(("name", "orders", "money"), [("o", 6, 330), ("b", 3, 115)])
def test_amounts_that_differ_are_of_lines(euro: Shop, name: str, orders: int, money: int) -> None:
    outcome = euro.bring(f"line-amounts/{name}.csv", "orders")
    rows = told(euro)
    assert (len(rows), sum(row["amount"] for row in rows)) == (orders, money)
    assert "line_amounts" in {note.code for note in outcome.notes}


def test_currencies_of_one_file(euro: Shop) -> None:
    euro.bring("two-currencies/o.csv", "orders")
    found = {(row["name"], row["order_id"]): (row["amount"], row["currency"]) for row in told(euro)}
    assert found == {
        ("Order Completed", "1"): (25, "EUR"),
        ("Order Completed", "2"): (10, "USD"),
        ("Order Refunded", "2"): (-10, "USD"),
        ("Order Refunded", "3"): (-10, "EUR"),
        ("Order Completed", "4"): (0, "EUR"),
        ("Order Completed", "5"): (7, "EUR"),
        ("Order Completed", "6"): (7, "EUR"),
    }


def test_an_order_told_again_is_replaced(euro: Shop) -> None:
    euro.bring("order-exported-again/a.csv", "orders")
    newer = euro.bring("order-exported-again/b.csv", "orders")
    assert (newer.counts.accepted, newer.counts.replaced) == (1, 1)
    assert sum(row["amount"] for row in told(euro)) == 68
    euro.bring("order-exported-again/a.csv", "orders")
    assert sum(row["amount"] for row in told(euro)) == 68
