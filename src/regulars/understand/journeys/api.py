"""`/api/v1/journey` and `/api/v1/funnel`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints

from regulars.company.access import needs
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.asking import period_of, seconds_of
from regulars.kit import clock
from regulars.kit.period import parse_edge
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import export, service
from regulars.understand.journeys.model import By, Funnel, Journeys, Level, Order
from regulars.understand.scope.model import EventScope

router = APIRouter(prefix="/api/v1", tags=["journeys"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Exporter = Annotated[Principal, Depends(needs(Right.EXPORT))]


Step = Annotated[str, StringConstraints(min_length=1)]


class Asked:
    """The query fields that narrow a journey or funnel."""

    def __init__(
        self,
        start: Annotated[str | None, Query(alias="from", description="2026-10 or a day")] = None,
        end: Annotated[str | None, Query(alias="to", description="excluded")] = None,
        place: Annotated[list[str] | None, Query(description="with places below")] = None,
        channel: Annotated[list[str] | None, Query()] = None,
        as_of: Annotated[str | None, Query(description="only what was known by then")] = None,
    ) -> None:
        self.start, self.end, self.place, self.channel = start, end, place, channel
        self.as_of = as_of

    def extent(self, ws: Workspace, caller: Principal) -> EventScope:
        """Return the extent within the caller's places."""
        chosen = places.tree(ws).within(self.place) if self.place else None
        period = period_of(self.start, self.end, ws.zone)
        return EventScope(period, chosen, tuple(self.channel or ()), caller.places)

    def moment(self, ws: Workspace) -> datetime | None:
        """Return the `as_of` moment."""
        return parse_edge(self.as_of, ws.zone) if self.as_of else None


Narrowed = Annotated[Asked, Depends()]


@router.get("/journey", summary="The journey map")
def journey(
    *,
    ws: CurrentWorkspace,
    caller: Reader,
    asked: Narrowed,
    by: By = "person",
    level: Level = "touchpoint",
    feedback: bool = False,
) -> dict[str, Any]:
    """Return touchpoints, stages, transitions with waits, scores, tested marks and advice."""
    question = Journeys(asked.extent(ws, caller), by, level, feedback)
    found = service.journey_map(ws, question, now=clock.now(), as_of=asked.moment(ws))
    answer: dict[str, Any] = msgspec.to_builtins(found)
    return answer


@router.get(
    "/journey/events",
    summary="The journey's events as XES or CSV",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}, "text/csv": {}}}},
)
def events(
    *,
    ws: CurrentWorkspace,
    caller: Exporter,
    asked: Narrowed,
    by: By = "person",
    level: Level = "touchpoint",
    format: Literal["xes", "csv"] = "xes",  # noqa: A002 (the name in the address)
) -> StreamingResponse:
    """Return every event of the journeys, case by case; persons appear as hashes."""
    table = export.events(ws, Journeys(asked.extent(ws, caller), by, level), as_of=asked.moment(ws))
    if format == "xes":
        return _file(export.xes(table, ws.zone), "application/xml", "journey.xes")
    body = files.csv_bytes(list(export.COLUMNS), export.rows(table), ws.zone, bom=False)
    return _file(body, files.CSV, "journey.csv")


@router.get("/funnel", summary="A funnel")
def funnel(
    *,
    ws: CurrentWorkspace,
    caller: Reader,
    asked: Narrowed,
    step: Annotated[
        list[Step],
        Query(
            min_length=2,
            max_length=10,
            description="touchpoints or event names, in order",
            json_schema_extra={"uniqueItems": True},
        ),
    ],
    window: Annotated[str, Query(description="30m, 24h, 7d, 2w")] = "7d",
    by: By = "person",
    order: Order = "any_between",
    slice: Literal["channel", "place", "source"] | None = None,  # noqa: A002
) -> list[dict[str, Any]]:
    """Return how many came how far within the window; all together, then by slice."""
    question = Funnel(tuple(step), seconds_of(window), by, order, slice)
    found = service.funnel(ws, question, asked.extent(ws, caller), as_of=asked.moment(ws))
    answer: list[dict[str, Any]] = msgspec.to_builtins(found)
    return answer


def _file(body: Any, media_type: str, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body, media_type=media_type, headers=headers)
