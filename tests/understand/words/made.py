"""Forty customers write to a shop: some in Chinese, some in English, some about waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.words import service

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)
NOW = NOON + timedelta(days=30)
Row = dict[str, Any]


def wrote(who: str, text: str, days: float = 0, **more: Any) -> Row:
    """What somebody wrote, some days after noon of 5 October."""
    at = NOON + timedelta(days=days)
    return {
        "event_id": f"{who}-{days:.4f}-{len(text)}",
        "identity_id": who,
        "name": "Survey Answered",
        "touchpoint": "order",
        "channel": "app",
        "occurred_at": at,
        "known_at": at,
        "text": text,
        **more,
    }


def forty() -> list[Row]:
    """Twenty are happy, ten waited on the phone, ten found the letters too small."""
    rows = [wrote(f"happy {n:02d}", "很满意，下次还来", n / 10) for n in range(20)]
    rows += [
        wrote(f"caller {n:02d}", "I was on hold for an hour", 1 + n / 10, touchpoint="hotline")
        for n in range(10)
    ]
    rows += [
        wrote(f"older {n:02d}", "字太小看不清，付款按钮太小", 2 + n / 10, touchpoint="payment")
        for n in range(10)
    ]
    return rows


def tell(ws: Workspace, rows: list[Row], *, read: bool = True) -> None:
    """Take the texts in, and read them unless told otherwise."""
    assert inbox.accept(ws, inbox.make(rows, NOON)).accepted == len(rows)
    if read:
        service.analyse(ws, now=NOW)
