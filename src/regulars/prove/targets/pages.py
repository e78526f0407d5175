"""One target, its form and its baseline; the plans that ship."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.errors import Invalid, RegularsError
from regulars.kit.period import Period, add_months, day_start
from regulars.kit.period import days as days_between
from regulars.prove.targets import presets, service, showing
from regulars.prove.targets.model import Judged, Target
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics
from regulars.understand.metrics.model import Measured

router = APIRouter(prefix="/targets", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


@router.post("/plan")
def add_plan(ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Add a plan that ships."""
    plan = fields.choice("plan", list(presets.PLAN_TITLES)) or "programme"
    now = clock.now()
    start = fields.day("start") or now.astimezone(ws.zone).date()
    service.add_plan(ws, caller, plan, start=start, now=now)
    return RedirectResponse("/targets?done=planned", 303)


@router.get("/new")
def new(request: Request, ws: CurrentWorkspace, _caller: Editor, metric: str = "") -> Response:
    """Offer an empty form, or one for a metric."""
    first = {"metric": metric, "kind": "absolute", "direction": "up", "window_days": 90}
    if metrics.exists(metric):
        first["direction"] = str(metrics.definition(metric).direction)
    return _form(request, ws, first)


@router.post("/new")
def add(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Set a target."""
    try:
        wanted = showing.read(fields)
        if wanted is not None:
            made = service.add(ws, caller, wanted, now=clock.now())
            return RedirectResponse(f"/targets/{made.id}", 303)
    except RegularsError as error:
        fields.take(error)
    return _form(request, ws, {}, fields)


@router.get("/{target_id}")
def show_target(request: Request, ws: CurrentWorkspace, caller: Reader, target_id: str) -> Response:
    """Show one target: verdict, course, guardrails, baselines."""
    return _one(request, ws, caller, target_id)


@router.get("/{target_id}/edit")
def edit(request: Request, ws: CurrentWorkspace, _caller: Editor, target_id: str) -> Response:
    """Show a target's form."""
    target = service.get(ws, target_id)
    return _form(request, ws, showing.values(target), target=target)


@router.post("/{target_id}/edit")
def change(
    request: Request, ws: CurrentWorkspace, caller: Editor, target_id: str, fields: FormFields
) -> Response:
    """Change a target."""
    old = service.get(ws, target_id)
    try:
        wanted = showing.read(fields, target_id, old.audience)
        if wanted is not None:
            service.change(ws, caller, wanted, now=clock.now())
            return RedirectResponse(f"/targets/{target_id}", 303)
    except RegularsError as error:
        fields.take(error)
    return _form(request, ws, {}, fields, target=old)


@router.post("/{target_id}/baseline")
def freeze(
    request: Request, ws: CurrentWorkspace, caller: Editor, target_id: str, fields: FormFields
) -> Response:
    """Freeze the baseline that ends before the chosen day; without one, now."""
    target = service.get(ws, target_id)
    last = fields.day("last")
    period = None
    if last is not None:
        end = last + timedelta(days=1)
        period = days_between(end - timedelta(days=target.window_days), end, ws.zone)
    try:
        service.freeze_baseline(ws, caller, target_id, now=clock.now(), period=period)
    except RegularsError as error:
        fields.fail("last", say(error.message))
        return _one(request, ws, caller, target_id, fields)
    return RedirectResponse(f"/targets/{target_id}", 303)


@router.post("/{target_id}/retire")
def retire(ws: CurrentWorkspace, caller: Editor, target_id: str) -> Response:
    """Take a target out of force."""
    service.retire(ws, caller, target_id, now=clock.now())
    return RedirectResponse("/targets?done=retired", 303)


def _one(
    request: Request,
    ws: Workspace,
    caller: Principal,
    target_id: str,
    fields: Fields | None = None,
) -> Response:
    now = clock.now()
    judgement = service.judged_one(ws, target_id, now=now, scope=caller.places)
    rows = _months(ws, judgement, caller)
    return page(
        request,
        "targets/target.html",
        title=fill(_("{name}: have we reached it?"), name=say(judgement.target.title)),
        found=judgement,
        history=service.baselines(ws, target_id),
        chart=showing.course(judgement, rows) if rows else None,
        chart_rows=showing.course_rows(judgement, rows),
        may_edit=caller.may(Right.EDIT_TARGETS),
        errors=fields.errors if fields else {},
        showing=showing,
        today=now.astimezone(ws.zone).date(),
    )


def _months(ws: Workspace, judgement: Judged, caller: Principal) -> list[Measured]:
    """Return the target's metric by month over the last year; nothing where it cannot be."""
    if judgement.measured is None or judgement.measured.end is None:
        return []
    last = (judgement.measured.end - timedelta(seconds=1)).astimezone(ws.zone).date()
    period = Period(day_start(add_months(last, -11), ws.zone), judgement.measured.end)
    filters = {name: list(words) for name, words in judgement.target.filters.items()}
    if currency := judgement.measured.slice.get("currency"):
        filters.setdefault("currency", [currency])
    try:
        return metrics.measure(
            ws, judgement.target.metric, period=period, by=["month"], filters=filters,
            scope=caller.places,
        )  # fmt: skip
    except Invalid:
        return []


def _form(
    request: Request,
    ws: Workspace,
    values: dict[str, Any],
    fields: Fields | None = None,
    *,
    target: Target | None = None,
) -> Response:
    shown = {**values, **(fields.raw if fields else {})}
    if fields:
        shown["guardrails"] = fields.choices("guardrails")
    return page(
        request,
        "targets/form.html",
        title=_("Change a target") if target else _("Set a target"),
        status=422 if fields and fields.errors else 200,
        target=target,
        values=shown,
        errors=fields.errors if fields else {},
        options=showing.options(ws),
    )
