"""Holding one radar against another, against targets or a benchmark; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from regulars.kit.stats.estimate import Z, normal_p
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.understand.radar.model import Against, Radar, Scored

ALARM = 0.05
Fixed = Mapping[str, tuple[float, int | None]]


def with_other(ours: Radar, other: Radar) -> dict[str, Against]:
    """Return each dimension against the same of another radar, tested as independent samples.

    One Benjamini-Hochberg family. The error of a difference is what both intervals say.
    """
    theirs = {one.key: one for one in other.dimensions}
    tested = {one.key: _difference(one, theirs.get(one.key)) for one in ours.dimensions}
    adjusted = benjamini_hochberg([found[1] for found in tested.values()])
    made = {}
    for (key, (gap, _p)), q in zip(tested.items(), adjusted, strict=True):
        one = theirs.get(key)
        if one is None:
            continue
        sure = q is not None and q <= ALARM and gap is not None
        verdict = ("higher" if (gap or 0) > 0 else "lower") if sure else None
        made[key] = Against(key, one.value, one.low, one.high, one.n, gap, q, verdict)
    return made


def with_fixed(ours: Radar, fixed: Fixed) -> dict[str, Against]:
    """Return each dimension against a fixed value: beyond it only with its whole interval."""
    made = {}
    for one in ours.dimensions:
        if one.key not in fixed:
            continue
        value, n = fixed[one.key]
        gap = None if one.value is None else one.value - value
        verdict = None
        if one.low is not None and one.low >= value:
            verdict = "higher"
        elif one.high is not None and one.high < value:
            verdict = "lower"
        made[one.key] = Against(one.key, value, None, None, n, gap, None, verdict)
    return made


def _difference(ours: Scored, theirs: Scored | None) -> tuple[float | None, float | None]:
    if theirs is None or ours.value is None or theirs.value is None:
        return None, None
    gap = ours.value - theirs.value
    errors = [_error(ours, up=gap < 0), _error(theirs, up=gap > 0)]
    if None in errors:
        return gap, None
    error = math.hypot(*(one or 0.0 for one in errors))
    return gap, normal_p(gap / error) if error > 0 else None


def _error(one: Scored, *, up: bool) -> float | None:
    """Return the standard error on the side that faces the other value."""
    if one.value is None or one.low is None or one.high is None:
        return None
    return ((one.high - one.value) if up else (one.value - one.low)) / Z
