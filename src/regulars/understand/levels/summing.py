"""From experiences to shares, changes, moves and marks, with the false-alarm rate held down."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import scipy

from regulars.kit.stats.estimate import NO_CHANGE_KNOWN, Change, Estimate, Z
from regulars.kit.stats.mean import t_quantile
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.stats.proportion import proportion, proportion_change
from regulars.understand.levels.experiences import MICRO, Experiences, Flags, stimulus
from regulars.understand.levels.model import At, Case, Cell, Fading, Floats, Ints, LevelRules, Moves
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_GROUP, MIN_SAMPLE

MIN_AGAIN = 20
"""People who were there for the first time, and as many again, that a slope needs."""
MARGIN_SHARE = 0.02
"""Share by which the negative must have changed beyond chance."""
MARGIN_FADE = 0.5
"""Points by which a score must fall with each repetition beyond chance."""
SEASON = 91 * 86_400 * MICRO
Sized = tuple[Estimate, float]
"""A share, and the number of independent experiences that would know it as well."""


def share(person: Ints, yes: Flags) -> Sized:
    """Return the share of `yes`, the experiences of one person taken together.

    Wilson's interval at the effective size that the spread between people leaves (Kish 1965;
    Korn & Graubard 1998).
    """
    n = len(person)
    if n == 0:
        return proportion(0, 0), 0.0
    _people, code = np.unique(person, return_inverse=True)
    each, hits = np.bincount(code), np.bincount(code, yes)
    value, count = float(hits.sum()) / n, len(each)
    residual = hits - value * each
    spread = float((residual**2).sum()) / n**2 * (count / max(count - 1, 1))
    size = min(value * (1 - value) / spread, float(n)) if spread > 0 else float(count)
    size = max(size, 1.0)
    return proportion(value * size, n, size=size), size


def changed(before: Sized, now: Sized) -> Change:
    """Return the change of a share between two periods, at their effective sizes."""
    (was, size), (is_now, later) = before, now
    if was.value is None or is_now.value is None:
        return NO_CHANGE_KNOWN
    return proportion_change((was.value * size, size), (is_now.value * later, later))


def at(scored: Experiences, now: Flags, before: Flags, code: int | None) -> At | None:
    """Return one touchpoint's numbers (None: all together); None for fewer than 5 people."""
    here = now if code is None else now & (scored.touchpoint == code)
    past = before if code is None else before & (scored.touchpoint == code)
    person, level, case = scored.person[here], scored.level[here], scored.case[here]
    people = len(np.unique(person))
    if people < MIN_GROUP:
        return None
    sized = [share(person, level == number) for number in range(1, 6)]
    was = [share(scored.person[past], scored.level[past] == number) for number in (1, 5)]
    comparable = int(past.sum()) >= MIN_GROUP
    depth = scored.felt.depth[here][case == Case.NEGATIVE]
    return At(
        touchpoint=None if code is None else scored.touchpoints[code],
        n=int(here.sum()),
        people=people,
        cases=np.bincount(case, minlength=len(Case)).tolist(),
        shares=[one[0] for one in sized],
        participation=float(scored.felt.participation[here].mean()),
        gap=float(scored.felt.gap[here].mean()),
        depth=float(depth.mean()) if len(depth) else None,
        change=changed(was[0], sized[0]) if comparable else NO_CHANGE_KNOWN,
        joy=changed(was[1], sized[4]) if comparable else NO_CHANGE_KNOWN,
        fading=None,
        size=sized[0][1],
    )


def fading(scored: Experiences, shown: Flags, code: int, rules: LevelRules) -> Fading | None:
    """Return by how much the score changes with each repetition, within the same quarter.

    Least squares after taking out the mean of each quarter, so that a touchpoint that is changing
    for everybody is not taken for one that wears off; errors clustered by person.
    """
    here = np.flatnonzero(shown & (scored.touchpoint == code))
    again = np.minimum(scored.felt.repetition[here], rules.fades).astype(np.float64)
    points, person = scored.felt.points[here], scored.person[here]
    people = len(np.unique(person))
    repeated = len(np.unique(person[again > 0]))
    if min(repeated, len(np.unique(person[again == 0]))) < MIN_AGAIN:
        return None
    season = scored.at[here] // SEASON
    x, y = _within(again, season), _within(points, season)
    whole = float((x * x).sum())
    if whole <= 0:
        return None
    slope = float((x * y).sum()) / whole
    _people, group = np.unique(person, return_inverse=True)
    pull = np.bincount(group, x * (y - slope * x))
    error = math.sqrt(float((pull**2).sum()) * people / (people - 1)) / whole
    # Few people carry the slope, so Student's t on those who were there again.
    p = float(scipy.stats.t.sf((-slope - MARGIN_FADE) / error, repeated - 1)) if error > 0 else 1.0
    reach = t_quantile(repeated - 1) * error
    return Fading(len(here), people, slope, slope - reach, slope + reach, p)


def _within(values: Floats, group: Ints) -> Floats:
    _groups, code = np.unique(group, return_inverse=True)
    means = np.bincount(code, values) / np.bincount(code)
    centred: Floats = values - means[code]
    return centred


def marked(points: list[At]) -> tuple[list[At], int]:
    """Return the touchpoints with their marks, and how many marks were possible.

    One Benjamini-Hochberg family: the negative rose, the negative fell, the score wears off.
    """
    tests: list[tuple[int, str, float]] = []
    for place, one in enumerate(points):
        tests += [(place, kind, p) for kind, p in _tests(one)]
    adjusted = benjamini_hochberg([p for _place, _kind, p in tests])
    made = list(points)
    for (place, kind, _p), q in zip(tests, adjusted, strict=True):
        made[place] = _told(made[place], kind, q if q is not None else 1.0)
    return made, len(tests)


def _tests(point: At) -> list[tuple[str, float]]:
    tests = []
    change = point.change
    if point.n >= MIN_SAMPLE and change.low is not None and change.high is not None:
        error = (change.high - change.low) / (2 * Z)
        if error > 0 and change.difference is not None:
            worse = float(scipy.stats.norm.sf((change.difference - MARGIN_SHARE) / error))
            better = float(scipy.stats.norm.sf((-change.difference - MARGIN_SHARE) / error))
            tests += [("worse", worse), ("better", better)]
    if point.fading is not None:
        tests.append(("fades", point.fading.p))
    return tests


def _told(point: At, kind: str, q: float) -> At:
    if kind == "fades" and point.fading is not None:
        return replace(point, fading=replace(point.fading, q=q, mark=q <= FALSE_ALARM_RATE))
    if kind == "worse":
        return replace(point, q=q, worse=q <= FALSE_ALARM_RATE)
    least = q if point.q is None else min(point.q, q)
    return replace(point, q=least, better=q <= FALSE_ALARM_RATE)


def moves(scored: Experiences, now: Flags, before: Flags) -> Moves | None:
    """Return how people moved between levels at a touchpoint, from one period to the next.

    Each person counts once a touchpoint, with the last experience of either period. Becoming and
    ceasing to be negative are compared by the exact sign test.
    """
    pair = scored.person * len(scored.touchpoints) + scored.touchpoint
    was, is_now = _last(pair, before), _last(pair, now)
    both, first, later = np.intersect1d(pair[was], pair[is_now], return_indices=True)
    if len(both) < MIN_GROUP:
        return None
    earlier, level = scored.level[was[first]], scored.level[is_now[later]]
    table = np.zeros((5, 5), np.int64)
    np.add.at(table, (earlier - 1, level - 1), 1)
    fell, rose = int(table[1:, 0].sum()), int(table[0, 1:].sum())
    p = float(scipy.stats.binomtest(fell, fell + rose).pvalue) if fell + rose else None
    return Moves(len(both), table.tolist(), fell, rose, p)


def _last(pair: Ints, kept: Flags) -> Ints:
    rows = np.flatnonzero(kept)[::-1]
    _keys, first = np.unique(pair[rows], return_index=True)
    chosen: Ints = rows[first]
    return chosen


def cells(scored: Experiences, now: Flags, rules: LevelRules) -> list[Cell]:
    """Return the negative scored, alike ones together, for the what-if.

    Numbers of a cell are means, which are as negative as what they are of: the depths from which
    on an experience is negative bound a convex set of gaps and participations.
    """
    rows = np.flatnonzero(now & (scored.case == Case.NEGATIVE))
    if not len(rows):
        return []
    felt, held = scored.felt, holders(scored, rules)[rows]
    again = [np.minimum(felt.repetition[at], rules.fades) for at in (rows, held)]
    exact = {
        "points": felt.points[rows],
        "expectation": felt.expectation[rows],
        "participation": felt.participation[rows],
        "held_expectation": felt.expectation[held],
        "held_participation": felt.participation[held],
    }
    alike = [
        np.round(values / (0.05 if name.endswith("participation") else 2.5))
        for name, values in exact.items()
    ]
    table = np.column_stack([scored.touchpoint[rows], *again, *alike])
    kinds, code, counts = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    means = np.array([np.bincount(code.ravel(), values) / counts for values in exact.values()])
    return [
        Cell(
            scored.touchpoints[int(kind[0])],
            int(n),
            repetition=int(kind[1]),
            held_repetition=int(kind[2]),
            **dict(zip(exact, numbers, strict=True)),
        )
        for kind, n, numbers in zip(kinds, counts, means.T.tolist(), strict=True)
    ]


def holders(scored: Experiences, rules: LevelRules) -> Ints:
    """Return for each experience the one of the same stimulus, up to it, that is lifted last.

    Ann says 2 in May, when she expected 4, and 2 again in June, when she expects 2. June by itself
    is no disappointment; it is held by May. Raised by half a point both still are where May is.
    """
    felt = scored.felt
    same = stimulus(felt.points, scored.person, scored.touchpoint)
    # An experience is negative up to so many points.
    bound = felt.expectation - rules.far / (0.5 + felt.participation)
    order = np.argsort(same, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[np.argsort(bound, kind="stable")] = np.arange(len(order))
    starts = np.r_[True, same[order][1:] != same[order][:-1]]
    # A running maximum that starts anew at each stimulus: each stands a step above the last.
    step = np.cumsum(starts) * len(order)
    highest = np.maximum.accumulate(rank[order] + step) - step
    of_rank = np.empty(len(order), np.int64)
    of_rank[rank] = np.arange(len(order))
    found = np.empty(len(order), np.int64)
    found[order] = of_rank[highest]
    return found
