"""A shop where some customers meet a broken lift, with or without buying less afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace

DAY = timedelta(days=1)
END = datetime(2026, 11, 1, 4, tzinfo=UTC)
LONG = 500
PRICE = 50.0
BROKEN = LONG - 200
"""From this day the lift is broken for two months; later on nobody else meets it."""


def shop(ws: Workspace, *, loss: float, count: int = 6000, seed: int = 1) -> float:
    """Tell of `count` customers over 500 days; return the mean revenue that the touched lost.

    Who has bought often meets the lift more often, so that a bare comparison would say it does
    good. For 91 days after the lift each order is missing with chance `loss`.
    """
    rng, rows, lost = np.random.default_rng(seed), [], []
    for n in range(count):
        rate = rng.gamma(1.5, 0.012)
        days = np.flatnonzero(rng.random(LONG) < rate)
        seen = np.flatnonzero(rng.random(LONG) < 0.015 + rate)
        lift = None
        for day in seen:
            past = np.count_nonzero((days < day) & (days >= day - 365))
            if BROKEN <= day < BROKEN + 60 and rng.random() < 0.0012 + 0.0018 * past:
                lift = int(day)
                break
        missing = 0.0
        for day in days:
            amount = PRICE * rng.lognormal(-0.08, 0.4)
            after = lift is not None and 0 < day - lift <= 91
            if after and rng.random() < loss:
                missing += amount
                continue
            rows.append(event(n, "Order Completed", int(day), amount))
        rows += [event(n, "Store Visited", int(day)) for day in seen]
        if lift is not None:
            rows.append(event(n, "Complaint Made", lift, touchpoint="lift"))
            lost.append(missing)
    made = inbox.make(rows, END)
    for start in range(0, len(made), 50_000):
        inbox.accept(ws, made[start : start + 50_000])
    return float(np.mean(lost)) if lost else 0.0


def event(
    who: int, name: str, day: int, amount: float | None = None, **more: Any
) -> dict[str, Any]:
    at = END - (LONG - day) * DAY
    return {
        "event_id": f"{who}-{name}-{day}",
        "identity_id": f"customer {who:05d}",
        "name": name,
        "occurred_at": at,
        "known_at": at,
        "channel": "store",
        "amount": None if amount is None else Decimal(f"{amount:.2f}"),
        "currency": None if amount is None else "CNY",
        **more,
    }
