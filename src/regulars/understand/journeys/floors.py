"""What hurts in itself: touchpoints whose whole interval lies below their floor; pure.

A floor is declared, not looked for, so it is judged by the interval that is shown: a touchpoint
that lies exactly on it is called in at most one of forty, one above it more rarely. The tests
against the other touchpoints keep their own family.
"""

from __future__ import annotations

from collections.abc import Iterable

import scipy

from regulars.kit.stats.estimate import LEVEL
from regulars.kit.text import Text
from regulars.understand.health.model import Performance
from regulars.understand.journeys.marking import Test
from regulars.understand.journeys.model import BELOW_FLOOR, MarkEvidence, MarkKind, Node


def below(nodes: Iterable[Node]) -> list[Test]:
    """Return the evidence of each touchpoint that surely lies below its floor."""
    hurting = []
    for node in nodes:
        rated, floor = node.performance, node.floor
        if rated is None or floor is None or not rated.enough or rated.high is None:
            continue
        if rated.high < floor:
            hurting.append(Test(node.step, MarkKind.PAIN, _evidence(rated, rated.high, floor)))
    return hurting


def _evidence(rated: Performance, high: float, floor: float) -> MarkEvidence:
    low = 0.0 if rated.low is None else rated.low
    p = _p(rated, floor)
    text = Text(
        f"scores {rated.value:.1f} of 100 ({low:.1f} – {high:.1f}), below its floor of {floor:g}",
        f"得分 {rated.value:.1f}（满分 100，区间 {low:.1f} – {high:.1f}），低于底线 {floor:g}",
    )
    return MarkEvidence(BELOW_FLOOR, rated.value, low, high, floor, rated.n, p, p, text)


def _p(rated: Performance, floor: float) -> float:
    """Return how likely so low a mean is at the floor; where all agree, what the interval says."""
    if not rated.error or rated.people < 2:
        return (1 - LEVEL) / 2
    p = float(scipy.stats.t.sf((floor - rated.value) / rated.error, rated.people - 1))
    return min(p, (1 - LEVEL) / 2)
