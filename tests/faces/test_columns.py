"""Ends of intervals are told apart by what they belong to; no file has two equal heads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regulars.faces import export


def test_the_ends_of_intervals_are_told_apart_by_what_they_belong_to() -> None:
    heads = ["Days", "Amount", "Low", "High", "Amount a customer", "Low", "High", "n"]
    assert export.distinct(heads) == [
        *("Days", "Amount", "Amount: Low", "Amount: High"),
        *("Amount a customer", "Amount a customer: Low", "Amount a customer: High", "n"),
    ]
    assert export.distinct(["Value", "Low", "High"]) == ["Value", "Low", "High"]


@given(st.lists(st.sampled_from(["Share", "Amount", "Low", "High", "n", "", "n (2)"]), max_size=12))
def test_no_file_has_two_equal_heads(heads: list[str]) -> None:
    found = export.distinct(heads)
    assert len(set(found)) == len(found) == len(heads)
