"""Sample sizes: textbook numbers, and that the promised interval comes out."""

from __future__ import annotations

import pytest

from regulars.kit.stats.nps import nps
from regulars.kit.stats.sample_size import (
    for_mean,
    for_nps,
    for_proportion,
    for_two_means,
    for_two_proportions,
)


def test_the_classic_385() -> None:
    assert for_proportion(0.05) == 385
    assert for_proportion(0.05, 0.9) == 139


def test_two_groups() -> None:
    assert for_two_proportions(0.5, 0.6) == 388
    assert for_two_means(0.5, 1.0) == 63
    assert for_mean(0.1, 1.0) == 385


def test_nps_sample_keeps_its_promise() -> None:
    n = for_nps(5, promoters=0.5, detractors=0.2)
    found = nps(n * 0.5, n * 0.2, n)
    assert found.low is not None and found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(5, abs=0.05)
