"""What a noun declares of a document that people edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a document: who made it, when and why."""

    number: int
    made_at: datetime
    made_by: str
    reason: str
    document: str


@dataclass(frozen=True, slots=True)
class Versioned(Generic[Content]):
    """A document of which every version is kept.

    `kind` names it in the database, `action` in the audit log, `code` what errors begin with.
    `shipped` gives the text of version 0; `read(text, number)` what a version says, and raises
    Invalid for a wrong text. Where it is `reasoned`, who changes it says why.
    """

    kind: str
    code: str
    action: str
    shipped: Callable[[], str]
    read: Callable[[str, int], Content]
    reasoned: bool = False
    moved_on: str = "moved_on"
