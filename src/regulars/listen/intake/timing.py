"""When an event happened, by our clock."""

from __future__ import annotations

from datetime import UTC, datetime

from regulars.kit import clock
from regulars.kit.text import Text
from regulars.listen.intake.model import Refused

EPOCH_1970 = 0
LATEST = 253_402_300_800_000_000
"""The first microsecond after the year 9999."""
MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are milliseconds since 1970, smaller ones seconds."""


def moment(value: str | int | float, where: str) -> int:
    """Return microseconds since 1970 of an ISO 8601 text (no offset: UTC) or a number.

    Raises Refused for what is no moment, or one before 1970.
    """
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value.strip())
            since = (read if read.tzinfo else read.replace(tzinfo=UTC)) - clock.EPOCH
            micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        else:
            micros = int(value * (1_000 if value >= MILLISECONDS_FROM else 1_000_000))
    except (ValueError, OverflowError):  # an integer may have a thousand digits
        raise _wrong(where) from None
    if not EPOCH_1970 <= micros < LATEST:
        raise _wrong(where)
    return micros


def _wrong(where: str) -> Refused:
    return Refused(
        "intake.moment",
        where,
        Text(
            "Write a moment since 1970 in ISO 8601, such as 2026-10-05T09:30:00Z.",
            "请按 ISO 8601 写 1970 年以后的时间，例如 2026-10-05T09:30:00Z。",
        ),
    )


def occurred(timestamp: int | None, sent_at: int | None, received_at: int) -> int:
    """Return when the event happened by our clock (all microseconds).

    The sender's clock may be wrong, but the span between two of its readings is right:
    occurred = received − (sent − timestamp). What would still lie ahead of us happened, at the
    latest, when it reached us.
    """
    if timestamp is None:
        return received_at
    if sent_at is None:
        return min(timestamp, received_at)
    return min(max(received_at - (sent_at - timestamp), EPOCH_1970), received_at)
