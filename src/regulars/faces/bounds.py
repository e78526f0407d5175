"""How much a caller may send: forms are read before a route can ask who sends them.

Without this anybody could fill the memory or the disk of the server by one endless request. The
intake under `/v1` has limits of its own.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regulars.faces import callers, problems
from regulars.faces.language import say
from regulars.faces.security import SAFE
from regulars.kit.text import Text

MEBIBYTE = 1 << 20
ANYBODY = 1 * MEBIBYTE
KNOWN = 16 * MEBIBYTE
IMPORTERS = 4096 * MEBIBYTE


class Bounds:
    """ASGI middleware that ends a request with 413 when it is longer than its caller may send."""

    def __init__(self, app: ASGIApp, server: FastAPI) -> None:
        self._app = app
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        scope["app"] = self._server
        request = Request(scope)
        declared = request.headers.get("content-length", "")
        size = int(declared) if declared.isdecimal() else 0
        if size > ANYBODY and size > await self._most(request):
            refusal = await run_in_threadpool(_refusal, request)
            await refusal(scope, receive, send)
            return
        counting = _Counting(self._most, request, receive)
        await self._app(scope, counting.receive, send)

    async def _most(self, request: Request) -> int:
        await run_in_threadpool(callers.recognise, request)
        return most(getattr(request.state, "principal", None))


class _Counting:
    """The body as it arrives, and how much of it there was."""

    def __init__(self, most_of: Any, request: Request, receive: Receive) -> None:
        self._most_of = most_of
        self._request = request
        self._receive = receive
        self._size = 0
        self._most = ANYBODY
        self._asked = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._most and not self._asked:
            self._asked, self._most = True, await self._most_of(self._request)
        if self._size > self._most:
            raise HTTPException(413, say(_words(self._most)))
        return message


def most(principal: Any) -> int:
    """Return how many bytes the caller (None: nobody known) may send in one request."""
    if principal is None:
        return ANYBODY
    return IMPORTERS if principal.may("import") else KNOWN


def _refusal(request: Request) -> Any:
    words = _words(most(getattr(request.state, "principal", None)))
    return problems.answer(request, 413, "http.413", say(words))


def _words(limit: int) -> Text:
    size = f"{limit // MEBIBYTE:,} MB"
    return Text(f"At most {size} can be sent at once.", f"一次最多可发送 {size}。")
