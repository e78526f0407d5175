"""How much a sender may send: bytes of a body, requests in a second."""

from __future__ import annotations

from collections.abc import AsyncIterator

from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.intake.wire import too_large

REMEMBERED = 10_000


class TooMany(RegularsError):
    """The key's share of requests is used up; `retry_after` seconds from now there is more."""

    status = 429


class Rate:
    """A token bucket a key: `per_second` requests, and as many at once."""

    def __init__(self, per_second: int) -> None:
        self._rate = float(per_second)
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, key: str, now: float) -> None:
        """Take one request of `key` at `now` (monotonic seconds); raises TooMany."""
        tokens, last = self._buckets.get(key, (self._rate, now))
        tokens = min(self._rate, tokens + (now - last) * self._rate)
        if tokens < 1:
            self._buckets[key] = (tokens, now)
            raise TooMany(
                "intake.too_many",
                Text(
                    f"More than {self._rate:g} requests a second with this key: send in batches.",
                    f"此密钥每秒请求超过 {self._rate:g} 次：请使用批量发送。",
                ),
                field="writeKey",
                retry_after=1,
            )
        if len(self._buckets) > REMEMBERED:
            self._buckets.clear()
        self._buckets[key] = (tokens - 1, now)


async def read_body(chunks: AsyncIterator[bytes], declared: str | None, limit: int) -> bytes:
    """Return the whole body; raises TooLarge as soon as it is known to pass `limit` bytes."""
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)
