"""Many tests at once: hold the share of false alarms down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Return each test's q-value; calling out those with q ≤ 0.05 keeps false alarms to 5 %.

    Benjamini & Hochberg, JRSS B 57 (1995) 289-300 (step-up, adjusted p-values made monotone).
    A missing test (None) stays None and does not count. p of 0.01, 0.04, 0.03 and None give q of
    0.03, 0.04, 0.04 and None: the smallest of three is held to a third of the rate, and no test
    may have a larger q than one with a larger p.
    """
    places = [index for index, p in enumerate(p_values) if p is not None]
    adjusted: list[float | None] = [None] * len(p_values)
    if not places:
        return adjusted
    known = np.array([p_values[index] for index in places], dtype=np.float64)
    order = np.argsort(known)
    steps = known[order] * known.size / np.arange(1, known.size + 1)
    smallest = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    for rank, position in enumerate(order):
        adjusted[places[int(position)]] = float(smallest[rank])
    return adjusted
