"""Customers of one history are one group, and nobody is lost by it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.understand.lifetime_value.made import customers
from tests.understand.lifetime_value.test_purchasing import ALBUMS

from regulars.understand.lifetime_value import purchasing
from regulars.understand.lifetime_value.model import (
    Grouped,
    Purchasing,
    grouped,
)


def test_grouping_loses_nobody_and_changes_nothing() -> None:
    found = customers(5_000, Purchasing(0.8, 40.0, 0.9, 3.0), ALBUMS, seed=3)
    groups = grouped(found)
    assert groups.count.sum() == 5_000
    assert (groups.count * groups.repeats).sum() == found.repeats.sum()
    singly = Grouped(found.repeats, found.last, found.age, np.ones(5_000))
    one_by_one, together = purchasing.fit(singly), purchasing.fit(groups)
    assert together.log_likelihood == pytest.approx(one_by_one.log_likelihood, abs=1e-4)
