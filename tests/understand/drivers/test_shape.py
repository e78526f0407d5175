"""A bend is seen, and a line is not."""

from __future__ import annotations

import numpy as np

from regulars.understand.drivers import shape


def test_a_bend_is_seen_and_a_line_is_not() -> None:
    rng = np.random.default_rng(4)
    level = rng.integers(0, 5, 1000) * 25.0
    line = level + rng.normal(0, 20, 1000)
    threshold = np.where(level >= 75, 50.0, 0.0) + rng.normal(0, 20, 1000)
    straight, bent = shape.bend(level, line), shape.bend(level, threshold)
    assert straight is not None
    assert bent is not None
    assert straight > 0.01
    assert bent < 1e-6
