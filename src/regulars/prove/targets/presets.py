"""The plans that ship: the programme's headline targets on three horizons, and the touchpoints'."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import resources

from regulars.kit.text import Text
from regulars.prove.targets.model import Horizon, Target, TargetKind
from regulars.understand.metrics.model import Direction

YEARS = {Horizon.SHORT: 2, Horizon.MIDDLE: 4, Horizon.LONG: 6}
"""A horizon's targets are due when its last year ends."""
PLAN_TITLES = {
    "programme": Text("The programme's headline targets", "总体目标"),
    "touchpoints": Text("Targets of the touchpoints and of service", "触点与服务目标"),
}


@cache
def plans() -> dict[str, tuple[Target, ...]]:
    """Return the targets of each plan; ids and dates are still empty."""
    file = resources.files("regulars.prove.targets") / "plans.toml"
    by_plan: dict[str, list[Target]] = {name: [] for name in PLAN_TITLES}
    for entry in tomllib.loads(file.read_text("utf-8"))["target"]:
        by_plan[entry["plan"]].append(
            Target(
                id="",
                metric=entry["metric"],
                title=Text(**entry["title"]),
                kind=TargetKind(entry["kind"]),
                value=float(entry["value"]),
                direction=Direction(entry["direction"]),
                horizon=Horizon(entry["horizon"]),
                window_days=entry["window_days"],
                audience=entry.get("audience"),
                guardrails=tuple(entry["guardrails"]),
                preset=entry["key"],
            )
        )
    return {name: tuple(targets) for name, targets in by_plan.items()}


def metrics_to_come() -> frozenset[str]:
    """Return the keys of metrics that a plan names, whether they exist yet or not."""
    return frozenset(one.metric for targets in plans().values() for one in targets)


def due(horizon: Horizon, start: date) -> date:
    """Return when a horizon ends for a programme that begins on `start`."""
    leap = start.month == 2 and start.day == 29
    return start.replace(year=start.year + YEARS[horizon], day=28 if leap else start.day)
