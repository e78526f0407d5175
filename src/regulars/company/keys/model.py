"""Keys of machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from regulars.company.rights.model import Role
from regulars.kit.text import Text

Kind = Literal["write", "api"]
PREFIX: dict[Kind, str] = {"write": "rw_", "api": "ra_"}
"""How each kind's secret begins, so that a leaked one is recognised."""


@dataclass(frozen=True, slots=True)
class WriteKey:
    """May send events: they get `source`, and may only claim one of `actors`."""

    id: str
    name: str
    source: str
    actors: frozenset[str]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """May call the API with `role`, within `chosen` places (None: everywhere)."""

    id: str
    name: str
    role: Role
    chosen: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as it is listed; the secret itself is not kept anywhere."""

    id: str
    kind: Kind
    name: str
    prefix: str
    grants: WriteKey | ApiKey
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None


ACTOR_NAMES: dict[str, Text] = {
    "customer": Text("customers", "客户"),
    "staff": Text("our staff", "员工"),
    "system": Text("our systems", "系统"),
    "partner": Text("partners", "合作伙伴"),
}
"""Who an event may be of; a write key is told which of these it may claim."""
