"""The way of a post before all middleware and routing: to the door, and its answer back.

What pages need before a route is found (sessions, forms, languages, headers of their own) costs
several times what taking in an event does, and a post needs none of it.
"""

from __future__ import annotations

import secrets
from itertools import count
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from regulars.faces import problems
from regulars.faces import request as frame
from regulars.faces.language import choose, speak
from regulars.faces.problems import come_back
from regulars.faces.security import HEADERS
from regulars.faces.timeouts import TimedBody
from regulars.kit.errors import RegularsError
from regulars.kit.text import Language
from regulars.listen.intake import documentation
from regulars.listen.intake.answers import Answer, encode
from regulars.listen.intake.door import Door
from regulars.store import faults
from regulars.store.database import patience

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
SHORT = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}
"""The names that browser libraries use for the same calls."""
CALLS = {f"/v1/{call}": call for call in documentation.CALLS} | {
    f"/v1/{short}": call for short, call in SHORT.items()
}
JSON = "application/json"
KIND = (b"content-type", JSON.encode())
STARTED = secrets.token_hex(4)
"""Begins the numbers of this process's requests; a new secret for each would cost its wait."""
_numbers = count(1)
Headers = list[tuple[bytes, bytes]]
FIXED = [
    (name.lower().encode(), value.encode())
    for name, value in {
        **HEADERS,
        **CORS,
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }.items()
]
SECURE = [*FIXED, (b"strict-transport-security", frame.LASTING.encode())]


class Front:
    """ASGI middleware, the first of all: takes posts of the tracking API, passes on the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            call = CALLS.get(scope["path"])
            if call is not None:
                await Posted(call)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Posted:
    """ASGI application that answers a post of one call."""

    def __init__(self, call: str) -> None:
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        wish = headers.get(b"accept-language")
        language = choose(wish.decode("latin-1")) if wish else "en"
        speak(language)
        patience.set(frame.ANSWER_WITHIN)
        number = f"{STARTED}{next(_numbers):08x}"
        try:
            door = door_of(scope["app"])
            answer = await door.take(headers, TimedBody(receive).receive, self._call)
            status, body, more = _said(answer, language)
        except ClientDisconnect:
            return
        except Exception as error:
            response = _failed(scope, number, error, language)
            status, body, more = response.status_code, bytes(response.body), response.raw_headers
        fixed = SECURE if scope["scheme"] == "https" else FIXED
        more = [*more, *fixed, (b"x-request-id", number.encode())]
        await send({"type": "http.response.start", "status": status, "headers": more})
        await send({"type": "http.response.body", "body": body})


def _said(answer: Answer, language: Language) -> tuple[int, bytes, Headers]:
    """Return an answer's status, body and headers of its own."""
    body = encode(answer, language)
    length = str(len(body)).encode()
    return 400 if answer.all_refused else 200, body, [KIND, (b"content-length", length)]


def _failed(scope: Scope, number: str, error: Exception, language: Language) -> Response:
    app = scope["app"]
    known = error if isinstance(error, RegularsError) else faults.told(error)
    if known is not None:
        return _refused(app, known, language)
    request = Request(scope)
    request.state.number, request.state.language = number, language
    answer: Response = app.exception_handlers.get(type(error), problems.unexpected)(request, error)
    return answer


def _refused(app: Any, error: RegularsError, language: Language) -> Response:
    if isinstance(error, faults.Fault):
        app.state.health.note(error)
    body = {
        "success": False,
        "code": error.code,
        "message": error.message.in_(language),
        **error.details,
    }
    headers = come_back(error)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="write key"'
    return Response(msgspec.json.encode(body), error.status, headers, JSON)


def door_of(app: Any) -> Door:
    """Return the server's door, opened at the first use if the server did not at its start."""
    opened: Door | None = getattr(app.state, "intake", None)
    if opened is None:
        opened = app.state.intake = Door(app.state.workspace)
    return opened
