"""How much a sender may send: bytes of a body, requests and events in a second."""

from __future__ import annotations

import math

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.intake.wire import too_large

REMEMBERED = 10_000
"""Keys whose use is remembered."""
REQUESTS = Text(
    "More than {limit:,} requests a second with this key: send in batches.",
    "此密钥每秒请求超过 {limit:,} 次：请使用批量发送。",
)
EVENTS = Text(
    "More than {limit:,} events a second with this key: send more slowly.",
    "此密钥每秒发送的事件超过 {limit:,} 个：请放慢发送。",
)


class TooMany(RegularsError):
    """The key's share is used up; `retry_after` seconds from now there is more."""

    status = 429


class Rate:
    """A token bucket a key: `per_second` of something, and as many at once.

    What begins within the share is taken whole, and what it takes too much is waited for after.
    """

    def __init__(self, per_second: int, words: Text = REQUESTS) -> None:
        self._rate = float(per_second)
        self._words = words
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, key: str, now: float, amount: int = 1) -> None:
        """Take `amount` of `key`'s share at `now` (monotonic seconds); raises TooMany."""
        tokens, last = self._buckets.get(key, (self._rate, now))
        tokens = min(self._rate, tokens + (now - last) * self._rate)
        if tokens < 1:
            self._buckets[key] = (tokens, now)
            raise TooMany(
                "intake.too_many",
                self._words.format(limit=int(self._rate)),
                field="writeKey",
                retry_after=max(1, math.ceil((1 - tokens) / self._rate)),
            )
        if len(self._buckets) > REMEMBERED:
            self._buckets.clear()
        self._buckets[key] = (tokens - amount, now)


async def read_body(receive: Receive, declared: bytes | None, limit: int) -> bytes:
    """Return the whole body; raises TooLarge as soon as it is known to pass `limit` bytes.

    Raises ClientDisconnect when the sender went away before its end.
    """
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        parts.append(chunk)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)
