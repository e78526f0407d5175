"""`/api/v1/audiences`: conditions, sizes, members, and how audiences answer."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.options import Options
from regulars.understand.audiences import service
from regulars.understand.audiences.analysis import ANALYSIS, plain_one
from regulars.understand.audiences.fields import FIELDS
from regulars.understand.audiences.model import Draft
from regulars.understand.findings.model import enveloped

router = APIRouter(prefix="/api/v1", tags=["audiences"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


class Condition(BaseModel):
    """A condition over the customer table, as SQL after WHERE."""

    where: str = Field(min_length=1)


class AudienceIn(Condition):
    """An audience to make or change."""

    name: str = Field(min_length=1)
    note: str = ""

    def draft(self) -> Draft:
        """Return it for the service."""
        return Draft(self.name, self.where, self.note)


@router.get("/audiences/fields", summary="Fields for conditions")
def fields(_ws: CurrentWorkspace, _caller: Reader) -> list[dict[str, Any]]:
    """Return every field with its kind, meaning, allowed operators and possible values."""
    return [
        {**msgspec.to_builtins(one), "operators": list(one.operators)} for one in FIELDS.values()
    ]


@router.post("/audiences/preview", summary="Size, value and scores of a condition")
def preview(ws: CurrentWorkspace, caller: Reader, body: Condition) -> dict[str, Any]:
    """Return what a condition would give, without saving it."""
    condition = service.read(body.where)
    told = service.preview(ws, caller.places, condition, now=clock.now())
    return {"where": service.write(condition), **msgspec.to_builtins(told)}


@router.post("/audiences", status_code=201, summary="Create an audience")
def add(ws: CurrentWorkspace, caller: Editor, body: AudienceIn) -> dict[str, Any]:
    """Create an audience; its members are written to the timeline by the next refresh."""
    made: dict[str, Any] = msgspec.to_builtins(
        service.add(ws, caller, body.draft(), now=clock.now())
    )
    return made


@router.get("/audiences/{key}", summary="One audience")
def audience(ws: CurrentWorkspace, caller: Reader, key: str) -> dict[str, Any]:
    """Return an audience with its numbers and versions."""
    one, options = service.get(ws, key), Options(scope=caller.places)
    view = analyses.answered(ws, ANALYSIS, options, now=clock.now())
    assert view.found is not None
    told = {**plain_one(view, one), "versions": service.versions(ws, one.key)}
    return enveloped(view.found, told)


@router.put("/audiences/{key}", summary="Create a new version of an audience")
def change(ws: CurrentWorkspace, caller: Editor, key: str, body: AudienceIn) -> dict[str, Any]:
    """Change an audience; the old version stays readable."""
    made: dict[str, Any] = msgspec.to_builtins(
        service.change(ws, caller, key, body.draft(), now=clock.now())
    )
    return made


@router.delete("/audiences/{key}", status_code=204, summary="Deactivate an audience")
def retire(ws: CurrentWorkspace, caller: Editor, key: str) -> Response:
    """Deactivate an audience; its members leave it on the timeline."""
    service.retire(ws, caller, key, now=clock.now())
    return Response(status_code=204)
