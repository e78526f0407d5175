"""What surrounds every request: its number, language, zone, headers, and the last error net."""

from __future__ import annotations

import secrets

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regulars.faces import formats, problems
from regulars.faces.language import choose, speak
from regulars.faces.security import HEADERS, policy
from regulars.store.database import patience

ANSWER_WITHIN = 10.0
"""Seconds that a request waits for the database's lock before it is told to come back."""

LASTING = "max-age=31536000"
"""How long a browser keeps to HTTPS."""


class Frame:
    """ASGI middleware; `server` is the application whose workspace gives the zone."""

    def __init__(self, app: ASGIApp, server: FastAPI) -> None:
        self._app = app
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.number = secrets.token_hex(6)
        request.state.nonce = secrets.token_urlsafe(12)
        request.state.language = choose(
            request.cookies.get("language"), request.headers.get("accept-language")
        )
        speak(request.state.language)
        formats.zone.set(self._server.state.workspace.zone)
        patience.set(ANSWER_WITHIN)
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _complete(request, MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if started:
                raise
            scope["app"] = self._server
            await problems.unexpected(request, error)(scope, receive, sending)


def _complete(request: Request, headers: MutableHeaders) -> None:
    """Add the security headers, and keep what is told of people out of every cache and disk.

    What may be kept says so itself: static files.
    """
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if request.url.scheme == "https":
        headers.setdefault("Strict-Transport-Security", LASTING)
    headers["X-Request-Id"] = request.state.number
    headers.setdefault("Content-Security-Policy", policy(request.state.nonce))
    headers.setdefault("Cache-Control", "no-store")
    if headers.get("content-type", "").startswith("text/html"):
        headers["Content-Language"] = "zh-CN" if request.state.language == "zh" else "en"
        headers.add_vary_header("Accept-Language")
        headers.add_vary_header("Cookie")
