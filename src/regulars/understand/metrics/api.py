"""`/api/v1/metrics`: the registry, and every metric measured."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.metrics import service
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
    words: dict[str, Any] = {"edges": (start, end), "as_of": as_of, "where": where}
    rows = service.measure_as_written(
        ws, key, **words, by=by, weighted=weighted, compare=compare, target=target,
        scope=caller.places,
    )  # fmt: skip
    return [plain(row, ws.zone) for row in rows]
