"""What the words of order statuses mean: a list that users edit."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import FormFields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.listen.statuses import service
from regulars.listen.statuses.model import LONGEST, TITLES, Standing
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace

router = APIRouter(prefix="/sources/statuses", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]


@router.get("")
def overview(
    request: Request, ws: CurrentWorkspace, caller: Reader, word: str = "", done: str = ""
) -> Response:
    """Show the list, with `word` filled in where an import met one that nobody mapped."""
    return _page(request, ws, caller, typed={"word": word}, done=done)


@router.post("")
def change(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Let a word mean something, or take the workspace's meaning back."""
    back = fields.text("act") == "reset"
    word = fields.text("word", required=True, most=LONGEST)
    meaning = None if back else fields.choice("meaning", list(Standing), required=True)
    try:
        if word and fields.ok:
            if back:
                service.reset(ws, caller, word)
            elif meaning:
                service.set_meaning(ws, caller, word, meaning, now=clock.now())
            return RedirectResponse("/sources/statuses?done=changed", 303)
    except RegularsError as error:
        fields.take(error)
    return _page(request, ws, caller, errors=fields.errors, typed=fields.raw, status=422)


def _page(request: Request, ws: Workspace, caller: Principal, **more: Any) -> Response:
    words = service.overview(ws)
    return page(
        request,
        "statuses/list.html",
        title=_("What do order statuses mean?"),
        own=[one for one in words if one.changed_at is not None],
        shipped=[
            (
                meaning,
                [one.word for one in words if one.changed_at is None and one.meaning is meaning],
            )
            for meaning in Standing
        ],
        titles=TITLES,
        meanings=[(meaning.value, say(title)) for meaning, title in TITLES.items()],
        may_edit=caller.may(Right.EDIT_CATALOG),
        **{"done": "", "errors": {}, "typed": {}, **more},
    )
