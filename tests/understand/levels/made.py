"""A tea house whose guests are asked after each visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from regulars.company.rights.model import Scope
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.levels import service
from regulars.understand.levels.model import Experience
from regulars.understand.levels.wording import told

DAY = timedelta(days=1)
JULY = datetime(2026, 7, 1, 4, tzinfo=UTC)
NOW = JULY + 150 * DAY


def visit(who: str, at: datetime, touchpoint: str = "tasting", **more: Any) -> dict[str, Any]:
    return {
        "event_id": f"{who}-visit-{touchpoint}-{at.isoformat()}",
        "identity_id": who,
        "name": "Store Visited",
        "touchpoint": touchpoint,
        "occurred_at": at,
        "known_at": at,
        **more,
    }


def answer(
    who: str, at: datetime, score: float, touchpoint: str = "tasting", **more: Any
) -> dict[str, Any]:
    return {
        "event_id": f"{who}-answer-{touchpoint}-{at.isoformat()}",
        "identity_id": who,
        "name": "Survey Answered",
        "touchpoint": touchpoint,
        "metric": "csat",
        "scale_min": 1.0,
        "scale_max": 5.0,
        "score": score,
        "survey_kind": "transactional",
        "occurred_at": at,
        "known_at": at,
        **more,
    }


def tell(ws: Workspace, rows: list[dict[str, Any]]) -> None:
    assert inbox.accept(ws, inbox.make(rows, NOW)).accepted == len(rows)


def guests(count: int = 100) -> list[dict[str, Any]]:
    """Guest n comes n % 10 times the days before; then four of five are pleased.

    Those with n % 5 == 0 give 1 of 5, the others 5, in July; all give 4 in September.
    """
    rows = []
    for n in range(count):
        who, at = f"guest {n:03d}", JULY + (n % 7) * DAY
        rows += [visit(who, at - (k % 5 + 1) * DAY - k * DAY / 24) for k in range(n % 10)]
        rows += [visit(who, at), answer(who, at, 1.0 if n % 5 == 0 else 5.0)]
        later = at + 80 * DAY
        rows += [visit(who, later), answer(who, later, 4.0)]
    return rows


def listed(ws: Workspace, name: str, scope: Scope = None) -> list[Experience]:
    """Everybody on the list `rescue` or `scream`."""
    return [told(row) for row in service.listed(ws, scope, name).to_pylist()]
