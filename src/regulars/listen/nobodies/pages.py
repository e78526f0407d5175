"""The page of values that name nobody: the list, its edits, and where they were met."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import FormFields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.listen.nobodies import service
from regulars.listen.nobodies.model import KIND_NAMES, ORIGINS, SHAPES
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.listed import LONGEST
from regulars.timeline.workspace import Workspace

router = APIRouter(prefix="/nobody", include_in_schema=False)
navigation = [
    NavItem(
        Text("Ignored identifiers", "忽略的标识"), "/nobody", Section.LISTEN, 14, Right.READ_SOURCES
    )
]
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]


@router.get("")
def overview(request: Request, ws: CurrentWorkspace, caller: Reader, done: str = "") -> Response:
    """Show the list."""
    return _page(request, ws, caller, done=done)


@router.post("")
def change(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Let a value name nobody, or somebody again."""
    act = service.remove if fields.text("act") == "remove" else service.add
    kind = fields.choice("kind", KIND_NAMES, required=True)
    word = fields.text("word", required=True, most=LONGEST)
    try:
        if kind and word and fields.ok:
            act(ws, caller, kind, word, now=clock.now())
            return RedirectResponse("/nobody?done=changed", 303)
    except RegularsError as error:
        fields.take(error)
    return _page(request, ws, caller, errors=fields.errors, typed=fields.raw, status=422)


def _page(request: Request, ws: Workspace, caller: Principal, **more: Any) -> Response:
    told = service.overview(ws, now=clock.now())
    shipped = [one for one in told.words if one.origin == "shipped"]
    return page(
        request,
        "nobodies/list.html",
        source=adoption.naming(ws, Kind.SOURCE),
        title=_("Which values stand for no customer?"),
        told=told,
        own=[one for one in told.words if one.origin != "shipped"],
        shipped=[
            (kind, [one.word for one in words])
            for kind, words in groupby(shipped, key=lambda one: one.kind)
        ],
        kinds=[(kind, say(name)) for kind, name in KIND_NAMES.items()],
        kind_names=KIND_NAMES,
        origins=ORIGINS,
        shapes=SHAPES,
        may_edit=caller.may(Right.EDIT_CATALOG),
        **{"done": "", "errors": {}, "typed": {}, **more},
    )
