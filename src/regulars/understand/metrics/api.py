"""`/api/v1/metrics`: the registry, and every metric measured."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit.period import Period, parse_edge
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.metrics import service
from regulars.understand.metrics.model import Direction, Goal
from regulars.understand.metrics.rows import described, plain

router = APIRouter(prefix="/api/v1/metrics", tags=["metrics"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
EDGE = "A month (2026-10), a day (2026-10-05) or an ISO moment, in the reporting zone."


@router.get("")
def list_metrics(caller: Reader) -> list[dict[str, Any]]:
    """Return the definition of every metric."""
    return [described(one) for one in service.definitions()]


@router.get("/{key}")
def measure_metric(
    key: str,
    ws: CurrentWorkspace,
    caller: Reader,
    *,
    by: Annotated[list[str], Query(description="Dimensions, and one grain of time.")] = [],  # noqa: B006
    start: Annotated[str | None, Query(alias="from", description=EDGE)] = None,
    end: Annotated[str | None, Query(alias="to", description=EDGE)] = None,
    as_of: Annotated[str | None, Query(description=EDGE)] = None,
    where: Annotated[list[str], Query(description="Filters: touchpoint=checkout.")] = [],  # noqa: B006
    compare: Annotated[str | None, Query(description="previous or year")] = None,
    target: float | None = None,
    weighted: bool = False,
) -> list[dict[str, Any]]:
    """Return the metric with n and interval, one object for each slice."""
    direction = Direction(service.definition(key).direction)
    rows = service.measure(
        ws,
        key,
        period=Period(*(parse_edge(edge, ws.zone) if edge else None for edge in (start, end))),
        by=by,
        filters=service.filters_of(where),
        weighted=weighted,
        as_of=parse_edge(as_of, ws.zone) if as_of else None,
        scope=caller.places,
        compare=compare,
        target=Goal(target, direction) if target is not None else None,
    )
    return [plain(row, ws.zone) for row in rows]
