"""The digital divide: does a group of customers fare worse in digital service than elsewhere?

Tested is an interaction. A group that is harder to please everywhere is no divide, and neither is
an app that everybody dislikes; a divide is what the group feels there beyond both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy
from numpy.typing import NDArray

from regulars.kit.stats.estimate import Estimate, Z
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.text import Text
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_SAMPLE

Bools = NDArray[np.bool_]
DIGITAL = ("app", "web", "mini_program", "miniprogram", "wechat", "h5", "site", "online", "chat",
           "website", "mobile", "kiosk")  # fmt: skip
"""Channels in which customers are served by a screen."""
AGES = ((0, 30), (30, 45), (45, 60), (60, 200))
AGE_TITLES = (
    Text("Under 30", "30 岁以下"),
    Text("30 to 44", "30 至 44 岁"),
    Text("45 to 59", "45 至 59 岁"),
    Text("60 and over", "60 岁及以上"),
)
BANDS = dict(zip(AGES, AGE_TITLES, strict=True))


@dataclass(frozen=True, slots=True)
class Gap:
    """One group in one digital channel or touchpoint (`where` "" for all of digital service).

    `inside` and `outside` are the group's gaps to the rest in points of 100; `divide` is inside
    minus outside. `people` of the group took part inside. `marked` when it is below 0 beyond
    chance. `said` and `said_rest` are the shares of writers who told of a digital problem.
    """

    sort: str
    group: str
    title: Text
    where: str
    by: str
    people: int
    people_rest: int
    inside: float
    outside: float
    divide: Estimate
    p: float
    q: float | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Divide:
    """All comparisons, the widest marked divide first.

    `people` answered within the extent and are in a known group.
    """

    gaps: list[Gap]
    people: int
    digital: list[str]
    said: dict[str, tuple[Estimate, Estimate]] = field(default_factory=dict)


def compared(scores: pa.Table, groups: Mapping[str, tuple[pa.Table, dict[str, Text]]]) -> list[Gap]:
    """Return the gaps of every group: over all digital service, by channel, by touchpoint.

    `scores` has a row a person, touchpoint and channel: digital (0 or 1), n, total (sum on 0 to
    100). `groups` maps a sort (age, value group) to members (person_id,
    key) and the keys' titles.
    """
    if not scores.num_rows:
        return []
    table = _centred(scores)
    digital = table.column("digital").to_numpy() == 1
    sides: list[tuple[str, str, Bools]] = [("", "", digital)]
    for by in ("channel", "touchpoint"):
        values = table.column(by).to_numpy(zero_copy_only=False)
        sides += [(by, str(key), digital & (values == key)) for key in sorted(set(values[digital]))]
    differences = []
    for sort, (members, titles) in groups.items():
        keys = _keys(table, members)
        known = pc.is_valid(keys).to_numpy(zero_copy_only=False)
        values = keys.to_numpy(zero_copy_only=False)
        for key, title in titles.items():
            member = known & (values == key)
            for by, where, inside in sides:
                gap = _gap(table, member, known & ~member, inside, ~digital)
                if gap is not None:
                    differences.append(Gap(sort, key, title, where, by, *gap))
    return _marked(differences)


def known(scores: pa.Table, groups: Mapping[str, tuple[pa.Table, dict[str, Text]]]) -> int:
    """Return how many of the people who answered are in a group of any sort."""
    members = [one.column("person_id").cast(pa.string()) for one, _titles in groups.values()]
    ids = pc.unique(pa.chunked_array([part for one in members for part in one.chunks], pa.string()))
    people = pc.unique(scores.column("person_id").cast(pa.string()))
    return int(pc.sum(pc.is_in(people, value_set=ids)).as_py() or 0)


def _centred(scores: pa.Table) -> pa.Table:
    """Return the scores with each touchpoint's mean, apart for digital and not, taken away."""
    keys = ["touchpoint", "digital"]
    means = scores.group_by(keys).aggregate([("n", "sum"), ("total", "sum")])
    both = scores.join(means, keys)
    n = both.column("n").to_numpy().astype(np.float64)
    mean = both.column("total_sum").to_numpy() / both.column("n_sum").to_numpy()
    person = pc.dictionary_encode(both.column("person_id")).combine_chunks()
    return pa.table(
        {
            "person": person.indices,
            "person_id": both.column("person_id"),
            "touchpoint": both.column("touchpoint"),
            "channel": both.column("channel"),
            "digital": both.column("digital"),
            "n": pa.array(n),
            "rest": pa.array(both.column("total").to_numpy() - n * mean),
        }
    )


def _keys(table: pa.Table, members: pa.Table) -> pa.Array:
    """Return each row's group; null where the person is in none that is known."""
    places = pc.index_in(
        table.column("person_id").combine_chunks(),
        value_set=members.column("person_id").combine_chunks(),
    )
    return members.column("key").combine_chunks().take(places)


def _gap(
    table: pa.Table, member: Bools, others: Bools, inside: Bools, outside: Bools
) -> tuple[int, int, float, float, Estimate, float] | None:
    person = table.column("person").to_numpy()
    n, rest = table.column("n").to_numpy(), table.column("rest").to_numpy()
    influence = np.zeros(int(person.max()) + 1 if len(person) else 0)
    means, people = [], []
    for rows, sign in (
        (member & inside, 1.0), (others & inside, -1.0),
        (member & outside, -1.0), (others & outside, 1.0),
    ):  # fmt: skip
        who = person[rows]
        people.append(len(np.unique(who)))
        if people[-1] < MIN_SAMPLE:
            return None
        size = float(n[rows].sum())
        mean = float(rest[rows].sum()) / size
        means.append(mean)
        np.add.at(influence, who, sign * (rest[rows] - n[rows] * mean) / size)
    error = float(np.sqrt((influence**2).sum()))
    within, without = means[0] - means[1], means[2] - means[3]
    divide = within - without
    p = float(2 * scipy.stats.norm.sf(abs(divide) / error)) if error > 0 else 1.0
    estimate = Estimate(people[0], divide, divide - Z * error, divide + Z * error)
    return people[0], people[1], within, without, estimate, p


def _marked(gaps: list[Gap]) -> list[Gap]:
    judged = benjamini_hochberg([gap.p for gap in gaps])
    made = [
        replace(gap, q=q, marked=(q or 0.0) <= FALSE_ALARM_RATE and (gap.divide.value or 0.0) < 0)
        for gap, q in zip(gaps, judged, strict=True)
    ]
    return sorted(made, key=lambda gap: (not gap.marked, gap.by != "", gap.divide.value or 0.0))
