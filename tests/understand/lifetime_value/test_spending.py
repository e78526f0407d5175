"""Without purchases to learn from everybody's mean counts; without a mean nothing is foretold."""

from __future__ import annotations

import numpy as np
import pytest
from tests.understand.lifetime_value.test_purchasing import ALBUMS

from regulars.understand.lifetime_value import spending
from regulars.understand.lifetime_value.model import (
    GammaGamma,
)


def test_without_purchases_to_learn_from_everybody_s_mean_counts() -> None:
    # Fader & Hardie: population mean p gamma / (q - 1) = 6.25 x 15.44 / 2.74 = 35.2.
    mean = spending.expected(ALBUMS, np.array([0.0, 1.0, 500.0]), np.array([0.0, 100.0, 100.0]))
    assert mean[0] == pytest.approx(35.2, abs=0.05)
    assert mean[0] < mean[1] < mean[2] < 100.0


def test_amounts_without_a_mean_are_not_forecast() -> None:
    wild = GammaGamma(6.0, 0.9, 15.0)
    assert np.isinf(spending.expected(wild, np.ones(1), np.ones(1)))[0]
