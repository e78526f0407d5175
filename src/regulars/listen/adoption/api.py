"""`/api/v1/adoption`: words that are not known, taken over, named, undone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.language import say
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.listen.adoption import service
from regulars.listen.adoption.model import LONGEST, Kind
from regulars.timeline.current import CurrentWorkspace

router = APIRouter(prefix="/api/v1/adoption", tags=["catalog"])
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
Word = Annotated[str, Query(min_length=1, max_length=LONGEST, description="The word.")]


class NearOut(BaseModel):
    """A word that is known and near."""

    key: str
    title: str


class UnknownOut(BaseModel):
    """A word of events that is not known."""

    kind: Kind
    value: str
    events: int
    last_at: datetime
    near: list[NearOut]


class AdoptedOut(BaseModel):
    """A word that was taken over (`meant`) or named (`en`, `zh`)."""

    kind: Kind
    value: str
    meant: str | None
    en: str | None
    zh: str | None
    by: str
    at: datetime


class AdoptIn(BaseModel):
    """Take a word over as another (`meant`), or name it in both languages (`en`, `zh`)."""

    kind: Kind
    value: str = Field(min_length=1, max_length=LONGEST)
    meant: str | None = Field(None, max_length=LONGEST)
    en: str = Field("", max_length=LONGEST)
    zh: str = Field("", max_length=LONGEST)
    stage: str | None = Field(None, max_length=100)


@router.get("")
def unknown(
    ws: CurrentWorkspace,
    _caller: Reader,
    kind: Annotated[Kind | None, Query(description="Only words of this kind.")] = None,
) -> list[UnknownOut]:
    """Return words in events that are not recognised, with similar ones."""
    return [
        UnknownOut(
            kind=one.kind,
            value=one.value,
            events=one.events,
            last_at=one.last_at,
            near=[NearOut(key=near.key, title=say(near.title)) for near in one.near],
        )
        for one in service.unknown(ws, kind=kind)
    ]


@router.get("/adopted")
def adopted(ws: CurrentWorkspace, _caller: Reader) -> list[AdoptedOut]:
    """Return the words that were mapped or named, the newest first."""
    return [
        AdoptedOut(
            kind=one.kind,
            value=one.value,
            meant=one.meant,
            en=one.title.en if one.title else None,
            zh=one.title.zh if one.title else None,
            by=one.by,
            at=one.at,
        )
        for one in service.adopted(ws)
    ]


@router.put("", status_code=204)
def adopt(ws: CurrentWorkspace, caller: Editor, wanted: AdoptIn) -> None:
    """Map a word to another, or name it."""
    now = clock.now()
    if wanted.meant is not None:
        service.take_over(ws, caller, wanted.kind, wanted.value, wanted.meant, now=now)
        return
    title = Text(wanted.en or wanted.zh, wanted.zh or wanted.en)
    service.create(ws, caller, wanted.kind, wanted.value, title, now=now, stage=wanted.stage)


@router.delete("", status_code=204)
def undo(ws: CurrentWorkspace, caller: Editor, kind: Kind, value: Word) -> None:
    """Undo a mapping, or remove a name."""
    service.undo(ws, caller, kind, value, now=clock.now())
