"""Which places and steps stand out, tested; pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import scipy

from regulars.kit.stats.estimate import Z, normal_p
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.stats.rate import two_rates
from regulars.understand.complaints.model import EXCESS, MARGIN, MIN_CASES, Before, Place, Ratio
from regulars.understand.policy import FALSE_ALARM_RATE


@dataclass(slots=True)
class Stratum:
    """Anchors of one stratum: how many, of how many people, and how many had each step before."""

    n: int = 0
    people: int = 0
    steps: dict[str, int] = field(default_factory=dict)


Strata = Mapping[str, Stratum]


def marked(
    places: Sequence[Place], squares: Mapping[str, float], *, reported: bool = True
) -> list[Place]:
    """Return the places with their rate over that of all others, marked where it stands out.

    `squares` as in `model.per_thousand`, by key. Tested is that a rate lies more than EXCESS above
    that of all others, one Benjamini-Hochberg family; a mark also asks for a ratio of 1.25.
    Problems that are not `reported` but placed by rule get no marks: where goods come back from
    says how they were sent, not that something is wrong there.
    """
    rated = {
        place.key: (place, round(place.rate.value * place.passages / 1000))
        for place in places
        if place.rate.value is not None
    }
    total = sum(count for _place, count in rated.values())
    passages = sum(place.passages for place, _count in rated.values())
    tested = {}
    for place, count in rated.values():
        others = total - count, passages - place.passages
        if others[1] <= 0 or total == 0:
            continue
        again = squares.get(place.key, 0.0) / count if count else 1.0
        usual = others[0] / others[1]
        p = _exceeding(others, (count, place.passages), again) if reported else None
        tested[place.key] = (count / place.passages / usual if usual else None, p)
    adjusted = benjamini_hochberg([tested[key][1] for key in tested])
    q_of = dict(zip(tested, adjusted, strict=True))
    return [_judged(place, tested.get(place.key), q_of.get(place.key)) for place in places]


def _exceeding(others: tuple[int, int], own: tuple[int, int], again: float) -> float:
    """Return the p-value that `own` (problems, passages) exceeds the others by at most EXCESS.

    Of two exact tests the weaker: against the others' rate and EXCESS as known, one-sided by the
    Poisson distribution of the effective count; and of two rates.
    """
    count, usual = round(own[0] / again), others[0] / others[1]
    most = own[1] / again * (usual + EXCESS / 1000)
    beyond = float(scipy.stats.poisson.sf(count - 1, most))
    return max(beyond, two_rates((round(others[0] / again), others[1]), (count, own[1])))


def _judged(
    place: Place, tested: tuple[float | None, float | None] | None, q: float | None
) -> Place:
    if tested is None:
        return place
    ratio = tested[0]
    high = place.n >= MIN_CASES and (ratio is None or ratio >= MARGIN)
    return replace(place, ratio=ratio, q=q, marked=high and q is not None and q <= FALSE_ALARM_RATE)


def before(
    cases: Strata, passages: Strata, unrecorded: Collection[str] = frozenset()
) -> list[Before]:
    """Return the steps that lay before at least five problems, the most over-represented first.

    Both comparisons of all steps are one Benjamini-Hochberg family. Passages of `unrecorded`
    touchpoints are too few of all to tell what is usual there.
    """
    everywhere = {"": _together(passages)}
    together = {"": _together(cases)}
    counts = together[""].steps
    steps = sorted(step for step, n in counts.items() if n >= MIN_CASES)
    ordinary = {step: against(step, together, everywhere) for step in steps}
    own = {
        key: seen
        for key, seen in cases.items()
        if passages.get(key, Stratum()).n and key not in unrecorded
    }
    same = {step: against(step, own, passages) for step in steps}
    tests = [(step, kind, ratio) for kind, found in (("ordinary", ordinary), ("same", same))
             for step, ratio in found.items() if ratio is not None]  # fmt: skip
    adjusted = benjamini_hochberg([ratio.p for _step, _kind, ratio in tests])
    known = {
        (step, kind): replace(ratio, q=q)
        for (step, kind, ratio), q in zip(tests, adjusted, strict=True)
    }
    made = [
        Before(step, counts[step], known[step, "ordinary"], known.get((step, "same")))
        for step in steps
        if (step, "ordinary") in known
    ]
    return sorted(made, key=lambda one: (not one.marked, -one.ordinary.value))


def against(step: str, cases: Strata, passages: Strata) -> Ratio | None:
    """Return how often `step` lay before problems over how often it does before passages.

    Strata are held apart (Mantel & Haenszel, Journal of the National Cancer Institute 22 (1959)
    719-748): expected is the sum over strata of problems times the share among passages. A person
    counts once for how well that share is known. The stratum of the step itself takes no part,
    since every passage there has it. The interval is normal on the logarithm. None where nothing
    can be expected.
    """
    seen = expected = spread = doubt = n = 0.0
    for key, case in cases.items():
        usual = passages.get(key)
        if usual is None or not usual.n or key == step:
            continue
        share = usual.steps.get(step, 0) / usual.n
        people = max(usual.people, 1)
        n += case.n
        seen += case.steps.get(step, 0)
        expected += case.n * share
        spread += case.n * share * (1 - share) * (1 + case.n / people)
        doubt += case.n**2 * share * (1 - share) / people
    if n < MIN_CASES or not seen or expected <= 0 or spread <= 0:
        return None
    z = max(abs(seen - expected) - 0.5, 0.0) / math.sqrt(spread)
    ratio = seen / expected
    error = math.sqrt((1 - seen / n) / max(seen, 0.5) + doubt / expected**2)
    low, high = ratio * math.exp(-Z * error), ratio * math.exp(Z * error)
    return Ratio(seen / n, expected / n, ratio, low, high, normal_p(z))


def _together(strata: Strata) -> Stratum:
    sums = Stratum()
    for seen in strata.values():
        sums.n += seen.n
        # People of several strata may be the same ones; the largest stratum is the safe count.
        sums.people = max(sums.people, seen.people)
        for step, n in seen.steps.items():
            sums.steps[step] = sums.steps.get(step, 0) + n
    return sums
