"""Steps before complaints and places are marked where they stand out, seldom by chance."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.understand.complaints import comparing
from regulars.understand.complaints.comparing import Stratum
from regulars.understand.complaints.model import (
    Place,
    per_thousand,
)


def test_a_step_that_always_comes_first_is_no_mark() -> None:
    """Whoever complains of a parcel has ordered; so has everybody who got one."""
    cases = {"parcel": Stratum(80, 80, {"order": 80, "detour": 40})}
    passages = {
        "parcel": Stratum(1000, 1000, {"order": 1000, "detour": 100}),
        "home": Stratum(9000, 9000, {"order": 900, "detour": 900}),
    }
    told = {one.touchpoint: one for one in comparing.before(cases, passages)}
    assert told["order"].ordinary.marked
    assert not told["order"].marked
    assert told["detour"].marked


@pytest.mark.parametrize(
    ("problems", "stands_out"),
    [(8, False), (15, False), (40, True)],
)
def test_a_place_stands_out_from_ten_more_in_a_thousand(problems: int, stands_out: bool) -> None:
    """All others have 2 problems in 1,000 passages."""

    def place(key: str, n: int, passages: int) -> Place:
        rate = per_thousand(n, n, passages)
        return Place(key, None, n, n, passages, rate, rate)

    places = [place("desk", problems, 1000), place("rest", 40, 20_000)]
    squares = {"desk": float(problems), "rest": 40.0}
    desk, rest = comparing.marked(places, squares)
    assert (desk.marked, rest.marked) == (stands_out, False)
    assert not comparing.marked(places, squares, reported=False)[0].marked


def test_complaints_by_chance_mark_few_steps() -> None:
    """Where complaints follow any passage alike, at most 5 % of companies show a mark."""
    rng = np.random.default_rng(3)
    shares = {f"step {j}": share for j, share in enumerate(rng.uniform(0.05, 0.6, 20))}

    def strata(n: int) -> dict[str, Stratum]:
        steps = {step: int(rng.binomial(n, share)) for step, share in shares.items()}
        return {"till": Stratum(n, n, steps)}

    alarms = 0
    for _company in range(300):
        told = comparing.before(strata(80), strata(4000))
        alarms += any(s.ordinary.marked or (s.same and s.same.marked) for s in told)
    assert alarms <= 0.05 * 300 + 3 * (0.05 * 0.95 * 300) ** 0.5


def test_places_alike_are_seldom_marked() -> None:
    rng = np.random.default_rng(4)
    alarms = 0
    for _company in range(200):
        places = []
        for j in range(12):
            size = int(rng.integers(200, 3000))
            n = int(rng.poisson(0.01 * size))
            rate = per_thousand(n, n, size)
            places.append(Place(str(j), None, n, n, size, rate, rate))
        alarms += any(
            place.marked
            for place in comparing.marked(
                places, {str(j): float(p.n) for j, p in enumerate(places)}
            )
        )
    assert alarms <= 0.05 * 200 + 3 * (0.05 * 0.95 * 200) ** 0.5
