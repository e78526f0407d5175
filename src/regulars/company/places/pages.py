"""The tree as a file, and as it was in an older version."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response

from regulars.company.access import CurrentStore, needs
from regulars.company.places import files, service
from regulars.company.places.resource import COLUMNS
from regulars.company.rights.model import Principal, Right
from regulars.faces.columns import written
from regulars.faces.declared.model import Asked
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock

router = APIRouter(prefix="/places", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]


@router.get("/file")
def file_of(store: CurrentStore, caller: Reader) -> Response:
    """Give what the caller sees as a TOML file."""
    words = files.render(place for _depth, place in service.visible(store, caller.places).walk())
    told = {"Content-Disposition": 'attachment; filename="places.toml"'}
    return PlainTextResponse(words, headers=told, media_type="application/toml")


@router.get("/versions/{version}")
def version_of(request: Request, store: CurrentStore, caller: Editor, version: int) -> Response:
    """Show the tree as it was."""
    asked = Asked(store, caller, clock.now())
    rows = list(service.tree_at(store, version).walk())
    as_it_was = (replace(COLUMNS[0], href=None), *COLUMNS[1:])
    columns, cells = written(as_it_was, rows, asked)
    return page(
        request,
        "places/version.html",
        title=_("The places in version {n}").format(n=version),
        columns=columns,
        rows=cells,
        version=version,
        newest=service.current(store)[0],
    )
