"""The funnel: how many came how far, from the counts of `funnels`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from regulars.kit.errors import Invalid
from regulars.kit.stats.estimate import empty
from regulars.kit.stats.proportion import proportion
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import Catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import funnels, near, steps
from regulars.understand.journeys.model import (
    BY_TITLES,
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
    ws: Workspace, question: Funnel, extent: EventScope, *, as_of: datetime | None = None
) -> list[FunnelSlice]:
    """Return how many came how far, all together first, then by slice (the largest first).

    A step is a touchpoint of the catalog, or the name of an event. Someone who tries several
    times counts once, at the furthest level reached within the window of one attempt. A slice is
    the channel, place or source of the first step. Raises Invalid for a wrong question, and for a
    step that does not exist.
    """
    check(question)
    catalog = catalog_service.current(ws)
    whole = _counted(ws, replace(question, slice_by=None), extent, catalog, as_of)
    slices = [_slice(None, question, whole.get("", []))]
    # A step that somebody took is there; only of the others it has to be asked.
    empty = [step.step for step in slices[0].steps if step.n == 0]
    never = near.unreceived(ws, empty, catalog, extent.scope)
    slices = [_measured(slices[0], never)]
    if question.slice_by is not None:
        parts = _counted(ws, question, extent, catalog, as_of)
        sliced = [_measured(_slice(value, question, rows), never) for value, rows in parts.items()]
        sliced.sort(key=lambda part: (-(part.steps[0].n or 0), part.value or ""))
        slices += sliced[:MAX_SLICES]
    return slices


def _measured(part: FunnelSlice, never: Collection[str]) -> FunnelSlice:
    """Return the slice without numbers from the first step on that was `never` received."""
    first = next((at for at, one in enumerate(part.steps) if one.step in never), len(part.steps))
    unknown = [
        replace(one, n=None, of_first=empty(), of_before=empty(), wait=None)
        for one in part.steps[first:]
    ]
    return replace(part, steps=part.steps[:first] + unknown)


def check(question: Funnel) -> None:
    """Raise Invalid that says what the question lacks."""
    wrong: list[tuple[bool, str, Text]] = [
        (
            not 2 <= len(question.steps) <= MAX_STEPS,
            "steps",
            Text(
                f"A funnel has 2 to {MAX_STEPS} steps.",
                f"漏斗需要 2 至 {MAX_STEPS} 个步骤。",
            ),
        ),
        (
            len(set(question.steps)) < len(question.steps),
            "steps",
            Text("A step may stand in a funnel once.", "同一步骤在漏斗中只能出现一次。"),
        ),
        (
            question.window_seconds <= 0,
            "window",
            Text("The time window must be positive.", "时间窗口必须大于零。"),
        ),
        (
            question.by not in BY_TITLES,
            "by",
            Text(
                "by is person, order, case or session.",
                "by 只能是 person、order、case 或 session。",
            ),
        ),
        (
            question.order not in ORDERS,
            "order",
            Text(
                f"order is one of {', '.join(ORDERS)}.", f"order 只能是 {'、'.join(ORDERS)} 之一。"
            ),
        ),
        (
            question.slice_by is not None and question.slice_by not in SLICES,
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
    ws: Workspace, question: Funnel, extent: EventScope, catalog: Catalog, as_of: datetime | None
) -> dict[str, list[Row]]:
    """Return slice → rows of counts by level."""
    names = [step for step in question.steps if catalog.touchpoint(step) is None]
    journeys = Journeys(extent, question.by, "touchpoint", feedback=True)

    def expression(view: View) -> ir.Table:
        named = steps.by_name(steps.named(view, journeys, catalog), names)
        rows = steps.coded_from(
            named, question.by, _codes(question), others=question.order == "strict"
        )
        reached = funnels.attempts(
            rows, len(question.steps), question.window_seconds, question.order
        )
        parts = (
            funnels.slices(named, question.steps[0], question.slice_by)
            if question.slice_by
            else None
        )
        count = funnels.highest if question.order == "any_order" else funnels.conversions
        return count(reached, parts)

    found: dict[str, list[Row]] = defaultdict(list)
    for row in ws.query(expression, as_of=as_of).to_pylist():
        found[row["slice"]].append(row)
    if question.order == "any_order":
        return {value: _cumulated(rows, len(question.steps)) for value, rows in found.items()}
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
    levels = []
    for level, step in enumerate(asked.steps):
        waits = [row for row in rows if row["level"] == level and row["bin"] is not None]
        levels.append(
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
    return FunnelSlice(value, levels)
