"""The funnel: how many came how far, from the counts of `funnels`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from regulars.kit.errors import Invalid
from regulars.kit.stats.proportion import proportion
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import Catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import funnels, near, steps
from regulars.understand.journeys.model import (
    BY,
    ORDERS,
    Funnel,
    FunnelSlice,
    FunnelStep,
    Journeys,
)
from regulars.understand.journeys.steps import Codes
from regulars.understand.journeys.waiting import wait_of
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

SLICES = ("channel", "place", "source")
MAX_STEPS = 10
MAX_SLICES = 12
Row = dict[str, Any]


def funnel(
    ws: Workspace, asked: Funnel, extent: EventScope, *, as_of: datetime | None = None
) -> list[FunnelSlice]:
    """Return how many came how far, all together first, then by slice (the largest first).

    A step is a touchpoint of the catalog, or the name of an event. Someone who tries several
    times counts once, at the furthest level reached within the window of one attempt. A slice is
    the channel, place or source of the first step. Raises Invalid for a wrong question, and for a
    step that does not exist.
    """
    check(asked)
    catalog = catalog_service.current(ws)
    whole = _counted(ws, replace(asked, slice_by=None), extent, catalog, as_of)
    found = [_slice(None, asked, whole.get("", []))]
    # A step that somebody took is there; only of the others it has to be asked.
    empty = [step.step for step in found[0].steps if step.n == 0]
    near.refuse_unknown(ws, empty, catalog, extent.scope)
    if asked.slice_by is not None:
        parts = _counted(ws, asked, extent, catalog, as_of)
        sliced = [_slice(value, asked, rows) for value, rows in parts.items()]
        sliced.sort(key=lambda part: (-part.steps[0].n, part.value or ""))
        found += sliced[:MAX_SLICES]
    return found


def check(asked: Funnel) -> None:
    """Raise Invalid that says what the question lacks."""
    wrong: list[tuple[bool, str, Text]] = [
        (
            not 2 <= len(asked.steps) <= MAX_STEPS,
            "steps",
            Text(
                f"A funnel has 2 to {MAX_STEPS} steps.",
                f"漏斗需要 2 至 {MAX_STEPS} 个步骤。",
            ),
        ),
        (
            len(set(asked.steps)) < len(asked.steps),
            "steps",
            Text("A step may stand in a funnel once.", "同一步骤在漏斗中只能出现一次。"),
        ),
        (
            asked.window_seconds <= 0,
            "window",
            Text("The time window must be positive.", "时间窗口必须大于零。"),
        ),
        (
            asked.by not in BY,
            "by",
            Text(
                "by is person, order, case or session.",
                "by 只能是 person、order、case 或 session。",
            ),
        ),
        (
            asked.order not in ORDERS,
            "order",
            Text(
                f"order is one of {', '.join(ORDERS)}.", f"order 只能是 {'、'.join(ORDERS)} 之一。"
            ),
        ),
        (
            asked.slice_by is not None and asked.slice_by not in SLICES,
            "slice",
            Text(
                f"slice is one of {', '.join(SLICES)}.", f"slice 只能是 {'、'.join(SLICES)} 之一。"
            ),
        ),
    ]
    for is_wrong, name, message in wrong:
        if is_wrong:
            raise Invalid("funnel.wrong", message, field=name)


def _counted(
    ws: Workspace, asked: Funnel, extent: EventScope, catalog: Catalog, as_of: datetime | None
) -> dict[str, list[Row]]:
    """Return slice → rows of counts by level."""
    names = [step for step in asked.steps if catalog.touchpoint(step) is None]
    journeys = Journeys(extent, asked.by, "touchpoint", feedback=True)

    def expression(view: View) -> ir.Table:
        named = steps.by_name(steps.named(view, journeys, catalog), names)
        rows = steps.coded_from(named, asked.by, _codes(asked), others=asked.order == "strict")
        reached = funnels.attempts(rows, len(asked.steps), asked.window_seconds, asked.order)
        parts = funnels.slices(named, asked.steps[0], asked.slice_by) if asked.slice_by else None
        count = funnels.highest if asked.order == "any_order" else funnels.conversions
        return count(reached, parts)

    found: dict[str, list[Row]] = defaultdict(list)
    for row in ws.query(expression, as_of=as_of).to_pylist():
        found[row["slice"]].append(row)
    if asked.order == "any_order":
        return {value: _cumulated(rows, len(asked.steps)) for value, rows in found.items()}
    return dict(found)


def _codes(asked: Funnel) -> Codes:
    return Codes(asked.steps, tuple(-1 for _step in asked.steps))


def _cumulated(rows: list[Row], levels: int) -> list[Row]:
    """Turn “came exactly as far as” into “came at least as far as”."""
    return [
        {
            "level": level,
            "bin": None,
            "wait": None,
            "n": sum(row["n"] for row in rows if row["level"] >= level),
        }
        for level in range(levels)
    ]


def _slice(value: str | None, asked: Funnel, rows: list[Row]) -> FunnelSlice:
    counts = [sum(row["n"] for row in rows if row["level"] == j) for j in range(len(asked.steps))]
    found = []
    for level, step in enumerate(asked.steps):
        waits = [row for row in rows if row["level"] == level and row["bin"] is not None]
        found.append(
            FunnelStep(
                step,
                counts[level],
                proportion(counts[level], counts[0]),
                proportion(counts[level], counts[max(level - 1, 0)]),
                wait_of(
                    [row["bin"] for row in waits],
                    [row["n"] for row in waits],
                    sum(row["wait"] for row in waits),
                ),
            )
        )
    return FunnelSlice(value, found)
