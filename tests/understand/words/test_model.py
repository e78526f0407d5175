"""Types of problems are kept as bits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from regulars.understand.words.model import TextKind, bits, kinds_of


@given(some.lists(some.sampled_from(list(TextKind))))
def test_types_are_kept_as_bits(kinds: list[TextKind]) -> None:
    assert set(kinds_of(bits(kinds))) == set(kinds)
