"""The journey map put together from counts; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.estimate import empty
from regulars.kit.stats.mean import Sums, mean, welch
from regulars.kit.stats.proportion import proportion
from regulars.kit.stats.quantile import quantile
from regulars.listen.catalog.model import Catalog
from regulars.understand.health.model import Performance
from regulars.understand.journeys.model import (
    Durations,
    Edge,
    Node,
    Passed,
    StageFlow,
    Wait,
)
from regulars.understand.journeys.queries import MASK_BITS
from regulars.understand.journeys.steps import Codes
from regulars.understand.journeys.waiting import longer_than, wait_of
from regulars.understand.policy import FLOOR

MIN_GOING_ON = 0.1
Row = dict[str, Any]
Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class Arrivals:
    """What arrived at one step, or along one edge: counts by bin of the wait."""

    n: int = 0
    waits: float = 0.0
    bins: dict[int, int] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Add one row of `queries.transitions`."""
        self.n += row["n"]
        if row["bin"] is not None:
            self.waits += row["wait"]
            self.bins[row["bin"]] = self.bins.get(row["bin"], 0) + row["n"]

    def wait(self) -> Wait | None:
        """Return the waits before these arrivals."""
        return wait_of(list(self.bins), list(self.bins.values()), self.waits)

    def longer_than(self, limit: float) -> tuple[int, int]:
        """Return how many waits were longer than `limit` seconds, and how many there were."""
        counts = list(self.bins.values())
        return longer_than(list(self.bins), counts, limit), sum(counts)


@dataclass(frozen=True, slots=True)
class Flow:
    """All transitions: arrivals by step and by edge, and how often journeys start and end."""

    by_step: dict[int, Arrivals]
    by_edge: dict[tuple[int, int], Arrivals]
    starts: dict[int, int]
    ends: dict[int, int]


def flow(rows: Iterable[Row]) -> Flow:
    """Add up `queries.transitions`. A step ends a journey as often as nothing follows it."""
    by_step: dict[int, Arrivals] = defaultdict(Arrivals)
    by_edge: dict[tuple[int, int], Arrivals] = defaultdict(Arrivals)
    starts: dict[int, int] = defaultdict(int)
    followed: dict[int, int] = defaultdict(int)
    for row in rows:
        by_step[row["code"]].take(row)
        if row["before"] is None:
            starts[row["code"]] += row["n"]
        else:
            by_edge[row["before"], row["code"]].take(row)
            followed[row["before"]] += row["n"]
    ends = {code: found.n - followed[code] for code, found in by_step.items()}
    return Flow(dict(by_step), dict(by_edge), dict(starts), ends)


class Reach:
    """Which steps journeys reached: one row for each combination of steps, with its count."""

    def __init__(self, rows: list[Row], steps: int) -> None:
        self.steps = steps
        self.cases: Ints = np.array([row["cases"] for row in rows], dtype=np.int64)
        self.open: Ints = np.array([row["open"] for row in rows], dtype=np.int64)
        self.length = sum(row["length"] or 0.0 for row in rows)
        self.hit = reached_steps(rows, steps)

    @property
    def total(self) -> int:
        """How many journeys there are."""
        return int(self.cases.sum())

    def count(self, chosen: npt.NDArray[np.bool_]) -> int:
        """Return how many journeys the chosen rows hold."""
        return int(self.cases[chosen].sum())

    def any_of(self, codes: list[int]) -> npt.NDArray[np.bool_]:
        """Return for each row whether it reached one of the steps."""
        if not codes:
            return np.zeros(len(self.cases), dtype=bool)
        return np.asarray(self.hit[:, codes].any(axis=1), dtype=bool)


def reached_steps(rows: list[Row], steps: int) -> npt.NDArray[np.bool_]:
    """Return a table, rows by steps: whether the row's masks hold the step."""
    table = np.zeros((len(rows), steps), dtype=bool)
    for code in range(steps):
        number, bit = divmod(code, MASK_BITS)
        mask = np.array([row[f"mask{number}"] for row in rows], dtype=np.int64)
        table[:, code] = (mask >> bit) & 1
    return table


def stage_flows(reach: Reach, codes: Codes, catalog: Catalog) -> list[StageFlow]:
    """Return for each stage of the catalog how many journeys reached it and went further."""
    stage_codes = {
        stage.key: [
            code for code, step in enumerate(codes.steps) if catalog.stage_of(step) == stage.key
        ]
        for stage in catalog.stages
    }
    keys = list(stage_codes)
    flows = []
    for number, stage in enumerate(catalog.stages):
        here = reach.any_of(stage_codes[stage.key])
        later = reach.any_of([code for key in keys[number + 1 :] for code in stage_codes[key]])
        reached, continued = reach.count(here), reach.count(here & later)
        waiting = reach.count(here & ~later & (reach.open == 1))
        dropped = reached - continued - waiting
        share = proportion(dropped, reached - waiting)
        # Where nobody was ever seen at a later stage, nobody is known to have stayed behind.
        if not later.any():
            dropped, share = 0, empty()
        flows.append(StageFlow(stage.key, stage.title, reached, continued, waiting, dropped, share))
    return flows


def leaks(reach: Reach, codes: Codes) -> dict[str, tuple[int, int]]:
    """Return step → (journeys that went no further along the expected order, journeys decided).

    Only steps with an expected position, and not the last of them. A step from which next to
    nobody goes on is where these journeys end, not where they leak.
    """
    ranked = [(rank, code) for code, rank in enumerate(codes.ranks) if rank >= 0]
    leaking = {}
    for rank, code in ranked:
        later = [other for position, other in ranked if position > rank]
        if not later:
            continue
        here = reach.hit[:, code]
        further = reach.any_of(later)
        decided = reach.count(here) - reach.count(here & ~further & (reach.open == 1))
        went_on = reach.count(here & further)
        if went_on >= MIN_GOING_ON * decided:
            leaking[codes.steps[code]] = (decided - went_on, decided)
    return leaking


def passed(rows: list[Row], codes: Codes) -> dict[str, Passed]:
    """Return how journeys through each step were rated, against those that missed it.

    `rows` hold masks, the number of rated journeys and sum and sum of squares of their ratings.
    """
    hit = reached_steps(rows, len(codes.steps))
    passages = {}
    for code, step in enumerate(codes.steps):
        through = _sums([row for row, yes in zip(rows, hit[:, code], strict=True) if yes])
        others = _sums([row for row, yes in zip(rows, hit[:, code], strict=True) if not yes])
        if through.n == 0:
            continue
        rated = mean(through, scale=(0.0, 100.0))
        assert rated.value is not None
        passages[step] = Passed(
            through.n,
            rated.value,
            rated.low,
            rated.high,
            others.n,
            others.mean if others.n else None,
            welch(others, through).p,
        )
    return passages


def _sums(rows: list[Row]) -> Sums:
    return Sums(
        sum(row["cases"] for row in rows),
        sum(row["total"] for row in rows),
        sum(row["squares"] for row in rows),
    )


def nodes(
    codes: Codes,
    catalog: Catalog,
    moved: Flow,
    *,
    reach: Reach,
    disorder: list[Row],
    performances: Mapping[str, Performance],
    rated: Mapping[str, Passed],
) -> list[Node]:
    """Return the steps of the map in the catalog's order, then those that are only rated."""
    ordered = {row["code"]: row for row in disorder}
    stations = []
    for code, step in enumerate(codes.steps):
        arrived = moved.by_step.get(code)
        if arrived is None:
            continue
        late = ordered.get(code, {"backward": None, "checked": 0})
        node = _bare(step, catalog, performances.get(step))
        stations.append(
            replace(
                node,
                events=arrived.n,
                cases=reach.count(reach.hit[:, code]),
                starts=moved.starts.get(code, 0),
                ends=moved.ends.get(code, 0),
                backward=late["backward"],
                ordered=late["checked"],
                wait=arrived.wait(),
                passed=rated.get(step),
            )
        )
    only_rated = sorted(performances.keys() - set(codes.steps))
    return stations + [_bare(step, catalog, performances[step]) for step in only_rated]


def floor_of(catalog: Catalog, step: str) -> float:
    """Return the floor of a touchpoint, 0 to 100: its own, else the usual one."""
    point = catalog.touchpoint(step)
    return FLOOR if point is None or point.floor is None else point.floor


def _bare(step: str, catalog: Catalog, performance: Performance | None) -> Node:
    point = catalog.touchpoint(step)
    return Node(
        step=step,
        title=catalog.title_of(step),
        stage=point.stage if point else None,
        known=point is not None,
        performance=performance,
        floor=floor_of(catalog, step),
    )


def edges(codes: Codes, moved: Flow) -> list[Edge]:
    """Return the transitions, the commonest first."""
    found = [
        Edge(
            codes.steps[a],
            codes.steps[b],
            arrived.n,
            _is_backward(codes.ranks[a], codes.ranks[b]),
            arrived.wait(),
        )
        for (a, b), arrived in moved.by_edge.items()
    ]
    return sorted(found, key=lambda edge: (-edge.n, edge.source, edge.target))


def _is_backward(source: int, target: int) -> bool | None:
    return None if source < 0 or target < 0 else target < source


def durations(rows: list[Row]) -> Durations:
    """Return how long journeys took, from counts by exact length in seconds."""
    if not rows:
        return Durations(0, empty(), empty())
    values = np.array([row["length"] for row in rows], dtype=np.float64)
    counts = np.array([row["n"] for row in rows], dtype=np.int64)
    sums = Sums(int(counts.sum()), float(counts @ values), float(counts @ values**2))
    return Durations(sums.n, mean(sums), quantile(values, counts))
