"""`/api/v1/journey/events`: a journey as its events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses.asking import asked, fields
from regulars.understand.journeys import export
from regulars.understand.journeys.analysis import ANALYSIS

router = APIRouter(prefix="/api/v1", tags=["journeys"])
Exporter = Annotated[Principal, Depends(needs(Right.EXPORT))]
Given = Annotated[dict[str, Any], Depends(fields(ANALYSIS.options, strict=True))]


@router.get(
    "/journey/events",
    summary="The journey's events as XES or CSV",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}, "text/csv": {}}}},
)
def events(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: Exporter,
    values: Given,
    format: Literal["xes", "csv"] = "xes",  # noqa: A002 (the name in the address)
) -> StreamingResponse:
    """Return every event of the journeys, case by case; persons appear as hashes."""
    table = export.events_of(ws, asked(request, ANALYSIS, caller, values), now=clock.now())
    if format == "xes":
        return _file(export.xes(table, ws.zone), "application/xml", "journey.xes")
    return _file(export.csv(table, ws.zone), files.CSV, "journey.csv")


def _file(body: Any, media_type: str, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body, media_type=media_type, headers=headers)
