"""Roles, rights and the caller of a request; pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from regulars.kit.errors import NotAllowed
from regulars.kit.text import Text


class Right(StrEnum):
    """One thing a person may do."""

    READ_NUMBERS = "read_numbers"  # metrics, journeys, health, targets
    READ_PEOPLE = "read_people"  # one customer's timeline, search, words with their author
    READ_SOURCES = "read_sources"  # imports, rejects, receipts, freshness
    IMPORT = "import"  # bring in files, undo an import
    EDIT_CATALOG = "edit_catalog"  # stages, touchpoints, places
    EDIT_TARGETS = "edit_targets"
    EDIT_PEOPLE = "edit_people"  # link, unlink, correct a profile
    ERASE_PEOPLE = "erase_people"
    EXPORT = "export"
    MANAGE_STAFF = "manage_staff"
    MANAGE_KEYS = "manage_keys"
    READ_AUDIT = "read_audit"
    EDIT_SETTINGS = "edit_settings"


class Role(StrEnum):
    """What a member of staff is to the workspace."""

    ADMIN = "admin"
    MANAGER = "manager"
    ANALYST = "analyst"
    AGENT = "agent"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.MANAGER: frozenset(
        {
            Right.READ_NUMBERS,
            Right.READ_PEOPLE,
            Right.READ_SOURCES,
            Right.EDIT_CATALOG,
            Right.EDIT_TARGETS,
            Right.EDIT_PEOPLE,
            Right.EXPORT,
        }
    ),
    Role.ANALYST: frozenset(
        {Right.READ_NUMBERS, Right.READ_SOURCES, Right.IMPORT, Right.EXPORT, Right.EDIT_CATALOG}
    ),
    Role.AGENT: frozenset({Right.READ_PEOPLE, Right.EDIT_PEOPLE}),
}

COMPANY_WIDE = frozenset(
    {
        Right.READ_SOURCES,
        Right.IMPORT,
        Right.EDIT_CATALOG,
        Right.EDIT_TARGETS,
        Right.ERASE_PEOPLE,
        Right.MANAGE_STAFF,
        Right.MANAGE_KEYS,
        Right.READ_AUDIT,
        Right.EDIT_SETTINGS,
    }
)
"""Rights over things that belong to no single place: nobody bound to places has them."""

Scope = frozenset[str] | None
"""Ids of the places whose events may be seen, sub-places included; None means all."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: a member of staff, an API key, or the person at this machine's shell."""

    kind: Literal["staff", "key", "shell"]
    id: str
    name: str
    role: Role
    places: Scope = None
    language: str | None = None

    def may(self, right: Right) -> bool:
        """Tell whether the caller's role and places give `right`."""
        if self.places is not None and right in COMPANY_WIDE:
            return False
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raise NotAllowed unless the caller has `right`."""
        if not self.may(right):
            raise NotAllowed(
                "rights.missing",
                Text(
                    "Your account may not do this; ask an administrator.",
                    "您的账号无此权限，请联系管理员。",
                ),
                right=str(right),
            )


SHELL = Principal("shell", "shell", "shell", Role.ADMIN)
"""Whoever can run commands on the workspace's files may do everything."""
