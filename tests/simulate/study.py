"""How the tests look into a simulated company: through the timeline only."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import numpy as np

from regulars.app import init_workspace
from regulars.simulate.demo.company import set_up
from regulars.simulate.demo.service import settings, take_in
from regulars.simulate.model import Plan
from regulars.simulate.population import People
from regulars.simulate.stream import parts
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
CUSTOMERS, BLOCK = 16_000, 8_000


@dataclass
class Company:
    """A loaded workspace, its plan, and who its customers are in truth."""

    ws: Workspace
    plan: Plan
    people: list[tuple[People, Any]]
    events: int

    def rows(self, build: Callable[..., Any]) -> list[dict[str, Any]]:
        return list(self.ws.query(build).to_pylist())


@dataclass(frozen=True)
class Mean:
    n: int
    mean: float
    error: float

    def minus(self, other: Mean) -> float:
        return self.mean - other.mean

    def z(self, other: Mean) -> float:
        error = math.hypot(self.error, other.error)
        return self.minus(other) / error if error else 0.0


def company(folder: Path, *, troubles: bool) -> Company:
    ws = init_workspace(folder, settings("zh"))
    set_up(ws, "lantern house", "en", NOW)
    plan = Plan(CUSTOMERS, NOW, troubles=troubles, block=BLOCK)
    known, events = [], 0
    for part in parts(plan, ws):
        events += take_in(ws, part)
        known.append((part.people, part.accounts))
    return Company(ws, plan, known, events)


def means(found: Company, where: Callable[..., Any], by: Callable[..., Any]) -> dict[Any, Mean]:
    """Mean score by a key, from counts, sums and sums of squares."""

    def build(view: Any) -> Any:
        events = view.events
        chosen = events.filter(events.score.notnull()).filter(where)
        return chosen.group_by(key=by(chosen)).aggregate(
            n=ibis._.count(), s=ibis._.score.sum(), q=(ibis._.score * ibis._.score).sum()
        )

    return {row["key"]: mean_of(row["n"], row["s"], row["q"]) for row in found.rows(build)}


def mean_of(n: int, total: float, squares: float) -> Mean:
    mean = total / n
    variance = max(squares / n - mean * mean, 0.0) * n / max(n - 1, 1)
    return Mean(n, mean, math.sqrt(variance / n))


def of(values: Any) -> Mean:
    array = np.asarray(values, float)
    return mean_of(len(array), float(array.sum()), float((array**2).sum()))


def pooled(parts_: list[Mean]) -> Mean:
    """All groups as one."""
    n = sum(one.n for one in parts_)
    mean = sum(one.n * one.mean for one in parts_) / n
    within = sum(one.n * (one.n - 1) * one.error**2 for one in parts_)
    between = sum(one.n * (one.mean - mean) ** 2 for one in parts_)
    return Mean(n, mean, math.sqrt((within + between) / (n - 1) / n))


def share(yes: int, n: int) -> Mean:
    return mean_of(n, yes, yes)


def two_sided(z: float) -> float:
    """Probability of so large a z without any difference."""
    return math.erfc(abs(z) / math.sqrt(2))
