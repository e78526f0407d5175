"""What is told is different, known and in order."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.understand.needs import telling
from regulars.understand.needs.model import CANDIDATES, Bought, Knowledge


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(1, 9)), max_size=20),
    st.sampled_from(list(CANDIDATES)),
)
def test_told_things_are_different_known_and_in_order(
    rows: list[tuple[int, int, int]], key: str
) -> None:
    pairs = sorted({(person, item): days for person, item, days in rows}.items())
    own = Bought(
        date(2026, 1, 1),
        list(range(5)),
        np.array([person for (person, _item), _days in pairs], dtype=np.int64),
        np.array([item for (_person, item), _days in pairs], dtype=np.int64),
        np.array([days for _pair, days in pairs], dtype=np.float64),
        np.full(len(pairs), np.nan),
        np.full(5, 9.0),
        np.full(5, np.nan),
    )
    knows = Knowledge([0.5, 0.3, 0.2, 0.1, 0.05], 2.0, 2.0, [[0.2, 0.4, 0.1, 0.1, 0.0]] * 6)
    items, strength = telling.tell(key, knows, own, np.arange(5))
    assert items.shape == strength.shape == (5, 3)
    assert ((items >= 0) & (items < 5)).all()
    assert all(len(set(row)) == 3 for row in items.tolist())
    assert (np.diff(strength, axis=1) <= 0).all()
