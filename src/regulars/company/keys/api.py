"""`/api/v1/keys`: make, list and revoke keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from regulars.company.access import NO_STORE, CurrentStore, needs
from regulars.company.keys import service
from regulars.company.keys.model import KeyRow, WriteKey
from regulars.company.rights.model import Principal, Right, Role
from regulars.kit import clock

router = APIRouter(prefix="/api/v1/keys", tags=["keys"])
Keeper = Annotated[Principal, Depends(needs(Right.MANAGE_KEYS))]
Actor = Literal["customer", "partner", "staff", "system"]


class WriteKeyIn(BaseModel):
    """A key with which a system sends events of these actors, marked with this source."""

    name: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=100)
    actors: list[Actor] = ["customer"]


class ApiKeyIn(BaseModel):
    """A key with which a program asks and acts; `places` null means everywhere."""

    name: str = Field(min_length=1, max_length=200)
    role: Role
    places: list[str] | None = None


class KeyOut(BaseModel):
    """A key; `source` and `actors` of a write key, `role` and `places` of an API key."""

    id: str
    kind: str
    name: str
    prefix: str
    source: str | None = None
    actors: list[str] | None = None
    role: Role | None = None
    places: list[str] | None = None
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    """A new key with its secret, which is told this once."""

    secret: str


@router.get("")
def all_keys(store: CurrentStore, _caller: Keeper) -> list[KeyOut]:
    """Return all keys, revoked ones last; secrets are not stored."""
    return [_out(key) for key in service.all_keys(store)]


@router.post("/write", status_code=201)
def add_write_key(
    store: CurrentStore, caller: Keeper, new: WriteKeyIn, response: Response
) -> NewKeyOut:
    """Create a write key."""
    response.headers.update(NO_STORE)
    key, secret = service.add_write_key(store, caller, **new.model_dump(), now=clock.now())
    return NewKeyOut(**_out(key).model_dump(), secret=secret)


@router.post("/api", status_code=201)
def add_api_key(
    store: CurrentStore, caller: Keeper, new: ApiKeyIn, response: Response
) -> NewKeyOut:
    """Create an API key."""
    response.headers.update(NO_STORE)
    key, secret = service.add_api_key(store, caller, **new.model_dump(), now=clock.now())
    return NewKeyOut(**_out(key).model_dump(), secret=secret)


@router.delete("/{key_id}", status_code=204)
def revoke(store: CurrentStore, caller: Keeper, key_id: str) -> None:
    """Revoke a key permanently."""
    service.revoke(store, caller, key_id, clock.now())


def _out(key: KeyRow) -> KeyOut:
    grants = key.grants
    told = KeyOut(
        id=key.id,
        kind=key.kind,
        name=key.name,
        prefix=key.prefix,
        created_at=key.created_at,
        created_by=key.created_by,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
    if isinstance(grants, WriteKey):
        return told.model_copy(update={"source": grants.source, "actors": sorted(grants.actors)})
    places = None if grants.chosen is None else sorted(grants.chosen)
    return told.model_copy(update={"role": grants.role, "places": places})
