"""`/api/v1/journey` and `/api/v1/funnel`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.asking import seconds_of
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.journeys import export, service
from regulars.understand.journeys.model import By, Funnel, Journeys, Level, Order
from regulars.understand.scope.parameters import Ranged

router = APIRouter(prefix="/api/v1", tags=["journeys"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Exporter = Annotated[Principal, Depends(needs(Right.EXPORT))]


Step = Annotated[str, StringConstraints(min_length=1)]


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
    parameters: Ranged,
    by: By = "person",
    level: Level = "touchpoint",
    format: Literal["xes", "csv"] = "xes",  # noqa: A002 (the name in the address)
) -> StreamingResponse:
    """Return every event of the journeys, case by case; persons appear as hashes."""
    table = export.events(
        ws, Journeys(parameters.scope(ws, caller), by, level), as_of=parameters.moment(ws)
    )
    if format == "xes":
        return _file(export.xes(table, ws.zone), "application/xml", "journey.xes")
    return _file(export.csv(table, ws.zone), files.CSV, "journey.csv")


@router.get("/funnel", summary="A funnel")
def funnel(
    *,
    ws: CurrentWorkspace,
    caller: Reader,
    parameters: Ranged,
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
    """Return the conversion by step within the window; in total, then by group."""
    question = Funnel(tuple(step), seconds_of(window), by, order, slice)
    found = service.funnel(ws, question, parameters.scope(ws, caller), as_of=parameters.moment(ws))
    answer: list[dict[str, Any]] = msgspec.to_builtins(found)
    return answer


def _file(body: Any, media_type: str, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body, media_type=media_type, headers=headers)
