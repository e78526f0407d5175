"""`/api/v1/me`: who is calling."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from regulars.company.access import signed_in
from regulars.company.rights.model import RIGHTS, Principal, Right, Role

router = APIRouter(prefix="/api/v1", tags=["staff"])
Known = Annotated[Principal, Depends(signed_in())]


class MeOut(BaseModel):
    """The caller; `places` lists every place that may be seen, null means all."""

    kind: str
    id: str
    name: str
    role: Role
    rights: list[Right]
    places: list[str] | None


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
