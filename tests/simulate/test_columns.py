"""Columns keep what is empty empty, money exact, and numbers their meaning."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from regulars.simulate.columns import Numbered, Words, money, order_lines


def test_money_keeps_what_is_empty_empty() -> None:
    assert money(np.array([1.5, np.nan, -2.0])).to_pylist() == [Decimal("1.5"), None, Decimal(-2)]


def test_order_lines_stand_with_their_orders() -> None:
    made = order_lines(
        np.array([2, 1]),
        Words(np.array([0, 1, 0]), ["lamp", "pot"]),
        Words(np.array([0, 1, 0]), ["lighting", "kitchen"]),
        np.array([1, 2, 3]),
        np.array([10.0, 20.0, 30.0]),
    ).to_pylist()
    assert [[line["product"] for line in lines] for lines in made] == [["lamp", "pot"], ["lamp"]]
    assert [[line["line_id"] for line in lines] for lines in made] == [["1", "2"], ["1"]]


def test_numbers_below_zero_are_no_id() -> None:
    assert Numbered("o-", np.array([3, -1])).arrow().to_pylist() == ["o-3", None]
