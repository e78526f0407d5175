"""A small company told in events, so that tests can count on their fingers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service
from regulars.understand.metrics.model import Measured

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)
"""Monday 5 October 2026, noon in Shanghai."""
_number = count()


def happened(who: str | None, name: str, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    """One event of `who`, by default a customer's own."""
    amount = more.pop("amount", None)
    return {
        "event_id": f"story-{next(_number)}",
        "identity_id": who,
        "name": name,
        "occurred_at": at,
        "known_at": at,
        "amount": None if amount is None else Decimal(str(amount)),
        "currency": more.pop("currency", "CNY") if amount is not None else None,
        **more,
    }


def answered(
    who: str, metric: str, score: float, at: datetime = NOON, **more: Any
) -> dict[str, Any]:
    """One answer on the metric's usual scale."""
    low, high = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}.get(metric, (1, 5))
    defaults = {"scale_min": low, "scale_max": high, "survey_kind": "transactional"}
    return happened(
        who, "Survey Answered", at, **{"metric": metric, "score": score, **defaults, **more}
    )


def tell(ws: Workspace, events: Iterable[dict[str, Any]]) -> None:
    """Put the events on the timeline."""
    rows = list(events)
    receipt = inbox.accept(ws, inbox.make(rows, NOON))
    assert receipt.accepted == len(rows)


def one(ws: Workspace, key: str, **asked: Any) -> Measured:
    """Measure, expecting a single row."""
    rows = service.measure(ws, key, **asked)
    assert len(rows) == 1, rows
    return rows[0]


def by(ws: Workspace, key: str, *names: str, **asked: Any) -> dict[Any, Measured]:
    """Measure by `names`; the rows by their slice values (a single one unpacked)."""
    rows = service.measure(ws, key, by=names, **asked)
    return {
        (tuple(row.slice[n] for n in names) if len(names) > 1 else row.slice[names[0]]): row
        for row in rows
    }


def days(number: float) -> timedelta:
    """Shorthand."""
    return timedelta(days=number)
