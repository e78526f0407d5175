"""`/alerts/…`: one alert and what is done with it, and the rules that watch."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.errors import Invalid, RegularsError
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.alerts import service, showing
from regulars.understand.alerts.analysis import VIEW
from regulars.understand.alerts.model import (
    MEANING,
    SNOOZE_DAYS,
    Grain,
    Rule,
    Way,
    kind_of,
)

router = APIRouter(prefix="/alerts", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


@router.get("/count")
def count(ws: CurrentWorkspace, caller: Reader) -> Response:
    """Give the number beside the navigation's link; nothing when nothing waits."""
    found = service.count_open(ws, caller.places, now=clock.now())
    return HTMLResponse(f"{found}" if found else "")


@router.get("/rules")
def rules(request: Request, ws: CurrentWorkspace, _caller: Editor) -> Response:
    """Show the rules and the form for a new one."""
    return _rules(request, ws, None)


@router.post("/rules")
def add_rule(
    request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields
) -> Response:
    """Keep a new rule."""
    try:
        service.put_rule(ws, _rule(fields), caller, now=clock.now())
    except RegularsError as error:
        return _rules(request, ws, error.message)
    return RedirectResponse("/alerts/rules", 303)


@router.post("/rules/{rule}")
def change_rule(ws: CurrentWorkspace, caller: Editor, rule: str, fields: FormFields) -> Response:
    """Start, stop or remove a rule, or give it another owner."""
    before, act, now = service.rule(ws, rule), fields.text("act") or "", clock.now()
    if act == "remove":
        service.remove_rule(ws, rule, caller, now=now)
    elif act in ("stop", "start"):
        service.put_rule(ws, replace(before, active=act == "start"), caller, now=now)
    elif act == "owner":
        service.put_rule(ws, replace(before, owner=fields.text("owner")), caller, now=now)
    return RedirectResponse("/alerts/rules", 303)


@router.get("/{alert}")
def alert(request: Request, ws: CurrentWorkspace, caller: Reader, alert: str) -> Response:
    """Show one alert, as mails link to it."""
    rows = service.told(ws, [service.get(ws, alert, caller.places)], now=clock.now())
    title = _("What changed and needs attention?")
    return page(request, "alerts/alert.html", title=title, rows=rows, shown="all",
                days=SNOOZE_DAYS, meaning=MEANING)  # fmt: skip


@router.post("/{alert}")
def change(ws: CurrentWorkspace, caller: Reader, alert: str, fields: FormFields) -> Response:
    """Acknowledge, snooze, mute or reopen an alert."""
    days = int(fields.number("days") or SNOOZE_DAYS)
    service.change(ws, alert, fields.text("act") or "", caller, now=clock.now(), days=days)
    return RedirectResponse(f"/alerts?view={VIEW.check(fields.text('view'))}", 303)


def _rule(fields: Fields) -> Rule:
    metric = fields.text("metric", required=True) or ""
    names = ("touchpoint", "channel", "place")
    filters = {name: word for name in names if (word := fields.text(name))}
    try:
        grain, way = Grain(fields.text("grain") or "week"), Way(fields.text("way") or "worse")
    except ValueError:
        raise Invalid(
            "alerts.rule",
            Text("Choose how often and which changes.", "请选择频率与变化方向。"),
            field="grain",
        ) from None
    kind = kind_of(metric)
    by = fields.text("by") or ""
    return Rule("", kind, metric, by, grain, way, filters, fields.text("owner"))


def _rules(request: Request, ws: Workspace, error: Text | None) -> Response:
    return page(
        request,
        "alerts/rules.html",
        title=_("What is monitored?"),
        status=422 if error else 200,
        error=error,
        mail=ws.settings.mail,
        meaning=MEANING,
        **showing.rule_values(ws),
    )
