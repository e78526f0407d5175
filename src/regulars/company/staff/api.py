"""`/api/v1/staff` and `/api/v1/me`: the accounts, and the caller's own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from regulars.company.access import NO_STORE, CurrentStore, needs, signed_in
from regulars.company.rights.model import RIGHTS, Principal, Right, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.company.staff.model import Staff
from regulars.kit import clock

router = APIRouter(prefix="/api/v1", tags=["staff"])
Known = Annotated[Principal, Depends(signed_in())]
Administrator = Annotated[Principal, Depends(needs(Right.MANAGE_STAFF))]


class MeOut(BaseModel):
    """The caller; `places` lists every place that may be seen, null means all."""

    kind: str
    id: str
    name: str
    role: Role
    rights: list[Right]
    places: list[str] | None


class StaffIn(BaseModel):
    """What can be chosen for an account; `places` null means everywhere."""

    name: str
    role: Role
    places: list[str] | None = None
    language: str | None = None


class NewStaffIn(StaffIn):
    """A new account."""

    login: str = Field(min_length=2)


class StaffOut(StaffIn):
    """An account."""

    id: str
    login: str
    created_at: datetime
    has_password: bool
    disabled: bool


class LinkOut(BaseModel):
    """Where the account's owner sets a password, once."""

    path: str
    expires_in_days: int


@router.get("/me")
def me(caller: Known) -> MeOut:
    """Return who is calling, and what they may do."""
    return MeOut(
        kind=caller.kind,
        id=caller.id,
        name=caller.name,
        role=caller.role,
        rights=sorted(right for right in RIGHTS[caller.role] if caller.may(right)),
        places=None if caller.places is None else sorted(caller.places),
    )


@router.get("/staff")
def all_staff(store: CurrentStore, _caller: Administrator) -> list[StaffOut]:
    """Return all accounts by name."""
    return [_out(account) for account in staff.everyone(store)]


@router.post("/staff", status_code=201)
def add(store: CurrentStore, caller: Administrator, new: NewStaffIn) -> StaffOut:
    """Add an account; ask for a link to give it its first password."""
    return _out(staff.add(store, caller, **new.model_dump(), now=clock.now()))


@router.put("/staff/{staff_id}")
def change(store: CurrentStore, caller: Administrator, staff_id: str, wanted: StaffIn) -> StaffOut:
    """Give an account this name, role, places and language."""
    return _out(staff.change(store, caller, staff_id, **wanted.model_dump()))


@router.post("/staff/{staff_id}/disable", status_code=204)
def disable(store: CurrentStore, caller: Administrator, staff_id: str) -> None:
    """Disable an account and sign it out."""
    staff.disable(store, caller, staff_id, clock.now())


@router.post("/staff/{staff_id}/enable", status_code=204)
def enable(store: CurrentStore, caller: Administrator, staff_id: str) -> None:
    """Enable a disabled account."""
    staff.enable(store, caller, staff_id)


@router.post("/staff/{staff_id}/sign-out", status_code=204)
def sign_out(store: CurrentStore, caller: Administrator, staff_id: str) -> None:
    """Sign an account out of all sessions."""
    sign_in.sign_out_everywhere(store, caller, staff_id, clock.now())


@router.post("/staff/{staff_id}/password-link", status_code=201)
def password_link(
    store: CurrentStore, caller: Administrator, staff_id: str, response: Response
) -> LinkOut:
    """Create a one-time address where the account's owner sets a password."""
    response.headers.update(NO_STORE)
    code = sign_in.password_link(store, caller, staff_id, clock.now())
    return LinkOut(path=sign_in.link_path(code), expires_in_days=sign_in.LINK_DAYS)


def _out(account: Staff) -> StaffOut:
    return StaffOut(
        id=account.id,
        login=account.login,
        name=account.name,
        role=account.role,
        places=None if account.chosen is None else sorted(account.chosen),
        language=account.language,
        created_at=account.created_at,
        has_password=account.password_changed_at is not None,
        disabled=account.disabled_at is not None,
    )
