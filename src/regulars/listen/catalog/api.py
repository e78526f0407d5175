"""`/api/v1/catalog`: stages and touchpoints, their versions, and what the events hold."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Depends, Query
from fastapi.responses import PlainTextResponse

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.listen.catalog import service
from regulars.timeline.current import CurrentWorkspace

router = APIRouter(prefix="/api/v1/catalog", tags=["catalog"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
Toml = Annotated[str, Body(media_type="application/toml", description="The catalog as TOML.")]


@router.get("", summary="The current catalog")
def catalog(ws: CurrentWorkspace, _caller: Reader) -> dict[str, Any]:
    """Return stages and touchpoints with their rules, and the version's number."""
    found: dict[str, Any] = msgspec.to_builtins(service.current(ws))
    return found


@router.get("/toml", summary="The catalog as TOML", response_class=PlainTextResponse)
def toml(
    ws: CurrentWorkspace,
    _caller: Reader,
    version: Annotated[int | None, Query(ge=0, description="0 is the default.")] = None,
) -> str:
    """Return the document of a version, as it was written."""
    return service.export(ws, version)


@router.put("/toml", summary="Replace the catalog")
def replace(
    ws: CurrentWorkspace,
    caller: Editor,
    document: Toml,
    reason: Annotated[str, Query(min_length=1)],
    based_on: Annotated[int | None, Query(ge=0)] = None,
) -> dict[str, int]:
    """Make a TOML document the current catalog; every flaw is named with line and field."""
    made = service.save(ws, document, caller, reason=reason, now=clock.now(), based_on=based_on)
    return {"version": made.version}


@router.post("/check", summary="Check a catalog")
def check(_caller: Reader, document: Toml) -> dict[str, Any]:
    """Return everything that is wrong with a document; nothing is saved."""
    return {"flaws": msgspec.to_builtins(service.check(document)[1])}


@router.get("/versions", summary="All versions")
def versions(ws: CurrentWorkspace, _caller: Reader) -> list[dict[str, Any]]:
    """Return who changed the catalog when and why, the newest first."""
    return [
        {"number": v.number, "made_at": v.made_at, "made_by": v.made_by, "reason": v.reason}
        for v in service.versions(ws)
    ]


@router.post("/versions/{number}/restore", summary="Restore a version")
def restore(ws: CurrentWorkspace, caller: Editor, number: int) -> dict[str, int]:
    """Make an older version the newest again."""
    return {"version": service.restore(ws, number, caller, now=clock.now()).version}
