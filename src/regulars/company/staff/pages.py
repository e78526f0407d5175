"""Who works here, and what each may do and see."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import NO_STORE, CurrentStore, needs
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Right, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service
from regulars.company.staff.model import ROLE_HINTS, ROLE_NAMES, Staff
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.text import LANGUAGES, Text
from regulars.store.workspace import Store

router = APIRouter(prefix="/staff", include_in_schema=False)
navigation = [
    NavItem(
        Text("Members and access", "成员与权限"), "/staff", Section.COMPANY, 20, Right.MANAGE_STAFF
    )
]
Administrator = Annotated[Principal, Depends(needs(Right.MANAGE_STAFF))]
ROLES = [role.value for role in Role]


@router.get("")
def everyone(request: Request, store: CurrentStore, _caller: Administrator) -> Response:
    """List the accounts."""
    return page(
        request,
        "staff/list.html",
        title=_("Who has access, and to what?"),
        accounts=service.everyone(store),
        tree=places.tree(store),
        roles=ROLE_NAMES,
    )


@router.get("/new")
def new(request: Request, store: CurrentStore, _caller: Administrator) -> Response:
    """Offer an empty form."""
    return _form(request, store, None)


@router.post("/new")
def add(
    request: Request, store: CurrentStore, caller: Administrator, fields: FormFields
) -> Response:
    """Add an account and show its one-time link."""
    login = fields.text("login", required=True, most=100) or ""
    wanted = _read(fields, store)
    wanted["name"] = wanted["name"] or login
    if not fields.ok:
        return _form(request, store, None, fields)
    try:
        account = service.add(store, caller, login=login, **wanted, now=clock.now())
    except RegularsError as error:
        fields.take(error)
        return _form(request, store, None, fields)
    return _with_link(request, store, caller, account)


@router.get("/{staff_id}")
def one(
    request: Request, store: CurrentStore, _caller: Administrator, staff_id: str, done: str = ""
) -> Response:
    """Show one account."""
    return _form(request, store, service.by_id(store, staff_id), done=done)


@router.post("/{staff_id}")
def change(
    request: Request,
    store: CurrentStore,
    caller: Administrator,
    staff_id: str,
    fields: FormFields,
) -> Response:
    """Give the account what the form says."""
    account = service.by_id(store, staff_id)
    wanted = _read(fields, store)
    if fields.ok:
        try:
            service.change(store, caller, staff_id, **wanted)
        except RegularsError as error:
            fields.take(error)
    if not fields.ok:
        return _form(request, store, account, fields)
    return RedirectResponse(f"/staff/{staff_id}?done=kept", 303)


@router.post("/{staff_id}/link")
def link(request: Request, store: CurrentStore, caller: Administrator, staff_id: str) -> Response:
    """Make a one-time link for a password and show it."""
    return _with_link(request, store, caller, service.by_id(store, staff_id))


@router.post("/{staff_id}/sign-out")
def sign_out(store: CurrentStore, caller: Administrator, staff_id: str) -> Response:
    """End all sessions of the account."""
    sign_in.sign_out_everywhere(store, caller, staff_id, clock.now())
    return RedirectResponse(f"/staff/{staff_id}?done=signed_out", 303)


@router.post("/{staff_id}/disable")
def disable(
    request: Request, store: CurrentStore, caller: Administrator, staff_id: str, fields: FormFields
) -> Response:
    """Close the account."""
    try:
        service.disable(store, caller, staff_id, clock.now())
    except RegularsError as error:
        fields.take(error)
        return _form(request, store, service.by_id(store, staff_id), fields)
    return RedirectResponse(f"/staff/{staff_id}?done=disabled", 303)


@router.post("/{staff_id}/enable")
def enable(store: CurrentStore, caller: Administrator, staff_id: str) -> Response:
    """Open the account again."""
    service.enable(store, caller, staff_id)
    return RedirectResponse(f"/staff/{staff_id}?done=enabled", 303)


def _read(fields: Fields, store: Store) -> dict[str, Any]:
    role = Role(fields.choice("role", ROLES, required=True) or Role.AGENT)
    everywhere = role is Role.ADMIN or fields.choice("where", ["all", "chosen"]) != "chosen"
    return {
        "name": fields.text("name", most=100) or "",
        "role": role,
        "places": None if everywhere else fields.choices("places"),
        "language": fields.choice("language", LANGUAGES),
    }


def _with_link(request: Request, store: Store, caller: Principal, account: Staff) -> Response:
    code = sign_in.password_link(store, caller, account.id, clock.now())
    address = str(request.base_url).rstrip("/") + sign_in.link_path(code)
    return _form(request, store, service.by_id(store, account.id), link=address)


def _form(
    request: Request,
    store: Store,
    account: Staff | None,
    fields: Fields | None = None,
    **more: Any,
) -> Response:
    return page(
        request,
        "staff/edit.html",
        title=account.name if account else _("Add an account"),
        status=422 if fields else 200,
        headers=NO_STORE,
        account=account,
        shown=_shown(account, fields),
        errors=fields.errors if fields else {},
        tree=places.tree(store),
        roles=[(role, ROLE_NAMES[role], ROLE_HINTS[role]) for role in Role],
        link_days=sign_in.LINK_DAYS,
        **{"done": "", "link": None, **more},
    )


def _shown(account: Staff | None, fields: Fields | None) -> dict[str, Any]:
    """Return the form's values: what was typed, else what the account has."""
    if fields is not None and "role" in fields.raw:
        return {
            "login": "", "name": "", "language": "", "where": "all",
            **fields.raw, "chosen": set(fields.choices("places")),
        }  # fmt: skip
    if account is None:
        return {
            "login": "", "name": "", "language": "", "role": Role.AGENT,
            "where": "all", "chosen": set(),
        }  # fmt: skip
    return {
        "login": account.login,
        "name": account.name,
        "language": account.language,
        "role": account.role,
        "where": "all" if account.chosen is None else "chosen",
        "chosen": account.chosen or set(),
    }
