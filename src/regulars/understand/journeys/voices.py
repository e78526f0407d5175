"""What customers wrote about a touchpoint."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis

from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys.model import MarkWords
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View


def words(
    ws: Workspace, steps: Sequence[str], extent: EventScope, as_of: datetime | None, most: int
) -> dict[str, list[MarkWords]]:
    """Return the latest words at each touchpoint, those with the lowest scores first."""
    catalog = catalog_service.current(ws)

    def expression(view: View) -> ir.Table:
        events = extent.of(view.events)
        said = events.filter(events.actor == "customer", events.text.notnull())
        here = catalog_service.placed_by(catalog, said, stage=False)
        kept = here.filter(here.touchpoint.isin(list(steps) or [""]))
        points = (kept.score - kept.scale_min) / (kept.scale_max - kept.scale_min)
        order = [points.fill_null(0.5), ibis.desc(kept.occurred_at), kept.event_id]
        rank = ibis.row_number().over(group_by=kept.touchpoint, order_by=order)
        ranked = kept.select("touchpoint", *COLUMNS, rank=rank)
        return view.named(ranked.filter(ranked["rank"] < most)).order_by("touchpoint", "rank")

    found: dict[str, list[MarkWords]] = {step: [] for step in steps}
    for row in ws.query(expression, as_of=as_of).to_pylist():
        found[row["touchpoint"]].append(_words(row))
    return found


COLUMNS = (
    "text", "score", "scale_max", "occurred_at", "identity_id", "channel", "place",
)  # fmt: skip


def _words(row: dict[str, Any]) -> MarkWords:
    return MarkWords(
        text=row["text"],
        score=row["score"],
        scale_max=row["scale_max"],
        at=row["occurred_at"],
        person=row["person_id"],
        identities=[row["identity_id"]] if row["identity_id"] else [],
        channel=row["channel"],
        place=row["place"],
    )
