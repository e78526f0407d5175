"""The verbs of findings: those of `storing`, and of `standing` for what pages ask again."""

from __future__ import annotations

from regulars.understand.findings.standing import (
    KINDS,
    ResultType,
    answer,
    declare,
    find,
    renew,
    still,
)
from regulars.understand.findings.storing import every, forget, latest, prune, store, unlearn

__all__ = [
    "KINDS",
    "ResultType",
    "answer",
    "declare",
    "every",
    "find",
    "forget",
    "latest",
    "prune",
    "renew",
    "still",
    "store",
    "unlearn",
]
