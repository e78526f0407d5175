"""How many words are not known, as a piece of other pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.layout import page
from regulars.listen.adoption import service
from regulars.timeline.current import CurrentWorkspace

router = APIRouter(prefix="/sources/words", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]


@router.get("/count")
def count(request: Request, ws: CurrentWorkspace, _caller: Reader) -> Response:
    """Give how many words are not known."""
    found = service.unknown(ws)
    return page(request, "adoption/_count.html", title="", count=len(found), first=found[:3])
