"""Forty guests: guest n spent 10 n; even ones use the app and are happier, odd ones the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace

MAY = datetime(2026, 5, 4, 8, tzinfo=UTC)
NOW = MAY + timedelta(days=30)
GUESTS = 80


def guest(n: int) -> str:
    return f"guest {n:03d}"


def event(n: int, name: str, at: datetime = MAY, **more: Any) -> dict[str, Any]:
    amount = more.pop("amount", None)
    return {
        "event_id": f"{n}-{name}-{at.isoformat()}-{more.get('metric')}-{more.get('touchpoint')}",
        "identity_id": guest(n),
        "name": name,
        "occurred_at": at,
        "known_at": at,
        "amount": None if amount is None else Decimal(str(amount)),
        "currency": None if amount is None else "CNY",
        **more,
    }


def answer(n: int, metric: str, score: float, most: float, touchpoint: str) -> dict[str, Any]:
    return event(
        n, "Survey Answered", MAY + timedelta(days=1), metric=metric, score=score,
        scale_min=0.0 if metric == "nps" else 1.0, scale_max=most, touchpoint=touchpoint,
        survey_kind="relationship" if metric == "nps" else "transactional",
    )  # fmt: skip


def guests() -> list[dict[str, Any]]:
    rows = []
    for n in range(GUESTS):
        app = n % 2 == 0
        where = {"channel": "app", "place": "web"} if app else {"channel": "store", "place": "shop"}
        rows.append(event(n, "Order Completed", amount=10 * n, order_id=f"o{n}", **where))
        happy = 5.0 if app else float(1 + n % 3)
        rows.append({**answer(n, "csat", happy, 5.0, "checkout"), **where})
        rows.append({**answer(n, "nps", 10.0 if n % 4 < 2 else 3.0, 10.0, "relationship"), **where})
    rows.append(event(1, "Complaint Made", MAY + timedelta(days=2), place="shop"))
    return rows


def tell(ws: Workspace, rows: list[dict[str, Any]], now: datetime = NOW) -> None:
    assert inbox.accept(ws, inbox.make(rows, now)).accepted == len(rows)
