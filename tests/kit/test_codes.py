"""Numbers in place of words lead back to the words."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.codes import coded

WORDS = st.lists(st.text(max_size=3), max_size=30)


@given(WORDS, WORDS, st.integers(0, 10))
def test_numbers_lead_back_to_the_words(first: list[str], second: list[str], start: int) -> None:
    """However the values lie in memory: whole, in parts, or a slice of them."""
    parts = pa.chunked_array([pa.array(one, pa.string()) for one in (first, second)], pa.string())
    for values in (parts, parts.slice(start), parts.combine_chunks(), pa.array(first, pa.string())):
        numbers, words = coded(values)
        assert [words[number].as_py() for number in numbers.tolist()] == values.to_pylist()
        assert len(set(words.to_pylist())) == len(words) == len(set(values.to_pylist()))


def test_equal_values_have_equal_numbers_from_0_on() -> None:
    numbers, words = coded(pa.array([7, 3, 7], pa.int64()))
    assert (numbers.tolist(), words.to_pylist()) == ([0, 1, 0], [7, 3])
