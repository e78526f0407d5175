"""`/api/v1/alerts/…`: one alert and what is done with it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from regulars.act.alerts import service
from regulars.act.alerts.analysis import plain_of
from regulars.act.alerts.model import SNOOZE_DAYS, Alert
from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace

router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]


class ActIn(BaseModel):
    """What is done with an alert; `days` counts for a snooze."""

    act: Literal["acknowledge", "snooze", "mute", "reopen"]
    days: int = Field(SNOOZE_DAYS, ge=1, le=365)


@router.get("/{alert}", summary="One alert")
def alert(ws: CurrentWorkspace, caller: Reader, alert: str) -> dict[str, Any]:
    """Return one alert within the caller's places."""
    return _plain(ws, service.get(ws, alert, caller.places), caller)


@router.post("/{alert}", summary="Acknowledge, snooze, mute or reopen")
def change(ws: CurrentWorkspace, caller: Reader, alert: str, body: ActIn) -> dict[str, Any]:
    """Change an alert's state; recorded in the audit log."""
    made = service.change(ws, alert, body.act, caller, now=clock.now(), days=body.days)
    return _plain(ws, made, caller)


def _plain(ws: Workspace, alert: Alert, caller: Principal) -> dict[str, Any]:
    return plain_of(service.told(ws, [alert], caller.places, now=clock.now())[0])
