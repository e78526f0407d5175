"""Holding one radar against another, against targets or a benchmark; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from regulars.kit.stats.estimate import Estimate, Z, normal_p
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_SAMPLE
from regulars.understand.radar.model import Against, Measure, Radar, Scored, together

MIN_REST = 5
"""Of fewer observations no rest is made."""
Fixed = Mapping[str, tuple[float, int | None]]


def with_other(ours: Radar, other: Radar, *, overlap: bool = False) -> dict[str, Against]:
    """Return each dimension against the same of another radar, tested as independent samples.

    Both are taken in the parts that both have. Where one side is a part of the other (`overlap`),
    their gap is told and the part is tested against the rest. One Benjamini-Hochberg family. The
    error of a difference is what both intervals say.
    """
    theirs = {one.key: one for one in other.dimensions}
    pairs = [_alike(one, theirs[one.key]) for one in ours.dimensions if one.key in theirs]
    tested = [_tested(*pair, overlap=overlap) for pair in pairs]
    adjusted = benjamini_hochberg([p for _difference, p in tested])
    compared = {}
    for (own, their), (difference, _p), q in zip(pairs, tested, adjusted, strict=True):
        known = own.value is not None and their.value is not None
        gap = (own.value or 0.0) - (their.value or 0.0) if known else None
        sure = q is not None and q <= FALSE_ALARM_RATE and difference is not None
        verdict = ("higher" if (difference or 0) > 0 else "lower") if sure else None
        compared[own.key] = Against(
            own.key, their.value, their.low, their.high, their.n, gap, q, verdict
        )
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
        if dimension.n < MIN_SAMPLE:
            pass
        elif dimension.low is not None and dimension.low >= value:
            verdict = "higher"
        elif dimension.high is not None and dimension.high < value:
            verdict = "lower"
        compared[dimension.key] = Against(dimension.key, value, None, None, n, gap, None, verdict)
    return compared


def _alike(ours: Scored, theirs: Scored) -> tuple[Scored, Scored]:
    """Return both in the parts that both have measured; as they are where these are all.

    A place that is measured by a question and one that is measured by a question and a share differ
    in what they are made of before they differ in anything else.
    """
    both = _measured(ours) & _measured(theirs)
    enough = _measured(ours, MIN_SAMPLE) & _measured(theirs, MIN_SAMPLE)
    if (enough or both) == _measured(ours) == _measured(theirs):
        return ours, theirs
    return _made_of(ours, enough or both), _made_of(theirs, enough or both)


def _measured(one: Scored, least: int = 1) -> set[tuple[str, str]]:
    return {_name(part) for part in one.parts if part.points.n >= least}


def _made_of(one: Scored, names: set[tuple[str, str]]) -> Scored:
    parts = [part for part in one.parts if _name(part) in names]
    return Scored(one.key, one.kind, *together(parts), parts)


def _tested(ours: Scored, theirs: Scored, *, overlap: bool) -> tuple[float | None, float | None]:
    """Return the difference that is tested, ours minus theirs, and its p-value."""
    if not overlap:
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


def _difference(ours: Scored, theirs: Scored) -> tuple[float | None, float | None]:
    if ours.value is None or theirs.value is None:
        return None, None
    gap = ours.value - theirs.value
    if min(ours.n, theirs.n) < MIN_SAMPLE:
        return gap, None
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
