"""What a sign, a code or a word of money means."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from regulars.listen.imports.model import Habits
from tests.listen.imports.conftest import Shop
from tests.listen.imports.test_own_meaning import asked, told
from tests.listen.imports.test_shaping import money


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
