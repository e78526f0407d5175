"""`/alerts`: what changed and deserves a person?"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.errors import Invalid, RegularsError
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.alerts import service, showing
from regulars.understand.alerts.model import (
    MEANING,
    SNOOZE_DAYS,
    Grain,
    Rule,
    Way,
    kind_of,
)

router = APIRouter(prefix="/alerts", include_in_schema=False)
navigation = [
    NavItem(
        Text("Alerts", "异动提醒"),
        "/alerts",
        Section.UNDERSTAND,
        5,
        Right.READ_NUMBERS,
        badge="/alerts/count",
    )
]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


@router.get("")
def alerts(
    request: Request, ws: CurrentWorkspace, caller: Reader, view: Annotated[str, Query()] = "open"
) -> Response:
    """Show the inbox."""
    now = clock.now()
    listed = service.listed(ws, caller.places, showing.view_of(view), now=now)
    if kind := files.asked(request):
        return files.send(request, kind, "alerts", showing.TABLE, showing.table(ws, listed, now))
    tabs = (
        ("open", _("Open")),
        ("waiting", _("In progress")),
        ("muted", _("Muted")),
        ("all", _("All")),
    )
    waiting, error = service.waiting_mails(ws)
    return page(
        request,
        "alerts/alerts.html",
        title=_("What changed and needs attention?"),
        tabs=[(words, f"/alerts?view={key}", key == view) for key, words in tabs],
        view=view,
        may_edit=caller.may(Right.EDIT_TARGETS),
        meaning=MEANING,
        days=SNOOZE_DAYS,
        unsent=waiting if caller.may(Right.EDIT_SETTINGS) else 0,
        mail_error=error,
        broken=showing.broken(ws) if caller.may(Right.EDIT_TARGETS) else [],
        **showing.values(ws, listed, now),
    )


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
    now = clock.now()
    shown = service.get(ws, alert, caller.places)
    return page(
        request,
        "alerts/alert.html",
        title=_("What changed and needs attention?"),
        view="all",
        days=SNOOZE_DAYS,
        meaning=MEANING,
        **showing.values(ws, [shown], now),
    )


@router.post("/{alert}")
def change(ws: CurrentWorkspace, caller: Reader, alert: str, fields: FormFields) -> Response:
    """Acknowledge, snooze, mute or reopen an alert."""
    days = int(fields.number("days") or SNOOZE_DAYS)
    service.change(ws, alert, fields.text("act") or "", caller, now=clock.now(), days=days)
    view = fields.text("view") or "open"
    return RedirectResponse(f"/alerts?view={showing.view_of(view)}", 303)


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
