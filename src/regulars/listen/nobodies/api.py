"""`/api/v1/nobody`: values that name no customer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.listen.nobodies import service
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.listed import LONGEST

router = APIRouter(prefix="/api/v1/nobody", tags=["people"])
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]


class Change(BaseModel):
    """A value and its kind, `any` for every kind."""

    word: str = Field(min_length=1, max_length=LONGEST)
    kind: Literal["any", "user", "anonymous", "email", "phone", "openid"] = "any"


@router.get("", summary="Values that stand for no customer")
def overview(ws: CurrentWorkspace, _caller: Reader) -> dict[str, Any]:
    """Return the list, which identities it concerns, and what was received recently."""
    return asdict(service.overview(ws, now=clock.now()))


@router.post("/add", summary="Let a value stand for no customer")
def add(ws: CurrentWorkspace, caller: Editor, body: Change) -> dict[str, Any]:
    """Add a value; events that carry it count for no customer from now on, old ones too."""
    return asdict(service.add(ws, caller, body.kind, body.word, now=clock.now()))


@router.post("/remove", summary="Let a value stand for a customer again")
def remove(ws: CurrentWorkspace, caller: Editor, body: Change) -> dict[str, Any]:
    """Take a value out of the list; events kept under it are that customer's again."""
    return asdict(service.remove(ws, caller, body.kind, body.word, now=clock.now()))
