"""`/api/v1/places`: the organisation tree."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from regulars.company.access import CurrentStore, needs
from regulars.company.places import files, service
from regulars.company.places.model import Kind, Place, Tree
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


class PlaceOut(PlaceIn):
    """A place."""

    id: str


class VersionOut(BaseModel):
    """One state of the tree."""

    version: int
    at: datetime
    by: str
    verb: str
    subject: str


class TreeOut(BaseModel):
    """The places that the caller sees, parents before what lies below them."""

    version: int
    places: list[PlaceOut]


class AdoptIn(BaseModel):
    """Places to take into the tree, each named by its id."""

    ids: list[str]
    parent: str | None = None
    kind: Kind = Kind.STORE


class ChangedOut(BaseModel):
    """The version that a change made; the same as before when nothing changed."""

    version: int


@router.get("")
def tree(store: CurrentStore, caller: Reader) -> TreeOut:
    """Return the tree as it is now, as far as the caller sees it."""
    version, _whole = service.current(store)
    return TreeOut(version=version, places=_places(service.visible(store, caller.places)))


@router.get("/versions")
def versions(store: CurrentStore, _caller: Editor) -> list[VersionOut]:
    """Return the versions, the newest first."""
    return [
        VersionOut(version=one.number, at=one.at, by=one.by, verb=one.verb, subject=one.subject)
        for one in service.versions(store)
    ]


@router.get("/versions/{version}")
def version_of(store: CurrentStore, _caller: Editor, version: int) -> TreeOut:
    """Return the tree of an older version."""
    return TreeOut(version=version, places=_places(service.tree_at(store, version)))


@router.post("/versions/{version}/restore")
def restore(store: CurrentStore, caller: Editor, version: int, base: Base = None) -> ChangedOut:
    """Restore that version of the tree, as a new version."""
    made = service.restore(store, caller, version, now=clock.now(), base=base)
    return ChangedOut(version=made)


@router.get("/file", response_class=PlainTextResponse)
def file_of(store: CurrentStore, caller: Reader) -> str:
    """Return what the caller sees as a TOML file."""
    seen = service.visible(store, caller.places)
    return files.render(place for _depth, place in seen.walk())


@router.post("/adopt")
def adopt(store: CurrentStore, caller: Editor, wanted: AdoptIn) -> ChangedOut:
    """Add places that only events name to the tree."""
    made = service.adopt(
        store, caller, wanted.ids, now=clock.now(), parent=wanted.parent, kind=wanted.kind
    )
    return ChangedOut(version=made)


@router.put("/{place_id}")
def put(
    store: CurrentStore, caller: Editor, place_id: str, wanted: PlaceIn, base: Base = None
) -> ChangedOut:
    """Add a place, or give the one with this id these values."""
    name = files.name_of(wanted.name.en, wanted.name.zh, place_id)
    place = Place(place_id, name, wanted.kind, wanted.parent, wanted.opened_on, wanted.closed_on)
    return ChangedOut(version=service.put(store, caller, place, now=clock.now(), base=base))


@router.delete("/{place_id}")
def remove(store: CurrentStore, caller: Editor, place_id: str, base: Base = None) -> ChangedOut:
    """Remove a place; places below it move up. Events keep its id."""
    return ChangedOut(version=service.remove(store, caller, place_id, now=clock.now(), base=base))


def _places(seen: Tree) -> list[PlaceOut]:
    return [
        PlaceOut(
            id=place.id,
            name=NameIn(en=place.name.en, zh=place.name.zh),
            kind=place.kind,
            parent=place.parent,
            opened_on=place.opened_on,
            closed_on=place.closed_on,
        )
        for _depth, place in seen.walk()
    ]
