"""`/api/v1/places`: an older tree, the file, and a place as a whole."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from regulars.company.access import CurrentStore, needs
from regulars.company.places import files, service
from regulars.company.places.model import Kind, Place
from regulars.company.places.resource import Changed, TreeFacts, facts
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock

router = APIRouter(prefix="/api/v1/places", tags=["places"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
Base = Annotated[int | None, Query(description="The version that the caller saw.", ge=0)]


class NameIn(BaseModel):
    """A name; a language that is missing is filled from the other."""

    en: str = ""
    zh: str = ""


class PlaceIn(BaseModel):
    """What can be chosen for a place; it is open from `opened_on` until before `closed_on`."""

    name: NameIn
    kind: Kind = Kind.STORE
    parent: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None


class AdoptIn(BaseModel):
    """Places to take into the tree, each named by its id."""

    ids: list[str]
    parent: str | None = None
    kind: Kind = Kind.STORE


@router.get("/versions/{version}")
def version_of(store: CurrentStore, _caller: Editor, version: int) -> TreeFacts:
    """Return the tree of an older version."""
    return TreeFacts(version, facts(service.tree_at(store, version)))


@router.get("/file", response_class=PlainTextResponse)
def file_of(store: CurrentStore, caller: Reader) -> str:
    """Return what the caller sees as a TOML file."""
    seen = service.visible(store, caller.places)
    return files.render(place for _depth, place in seen.walk())


@router.post("/adopt")
def adopt(store: CurrentStore, caller: Editor, wanted: AdoptIn) -> Changed:
    """Add places that only events name to the tree."""
    made = service.adopt(
        store, caller, wanted.ids, now=clock.now(), parent=wanted.parent, kind=wanted.kind
    )
    return Changed(made)


@router.put("/{place_id}")
def put(
    store: CurrentStore, caller: Editor, place_id: str, wanted: PlaceIn, base: Base = None
) -> Changed:
    """Add a place, or give the one with this id these values."""
    name = files.name_of(wanted.name.en, wanted.name.zh, place_id)
    place = Place(place_id, name, wanted.kind, wanted.parent, wanted.opened_on, wanted.closed_on)
    return Changed(service.put(store, caller, place, now=clock.now(), base=base))
