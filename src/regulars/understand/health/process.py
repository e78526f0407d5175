"""The process beside the scores: waits, drop-off and complaints as points of 100."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from regulars.kit.stats.estimate import Estimate, empty
from regulars.timeline.workspace import Workspace
from regulars.understand.health.model import PROCESS, Process, ProcessMeasure, ProcessPart
from regulars.understand.metrics import service as metrics
from regulars.understand.scope.model import EventFilter, EventScope


def process(ws: Workspace, extent: EventScope, look: EventFilter, as_of: datetime) -> Process:
    """Return the declared process measures within an extent, and the mean of their points."""
    return together([_part(ws, one, extent, look, as_of) for one in PROCESS])


def _part(
    ws: Workspace, measure: ProcessMeasure, extent: EventScope, look: EventFilter, as_of: datetime
) -> ProcessPart:
    filters = {"place": look.place, "channel": look.channel}
    (row,) = metrics.measure(
        ws, measure.metric, period=extent.period, filters=filters, scope=extent.scope, as_of=as_of
    )
    return ProcessPart(
        measure, row.unit, row.estimate, points(row.estimate, measure), list(row.missing), row.note
    )


def points(raw: Estimate, measure: ProcessMeasure) -> Estimate:
    """Return an estimate where the worst value is 0 and the best 100, kept within these."""
    if raw.value is None:
        return empty()

    def placed(value: float | None) -> float | None:
        if value is None:
            return None
        share = (value - measure.worst) / (measure.best - measure.worst)
        return min(max(100.0 * share, 0.0), 100.0)

    ends = (raw.low, raw.high) if measure.best > measure.worst else (raw.high, raw.low)
    return Estimate(raw.n, placed(raw.value), *map(placed, ends))


def together(parts: Sequence[ProcessPart]) -> Process:
    """Return the mean of the parts that have data; half-widths add as squares, side by side."""
    scored = [part.points for part in parts if part.points.value is not None]
    if not scored:
        return Process(parts=list(parts))
    value = sum(one.value or 0.0 for one in scored) / len(scored)
    n = sum(one.n for one in scored)
    if any(one.low is None or one.high is None for one in scored):
        return Process(n, value, None, None, list(parts))
    down = math.hypot(*((one.value or 0.0) - (one.low or 0.0) for one in scored)) / len(scored)
    up = math.hypot(*((one.high or 0.0) - (one.value or 0.0) for one in scored)) / len(scored)
    return Process(n, value, value - down, value + up, list(parts))
