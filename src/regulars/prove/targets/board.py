"""The judged targets, worked out ahead by the refresh and kept as a finding."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from regulars.company.rights.model import Principal
from regulars.prove.targets import service
from regulars.prove.targets.model import Judged
from regulars.understand.findings import service as findings

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace


@dataclass(frozen=True)
class Plan:
    """Every target in force with its verdict."""

    targets: tuple[Judged, ...]


def state(ws: Workspace) -> str:
    """Return what identifies the targets and baselines as they are set now."""
    words = repr(service.every(ws)).encode()
    return hashlib.blake2b(words, digest_size=8).hexdigest()


def about(ws: Workspace, caller: Principal) -> dict[str, Any]:
    """Return the slice under which the caller's judged targets are kept."""
    scope = None if caller.places is None else sorted(caller.places)
    return {"state": state(ws), "scope": scope}


def make(ws: Workspace, asked: dict[str, Any], now: datetime) -> Plan:
    """Judge every target; nothing for a state of the targets that is past."""
    if asked.get("state") not in (None, state(ws)):
        return Plan(())
    scope = asked.get("scope")
    found = service.judged(ws, now=now, scope=None if scope is None else frozenset(scope))
    return Plan(tuple(found))


PLAN = findings.declare(findings.Kind("targets.plan", 2, Plan, make))
