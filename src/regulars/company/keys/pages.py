"""Keys of machines: who may send events, and which programs may ask."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import NO_STORE, CurrentStore, needs
from regulars.company.keys import service
from regulars.company.keys.model import ACTOR_NAMES, KeyRow
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Right, Role
from regulars.company.staff.model import ROLE_HINTS, ROLE_NAMES
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.store.workspace import Store

router = APIRouter(prefix="/keys", include_in_schema=False)
navigation = [
    NavItem(Text("API keys", "API 密钥"), "/keys", Section.COMPANY, 30, Right.MANAGE_KEYS)
]
Keeper = Annotated[Principal, Depends(needs(Right.MANAGE_KEYS))]
ROLES = [role.value for role in Role]


@router.get("")
def all_keys(request: Request, store: CurrentStore, _caller: Keeper, done: str = "") -> Response:
    """List the keys, with forms for new ones."""
    return _page(request, store, done=done)


@router.post("/write")
def add_write_key(
    request: Request, store: CurrentStore, caller: Keeper, fields: FormFields
) -> Response:
    """Make a write key and show its secret, this once."""
    name = fields.text("name", required=True, most=200) or ""
    source = fields.text("source", most=100) or name
    actors = fields.choices("actors", list(ACTOR_NAMES))
    if not fields.ok:
        return _page(request, store, fields, opened="write")
    try:
        made = service.add_write_key(
            store, caller, name=name, source=source, actors=actors, now=clock.now()
        )
    except RegularsError as error:
        fields.take(error)
        return _page(request, store, fields, opened="write")
    return _page(request, store, made=made)


@router.post("/api")
def add_api_key(
    request: Request, store: CurrentStore, caller: Keeper, fields: FormFields
) -> Response:
    """Make an API key and show its secret, this once."""
    name = fields.text("name", required=True, most=200) or ""
    role = Role(fields.choice("role", ROLES, required=True) or Role.ANALYST)
    chosen = fields.choices("places") or None
    if not fields.ok:
        return _page(request, store, fields, opened="api")
    try:
        made = service.add_api_key(
            store, caller, name=name, role=role, places=chosen, now=clock.now()
        )
    except RegularsError as error:  # of the list of places, so of the form as a whole
        fields.fail("", say(error.message))
        return _page(request, store, fields, opened="api")
    return _page(request, store, made=made)


@router.post("/{key_id}/revoke")
def revoke(store: CurrentStore, caller: Keeper, key_id: str) -> Response:
    """Revoke a key permanently."""
    service.revoke(store, caller, key_id, clock.now())
    return RedirectResponse("/keys?done=revoked", 303)


def _page(
    request: Request,
    store: Store,
    fields: Fields | None = None,
    *,
    made: tuple[KeyRow, str] | None = None,
    **more: Any,
) -> Response:
    keys = service.all_keys(store)
    return page(
        request,
        "keys/list.html",
        title=_("Which systems may send and query data?"),
        status=422 if fields else 200,
        headers=NO_STORE,
        write_keys=[key for key in keys if key.kind == "write"],
        api_keys=[key for key in keys if key.kind == "api"],
        made=made[0] if made else None,
        secret=made[1] if made else None,
        typed=fields.raw if fields else {},
        errors=fields.errors if fields else {},
        tree=(whole := places.tree(store)),
        choices=[(one.id, "\u2003" * depth + say(one.name)) for depth, one in whole.walk()],
        roles=[(role.value, ROLE_NAMES[role], ROLE_HINTS[role]) for role in Role],
        role_names=ROLE_NAMES,
        actors=ACTOR_NAMES,
        **{"done": "", "opened": None, **more},
    )
