"""The catalog: looked at, edited by form or file, and as it was."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.catalog import editing, service
from regulars.listen.catalog.model import AREA_TITLES, PHASE_TITLES, Catalog, Touchpoint
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace

router = APIRouter(prefix="/catalog", include_in_schema=False)
navigation = [
    NavItem(Text("Touchpoints", "触点管理"), "/catalog", Section.LISTEN, 40, Right.READ_NUMBERS)
]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
Base = Annotated[int, Form()]
MAX_BYTES = 1_000_000
TABLE = (
    Text("Stage", "阶段"),
    Text("Key", "标识"),
    Text("Touchpoint", "触点"),
    Text("Responsible area", "责任领域"),
    Text("Owner", "负责人"),
    Text("Channels", "渠道"),
    Text("Expected order", "预期顺序"),
    Text("Weight", "权重"),
    Text("Events", "事件"),
)


@router.get("")
def overview(request: Request, ws: CurrentWorkspace, caller: Reader, done: str = "") -> Response:
    """Show stages and touchpoints."""
    catalog = service.current(ws)
    if kind := files.asked(request):
        return files.send(request, kind, "catalog", TABLE, _rows(catalog))
    return page(
        request,
        "catalog/catalog.html",
        title=_("Which touchpoints make up our journey?"),
        catalog=catalog,
        areas=AREA_TITLES,
        phases=PHASE_TITLES,
        rules_words=editing.rules_words,
        may_edit=caller.may(Right.EDIT_CATALOG),
        done=done,
    )


def _rows(catalog: Catalog) -> list[list[Any]]:
    return [
        [
            point.stage,
            point.key,
            say(point.title),
            say(AREA_TITLES[point.area]),
            say(point.owner) if point.owner else None,
            ", ".join(point.channels),
            point.order,
            point.weight,
            editing.rules_text(point.events),
        ]
        for point in catalog.touchpoints
    ]


@router.get("/new")
def new(request: Request, ws: CurrentWorkspace, _caller: Editor, name: str = "") -> Response:
    """Offer an empty form, or one that adopts the events of that name."""
    return _form(request, ws, None, editing.fresh(service.current(ws), name.strip()[:120]))


@router.post("/new")
def add(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Add a touchpoint."""
    return _put(request, ws, caller, None, fields)


@router.get("/touchpoints/{key}")
def one(request: Request, ws: CurrentWorkspace, _caller: Editor, key: str) -> Response:
    """Show a touchpoint's form."""
    point = service.touchpoint(ws, key)
    return _form(request, ws, point, editing.shown(point))


@router.post("/touchpoints/{key}")
def change(
    request: Request, ws: CurrentWorkspace, caller: Editor, key: str, fields: FormFields
) -> Response:
    """Change a touchpoint."""
    return _put(request, ws, caller, service.touchpoint(ws, key), fields)


@router.post("/touchpoints/{key}/remove")
def remove(ws: CurrentWorkspace, caller: Editor, key: str, base: Base) -> Response:
    """Take a touchpoint out; its events stay."""
    reason = _("removed {key}").format(key=key)
    service.remove_touchpoint(ws, key, caller, reason=reason, now=clock.now(), based_on=base)
    return RedirectResponse("/catalog?done=removed", 303)


@router.get("/stages")
def stages(request: Request, ws: CurrentWorkspace, _caller: Editor) -> Response:
    """Show the table of stages."""
    return _stages_form(request, ws)


@router.post("/stages")
def change_stages(
    request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields
) -> Response:
    """Change, reorder, add or remove stages."""
    found = editing.read_stages(fields, service.current(ws))
    try:
        if fields.ok:
            base, reason = fields.whole("base") or 0, fields.text("reason") or ""
            now = clock.now()
            service.put_stages(ws, found, caller, reason=reason, now=now, based_on=base)
    except RegularsError as error:
        fields.take(error)
    if not fields.ok:
        return _stages_form(request, ws, fields)
    return RedirectResponse("/catalog?done=kept", 303)


@router.get("/file")
def file_of(ws: CurrentWorkspace, _caller: Reader) -> Response:
    """Give the catalog as a TOML file."""
    told = {"Content-Disposition": 'attachment; filename="catalog.toml"'}
    return PlainTextResponse(service.export(ws), headers=told, media_type="application/toml")


@router.get("/text")
def text(request: Request, ws: CurrentWorkspace, _caller: Editor, default: str = "") -> Response:
    """Show the whole catalog as text to edit, or a default to begin with."""
    document = service.default_document(service.default_kind(default)) if default else None
    return _text_form(request, ws, document or service.export(ws))


@router.post("/text")
def change_text(
    request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields
) -> Response:
    """Take the text, or the file sent instead, as the new catalog."""
    sent = fields.file("file")
    document = fields.text("document", most=MAX_BYTES) or ""
    if sent is not None:
        document = sent.file.read(MAX_BYTES).decode("utf-8", "replace")
    reason, base = fields.text("reason", required=True) or "", fields.whole("base")
    try:
        if fields.ok:
            service.save(ws, document, caller, reason=reason, now=clock.now(), based_on=base)
    except RegularsError as error:
        fields.take(error)
    if not fields.ok:
        return _text_form(request, ws, document, fields)
    return RedirectResponse("/catalog?done=kept", 303)


@router.get("/versions")
def versions(request: Request, ws: CurrentWorkspace, _caller: Editor) -> Response:
    """List who changed the catalog when and why."""
    return page(
        request,
        "catalog/versions.html",
        title=_("How has the catalog changed?"),
        versions=service.versions(ws),
        newest=service.current(ws).version,
    )


@router.get("/versions/{number}")
def version_of(request: Request, ws: CurrentWorkspace, _caller: Editor, number: int) -> Response:
    """Show the catalog as it was."""
    return page(
        request,
        "catalog/version.html",
        title=_("Catalog, version {n}").format(n=number),
        document=service.export(ws, number),
        changes=service.changes(ws, number) if number else [],
        number=number,
        newest=service.current(ws).version,
    )


@router.post("/versions/{number}/restore")
def restore(ws: CurrentWorkspace, caller: Editor, number: int) -> Response:
    """Make an older version the newest again."""
    service.restore(ws, number, caller, now=clock.now())
    return RedirectResponse("/catalog?done=restored", 303)


def _put(
    request: Request,
    ws: Workspace,
    caller: Principal,
    before: Touchpoint | None,
    fields: Fields,
) -> Response:
    point = editing.read(fields, service.current(ws), before)
    reason = fields.text("reason") or _("edited {key}").format(key=point.key)
    base = fields.whole("base") or 0
    try:
        if fields.ok:
            service.put_touchpoint(ws, point, caller, reason=reason, now=clock.now(), based_on=base)
    except RegularsError as error:
        fields.take(error)
    if not fields.ok:
        return _form(request, ws, before, fields.raw, fields)
    return RedirectResponse("/catalog?done=kept", 303)


def _form(
    request: Request,
    ws: Workspace,
    point: Touchpoint | None,
    shown: dict[str, Any],
    fields: Fields | None = None,
) -> Response:
    catalog = service.current(ws)
    return page(
        request,
        "catalog/edit.html",
        title=point.title if point else _("Add a touchpoint"),
        status=422 if fields else 200,
        point=point,
        shown={**dict.fromkeys(editing.FIELDS, ""), **shown},
        errors=fields.errors if fields else {},
        base=catalog.version,
        stages=[(stage.key, say(stage.title)) for stage in catalog.stages],
        areas=[(area.value, say(title)) for area, title in AREA_TITLES.items()],
        wholes=[(p.key, say(p.title)) for p in catalog.touchpoints if p.part_of is None],
    )


def _stages_form(request: Request, ws: Workspace, fields: Fields | None = None) -> Response:
    catalog = service.current(ws)
    return page(
        request,
        "catalog/stages.html",
        title=_("Which stages does the journey have?"),
        status=422 if fields else 200,
        catalog=catalog,
        phases=[(phase.value, say(title)) for phase, title in PHASE_TITLES.items()],
        errors=fields.errors if fields else {},
    )


def _text_form(
    request: Request, ws: Workspace, document: str, fields: Fields | None = None
) -> Response:
    flaws = service.check(document)[1] if fields else []
    return page(
        request,
        "catalog/text.html",
        title=_("The catalog as text"),
        status=422 if fields else 200,
        document=document,
        flaws=flaws,
        errors=fields.errors if fields else {},
        base=service.current(ws).version,
    )
