"""The first insight: what a source that was just brought in says, in a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.kit.errors import RegularsError
from regulars.understand.metrics import service
from regulars.understand.metrics.model import Measured

if TYPE_CHECKING:
    from regulars.company.rights.model import Scope
    from regulars.timeline.workspace import Workspace

FIRST = (
    *("nps", "csat_satisfied_share", "ces_easy_share", "revenue", "orders"),
    *("average_order_value", "complaint_share", "score_mean"),
)
"""Metrics in the order in which they are looked at; the first that have an answer are shown."""
SHOWN = 3


def insights(ws: Workspace, source: str, scope: Scope = None) -> list[Measured]:
    """Return up to three numbers that the events of a source give, over all time."""
    notable: list[Measured] = []
    for key in FIRST:
        try:
            rows = service.measure(ws, key, filters={"source": source}, scope=scope)
        except RegularsError:
            continue  # this metric has no such slice, or several bases that must not be mixed
        notable += [row for row in rows if row.value is not None and row.n][:1]
        if len(notable) >= SHOWN:
            break
    return notable
