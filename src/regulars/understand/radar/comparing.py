"""Holding one radar against another, against targets or a benchmark; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from regulars.kit.stats.estimate import Estimate, Z, normal_p
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.understand.policy import FALSE_ALARM_RATE
from regulars.understand.radar.model import Against, Measure, Radar, Scored, together

MIN_REST = 5
"""A rest of fewer observations is not tested."""
Fixed = Mapping[str, tuple[float, int | None]]


def with_other(ours: Radar, other: Radar, *, overlap: bool = False) -> dict[str, Against]:
    """Return each dimension against the same of another radar, tested as independent samples.

    Where one side is a part of the other (`overlap`), their gap is told and the part is tested
    against the rest. One Benjamini-Hochberg family. The error of a difference is what both
    intervals say.
    """
    theirs = {one.key: one for one in other.dimensions}
    tested = {
        one.key: _tested(one, theirs.get(one.key), overlap=overlap) for one in ours.dimensions
    }
    adjusted = benjamini_hochberg([p for _difference, p in tested.values()])
    compared = {}
    for ours_, q in zip(ours.dimensions, adjusted, strict=True):
        key, own, difference = ours_.key, theirs.get(ours_.key), tested[ours_.key][0]
        if own is None:
            continue
        known = ours_.value is not None and own.value is not None
        gap = (ours_.value or 0.0) - (own.value or 0.0) if known else None
        sure = q is not None and q <= FALSE_ALARM_RATE and difference is not None
        verdict = ("higher" if (difference or 0) > 0 else "lower") if sure else None
        compared[key] = Against(key, own.value, own.low, own.high, own.n, gap, q, verdict)
    return compared


def with_fixed(ours: Radar, fixed: Fixed) -> dict[str, Against]:
    """Return each dimension against a fixed value: beyond it only with its whole interval."""
    compared = {}
    for dimension in ours.dimensions:
        if dimension.key not in fixed:
            continue
        value, n = fixed[dimension.key]
        gap = None if dimension.value is None else dimension.value - value
        verdict = None
        if dimension.low is not None and dimension.low >= value:
            verdict = "higher"
        elif dimension.high is not None and dimension.high < value:
            verdict = "lower"
        compared[dimension.key] = Against(dimension.key, value, None, None, n, gap, None, verdict)
    return compared


def _tested(
    ours: Scored, theirs: Scored | None, *, overlap: bool
) -> tuple[float | None, float | None]:
    """Return the difference that is tested, ours minus theirs, and its p-value."""
    if not overlap or theirs is None:
        return _difference(ours, theirs)
    if ours.n >= theirs.n:
        rest, part = apart(ours, theirs)
        return _difference(rest, part)
    rest, part = apart(theirs, ours)
    return _difference(part, rest)


def apart(whole: Scored, part: Scored) -> tuple[Scored, Scored]:
    """Return the rest of `whole` without `part`, and `part`, in the metrics that both have.

    Of a mean or share the rest follows from both means and their n; so does its error, for answers
    that vary alike. Of a median that holds where both sides are alike, which is what is tested.
    """
    inside = {_name(one): one for one in part.parts}
    pairs = [(one, inside[_name(one)]) for one in whole.parts if _name(one) in inside]
    parted = [(_rest(one.points, other.points), one, other) for one, other in pairs]
    known = [(rest, one, other) for rest, one, other in parted if rest is not None]
    rests = [replace(one, points=rest) for rest, one, _other in known]
    others = [other for _rest, _one, other in known]
    return (
        Scored(whole.key, whole.kind, *together(rests)),
        Scored(part.key, part.kind, *together(others)),
    )


def _rest(whole: Estimate, part: Estimate) -> Estimate | None:
    n = whole.n - part.n
    if n < MIN_REST or None in (whole.value, whole.low, whole.high, part.value):
        return None
    middle, low, high = whole.value or 0.0, whole.low or 0.0, whole.high or 0.0
    value = (whole.n * middle - part.n * (part.value or 0.0)) / n
    wider = math.sqrt(whole.n / n)
    return Estimate(n, value, value - wider * (middle - low), value + wider * (high - middle))


def _name(one: Measure) -> tuple[str, str]:
    return one.metric, str(sorted(one.filters.items()))


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
