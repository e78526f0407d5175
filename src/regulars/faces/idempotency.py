"""A POST of the API that is sent twice acts once.

The client gives each act an `Idempotency-Key` of its own. The first answer is kept for 24 hours
and given again, with `Idempotent-Replayed: true`; the same key with another body is refused, and
so is a second call while the first is under way. After the draft of the IETF HTTPAPI group,
"The Idempotency-Key HTTP Header Field"; but a key that stood for something else is 409, as every
other conflict with what is there, since nothing is wrong with the request itself.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regulars.faces import callers, problems
from regulars.faces.language import say
from regulars.faces.tables import idempotency_keys as kept
from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid, RegularsError
from regulars.kit.text import Text
from regulars.store import faults
from regulars.store.database import Database, insert_or_ignore

HEADER = "idempotency-key"
KEEP = timedelta(hours=24)
UNFINISHED = timedelta(minutes=5)
"""A call without an answer after this time died with its server; its key is free again."""


class Idempotency:
    """ASGI middleware around the routes; acts on POST under /api/ with a key and a caller."""

    def __init__(self, app: ASGIApp, server: FastAPI) -> None:
        self._app = app
        self._server = server
        self._unreleased: set[tuple[str, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _concerned(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = request.headers.get(HEADER)
        caller = await self._caller(request) if key else None
        if key is None or caller is None:
            await self._app(scope, receive, send)
            return
        try:
            body = await request.body()
        except HTTPException as error:  # longer than this caller may send, or too slow
            refusal = problems.problem(
                error.status_code, f"http.{error.status_code}", error.detail, headers=error.headers
            )
            await refusal(scope, receive, send)
            return
        database: Database = self._server.state.workspace.database
        try:
            answer = await run_in_threadpool(
                self._claim, database, caller, key, fingerprint(request, body), clock.now()
            )
        except RegularsError as error:
            refusal = problems.problem(
                error.status, error.code, say(error.message), headers=problems.come_back(error)
            )
            await refusal(scope, receive, send)
            return
        if answer is not None:
            await answer(scope, receive, send)
            return
        await self._act(scope, _again(body), send, caller, key)

    def _release(self, database: Database, caller: str, key: str) -> None:
        """Forget the key; while the database is away it is remembered to be forgotten."""
        try:
            release(database, caller, key)
        except Exception as error:
            if faults.told(error) is None:
                raise
            self._unreleased.add((caller, key))

    def _claim(
        self, database: Database, caller: str, key: str, print_: str, now: datetime
    ) -> Response | None:
        for left in list(self._unreleased):
            release(database, *left)
            self._unreleased.discard(left)
        return claim(database, caller, key, print_, now)

    async def _caller(self, request: Request) -> str | None:
        request.scope["app"] = self._server
        await run_in_threadpool(callers.recognise, request)
        principal = getattr(request.state, "principal", None)
        return f"{principal.kind}:{principal.id}" if principal is not None else None

    async def _act(self, scope: Scope, receive: Receive, send: Send, caller: str, key: str) -> None:
        """Let the route answer, and keep what it says unless it failed on our side."""
        database: Database = self._server.state.workspace.database
        start: dict[str, Any] = {"status": 500, "headers": []}
        parts: list[bytes] = []

        async def listening(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, listening)
        except BaseException:
            await run_in_threadpool(self._release, database, caller, key)
            raise
        if start["status"] >= 500 or start["status"] in (401, 403, 429):
            await run_in_threadpool(self._release, database, caller, key)
            return
        headers = dict(start["headers"])
        media_type = headers.get(b"content-type", b"").decode()
        answer = {"status": start["status"], "media_type": media_type, "body": b"".join(parts)}
        if b"no-store" in headers.get(b"cache-control", b""):
            answer = _told_once()
        await run_in_threadpool(keep, database, caller, key, **answer)


def _concerned(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "POST"
        and str(scope["path"]).startswith("/api/")
    )


def _told_once() -> dict[str, Any]:
    """Return what stands for an answer that holds a secret: those are told once, never kept."""
    refusal = problems.problem(
        409,
        "idempotency.told_once",
        say(
            Text(
                "This was done before; its answer held a secret, which is told only once.",
                "此操作已经完成；其结果含有只显示一次的密钥。",
            )
        ),
    )
    return {
        "status": refusal.status_code,
        "media_type": problems.MEDIA_TYPE,
        "body": bytes(refusal.body),
    }


def _again(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def fingerprint(request: Request, body: bytes) -> str:
    """Return what stands for the act: method, address and body."""
    address = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(address + body).hexdigest()


def claim(database: Database, caller: str, key: str, print_: str, now: datetime) -> Response | None:
    """Take the key for a new act (None), or return the answer kept under it.

    Raises Conflict when the key stood for something else, and while the act is under way.
    """
    if len(key) > 255:
        raise Invalid(
            "idempotency.length",
            Text(
                "An Idempotency-Key has at most 255 characters.",
                "Idempotency-Key 最长 255 个字符。",
            ),
        )
    ours = (kept.c.caller == caller) & (kept.c.key == key)
    with database.transaction() as connection:
        old = (kept.c.at < now - KEEP) | ((kept.c.at < now - UNFINISHED) & kept.c.status.is_(None))
        connection.execute(sa.delete(kept).where(old))
        taken = insert_or_ignore(connection, kept).values(
            caller=caller, key=key, fingerprint=print_, at=now
        )
        if connection.execute(taken.returning(kept.c.key)).first() is not None:
            return None
        row = connection.execute(sa.select(kept).where(ours)).one()
    if row.fingerprint != print_:
        raise Conflict(
            "idempotency.reused",
            Text(
                "This Idempotency-Key stood for another request: use a new key.",
                "此 Idempotency-Key 已用于另一个请求：请换用新的。",
            ),
        )
    if row.status is None:
        raise Conflict(
            "idempotency.under_way",
            Text(
                "The first request with this key is still under way: try again in a moment.",
                "使用此 Idempotency-Key 的首个请求仍在处理：请稍后重试。",
            ),
        )
    headers = {"Idempotent-Replayed": "true"}
    return Response(row.body, row.status, headers, row.media_type or None)


def keep(
    database: Database, caller: str, key: str, *, status: int, media_type: str, body: bytes
) -> None:
    """Keep the answer under its key."""
    with database.transaction() as connection:
        connection.execute(
            sa.update(kept)
            .where(kept.c.caller == caller, kept.c.key == key)
            .values(status=status, media_type=media_type[:100], body=body)
        )


def release(database: Database, caller: str, key: str) -> None:
    """Forget the key: nothing was done, so it may be tried again."""
    with database.transaction() as connection:
        connection.execute(sa.delete(kept).where(kept.c.caller == caller, kept.c.key == key))


def forget_all(connection: sa.Connection) -> int:
    """Forget every kept answer, because one may hold what somebody must be able to take back."""
    return int(connection.execute(sa.delete(kept)).rowcount)
