"""Whether a number is measured at all: what it needs must ever have been received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.understand.metrics.answering import AggregatePart
from regulars.understand.metrics.model import Definition, MetricQuestion
from regulars.understand.received import Requirement, missing

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

SUSPECT = frozenset({None, 0.0, 100.0})
"""What a number that rests on nothing can only be; with any other value its events came."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The needs of a number that were never met, and the numbers beside it that rest on nothing."""

    needs: tuple[Requirement, ...] = ()
    beside: frozenset[str] = frozenset()


MEASURED = Absent()


def absent(
    ws: Workspace, metric: Definition, question: MetricQuestion, parts: Sequence[AggregatePart]
) -> Absent:
    """Return what was never received; nobody looks where a value shows that events came."""
    estimates = [part.statistic.estimate(part.scale) for part in parts]
    lacks: tuple[Requirement, ...] = ()
    if all(one.value in SUSPECT for one in estimates):
        lacks = missing(ws, metric.needs, question.as_of)
    beside = {
        name
        for name, one in metric.beside.items()
        if any(estimate.n for estimate in estimates) and missing(ws, (one,), question.as_of)
    }
    return Absent(lacks, frozenset(beside))
