"""What customers wrote about a touchpoint."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import ibis

from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.health.model import Extent
from regulars.understand.journeys.model import Words

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View


def words(
    ws: Workspace, step: str, extent: Extent, as_of: datetime | None, most: int
) -> list[Words]:
    """Return the latest words at a touchpoint, those with the lowest scores first."""
    catalog = catalog_service.current(ws)

    def expression(view: View) -> ir.Table:
        events = extent.of(view.with_person())
        said = events.filter(events.actor == "customer", events.text.notnull())
        here = catalog_service.placed_by(catalog, said, stage=False)
        kept = here.filter(here.touchpoint == step)
        points = (kept.score - kept.scale_min) / (kept.scale_max - kept.scale_min)
        rated = kept.mutate(points=points.fill_null(0.5))
        return (
            rated.order_by([rated.points, ibis.desc("occurred_at"), "event_id"])
            .limit(most)
            .select(
                "text",
                "score",
                "scale_max",
                "occurred_at",
                "person_id",
                "identity_id",
                "channel",
                "place",
            )
        )

    return [
        Words(
            text=row["text"],
            score=row["score"],
            scale_max=row["scale_max"],
            at=row["occurred_at"],
            person=row["person_id"],
            identities=[row["identity_id"]] if row["identity_id"] else [],
            channel=row["channel"],
            place=row["place"],
        )
        for row in ws.query(expression, as_of=as_of).to_pylist()
    ]
