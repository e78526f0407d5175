"""Words that came in and are not known: taken over or named with one click."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.adoption import service
from regulars.listen.adoption.model import FOLDED, KIND_TITLES, Kind
from regulars.listen.catalog import service as catalog
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace

router = APIRouter(prefix="/sources/words", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]


@router.get("")
def overview(request: Request, ws: CurrentWorkspace, caller: Reader) -> Response:
    """List the words that are not known, with those that are near."""
    return _overview(request, ws, caller)


@router.get("/count")
def count(request: Request, ws: CurrentWorkspace, _caller: Reader) -> Response:
    """Give how many words are not known, as a piece of another page."""
    found = service.unknown(ws)
    return page(request, "adoption/_count.html", title="", count=len(found), first=found[:3])


@router.post("")
def adopt(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Take a word over, name it, or undo that."""
    try:
        _act(ws, caller, fields)
    except RegularsError as error:
        fields.take(error)
    if not fields.ok:
        return _overview(request, ws, caller, fields)
    return RedirectResponse(f"/sources/words?done={fields.text('act') or 'taken'}", 303)


def _act(ws: Workspace, caller: Principal, fields: Fields) -> None:
    kind = Kind(fields.choice("kind", [one.value for one in Kind], required=True) or Kind.NAME)
    value = fields.raw.get("value", "")  # as it came, with the blanks at its ends
    now, act = clock.now(), fields.text("act")
    if not fields.ok:
        return
    if act == "undone":
        service.undo(ws, caller, kind, value, now=now)
    elif act == "named":
        en, zh = fields.text("en") or "", fields.text("zh") or ""
        title = Text(en or zh, zh or en)
        service.create(ws, caller, kind, value, title, now=now, stage=fields.text("stage"))
    else:
        meant = fields.text("meant", required=True) or ""
        service.take_over(ws, caller, kind, value, meant, now=now)


def _overview(
    request: Request, ws: Workspace, caller: Principal, fields: Fields | None = None
) -> Response:
    unknown = service.unknown(ws)
    knowns = {kind: service.knowns(ws, kind) for kind in FOLDED}
    return page(
        request,
        "adoption/words.html",
        title=_("Which words are not recognised yet?"),
        groups=[(kind, list(words)) for kind, words in groupby(unknown, key=lambda one: one.kind)],
        knowns=knowns,
        names={(kind, one.key): one.title for kind, some in knowns.items() for one in some},
        adopted=service.adopted(ws),
        titles=KIND_TITLES,
        folded=FOLDED,
        stages=catalog.current(ws).stages,
        may_edit=caller.may(Right.EDIT_CATALOG),
        error=next(iter(fields.errors.values()), None) if fields else None,
        done=request.query_params.get("done", ""),
        status=422 if fields else 200,
    )
