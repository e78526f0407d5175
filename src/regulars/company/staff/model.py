"""A member of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.company.rights.model import Role
from regulars.kit.text import Language, Text

ROLE_NAMES: dict[Role, Text] = {
    Role.ADMIN: Text("Administrator", "管理员"),
    Role.MANAGER: Text("Manager", "经理"),
    Role.ANALYST: Text("Analyst", "分析师"),
    Role.AGENT: Text("Agent", "客服"),
}


@dataclass(frozen=True, slots=True)
class Staff:
    """An account. `chosen` are the places given by an administrator; None means everywhere."""

    id: str
    login: str
    name: str
    role: Role
    chosen: frozenset[str] | None
    language: Language | None
    created_at: datetime
    password_changed_at: datetime | None
    disabled_at: datetime | None
