"""How long a body may take: it must not trickle in for ever. `protocol` does the same for heads."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regulars.faces.language import say
from regulars.kit import clock
from regulars.kit.text import Text

STALL_SECONDS = 20.0
"""Between two pieces of a body."""
GRACE_SECONDS = 30.0
SLOWEST = 500.0
"""Bytes a second that a body must bring on average, once the grace is over."""
SLOW = Text(
    "The request came in too slowly and was ended: send it again over a better line.",
    "请求发送过慢，已被终止：请在网络良好时重新发送。",
)


class BodyTimeout:
    """ASGI middleware that ends a request with 408 when its body stalls or trickles."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            receive = TimedBody(receive).receive
        await self._app(scope, receive, send)


class TimedBody:
    """One request's body as it comes; after its end, waiting for the caller to leave is free."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._began: float | None = None
        self._size = 0
        self._whole = False

    async def receive(self) -> Message:
        """Return the next piece; raises HTTPException (408) when it comes too late."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self._left()):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, say(SLOW), headers={"Connection": "close"}) from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        return message

    def _left(self) -> float:
        """Return the seconds in which the next piece must come."""
        now = clock.monotonic()
        self._began = now if self._began is None else self._began
        whole = GRACE_SECONDS + self._size / SLOWEST
        return max(0.0, min(STALL_SECONDS, whole - (now - self._began)))
