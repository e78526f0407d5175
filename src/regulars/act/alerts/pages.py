"""`/alerts/…`: one alert and what is done with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from regulars.act.alerts import service
from regulars.act.alerts.analysis import VIEW
from regulars.act.alerts.model import (
    MEANING,
    SNOOZE_DAYS,
)
from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace

router = APIRouter(prefix="/alerts", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]


@router.get("/count")
def count(ws: CurrentWorkspace, caller: Reader) -> Response:
    """Give the number beside the navigation's link; nothing when nothing waits."""
    found = service.count_open(ws, caller.places, now=clock.now())
    return HTMLResponse(f"{found}" if found else "")


@router.get("/{alert}")
def alert(request: Request, ws: CurrentWorkspace, caller: Reader, alert: str) -> Response:
    """Show one alert, as mails link to it."""
    rows = service.told(ws, [service.get(ws, alert, caller.places)], caller.places, now=clock.now())
    title = _("What changed and needs attention?")
    return page(request, "alerts/alert.html", title=title, rows=rows, shown="all",
                days=SNOOZE_DAYS, meaning=MEANING)  # fmt: skip


@router.post("/{alert}")
def change(ws: CurrentWorkspace, caller: Reader, alert: str, fields: FormFields) -> Response:
    """Acknowledge, snooze, mute or reopen an alert."""
    days = int(fields.number("days") or SNOOZE_DAYS)
    service.change(ws, alert, fields.text("act") or "", caller, now=clock.now(), days=days)
    return RedirectResponse(f"/alerts?view={VIEW.check(fields.text('view'))}", 303)
