"""`/v1`: the tracking API; `/api/v1/receipts`: what became of an event."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from regulars.company.access import needs, open_endpoint
from regulars.company.rights.model import Principal, Right
from regulars.listen.intake import documentation, service
from regulars.listen.intake.door import Door
from regulars.listen.intake.front import CORS, SHORT, Front, Posted, door_of
from regulars.listen.intake.queries import Refusal
from regulars.timeline.current import CurrentWorkspace

PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, AnonymousId",
    "Access-Control-Max-Age": "86400",
}
Handler = Callable[[Request], Awaitable[ASGIApp]]


class BareRoute(APIRoute):
    """A documented route that is called with the request alone.

    Intake must not wait for sign-in, forms and validation that it does not use.
    """

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return the endpoint itself."""
        handler: Callable[[Request], Any] = self.endpoint
        return handler


intake = APIRouter(prefix="/v1", route_class=BareRoute, tags=["intake"])
receipts = APIRouter(prefix="/api/v1/receipts", tags=["intake"])
router = APIRouter()


def prepare(app: FastAPI) -> None:
    """Put the way of posts before all others; open the door with the server, close it after."""
    app.add_middleware(Front)
    app.state.on_start.append(on_start)
    app.state.on_stop.append(on_stop)


def on_start(app: FastAPI) -> None:
    """Open the door: the committer begins."""
    door_of(app)
    _rest()


@cache
def _rest() -> None:
    """Let the garbage collector pass over what the server has loaded, once a process.

    Walking those objects again and again cost a fifth of the time of a busy intake.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def on_stop(app: FastAPI) -> None:
    """Commit what waits, then end."""
    opened: Door | None = getattr(app.state, "intake", None)
    if opened is not None:
        app.state.intake = None
        opened.close()


async def preflight(_request: Request) -> Response:
    """Let a browser post from a shop's own address; a write key cannot read anything."""
    return Response(status_code=204, headers=PREFLIGHT)


def _handler(call: str) -> Handler:
    async def handle(_request: Request) -> Posted:
        return Posted(call)

    return open_endpoint(handle)


def _mount() -> None:
    for call, about in documentation.CALLS.items():
        intake.add_api_route(
            f"/{call}",
            _handler(call),
            methods=["POST"],
            response_model=None,
            name=f"intake_{call}",
            summary=about.summary,
            description=about.description,
            openapi_extra=about.openapi(),
        )
    for short, call in SHORT.items():
        intake.add_api_route(
            f"/{short}",
            _handler(call),
            methods=["POST"],
            response_model=None,
            include_in_schema=False,
        )
    intake.add_api_route(
        "/{call}",
        open_endpoint(preflight),
        methods=["OPTIONS"],
        include_in_schema=False,
        name="intake_preflight",
    )


_mount()


@receipts.get("/{message_id}", summary="What became of an event")
def receipt(
    message_id: str,
    request: Request,
    ws: CurrentWorkspace,
    _caller: Annotated[Principal, Depends(needs(Right.READ_SOURCES))],
) -> dict[str, Any]:
    """Tell whether an event was accepted, how often it came again, or why it was refused."""
    answer = service.receipt(ws, message_id)
    outcomes: list[dict[str, Any]] = []
    if answer.accepted_on:
        outcomes.append({"status": "accepted", "on": answer.accepted_on.date().isoformat()})
    if answer.repeats:
        repeated = {"times": answer.repeats, "at": answer.repeated_at}
        outcomes.append({"status": "duplicate", **repeated})
    outcomes += [_refusal(one, request.state.language) for one in answer.refusals]
    return {"messageId": answer.message_id, "status": answer.status, "outcomes": outcomes}


@receipts.get("", summary="Rejected events, newest first")
def refused(
    request: Request,
    ws: CurrentWorkspace,
    _caller: Annotated[Principal, Depends(needs(Right.READ_SOURCES))],
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """List refused events with their reasons; `next` is `before` of the next page."""
    refusals = service.refusals(ws, before=before, limit=limit)
    rows = [
        {"messageId": one.message_id, "source": one.source, "call": one.call}
        | _refusal(one, request.state.language)
        for one in refusals
    ]
    return {"refused": rows, "next": refusals[-1].id if len(refusals) == limit else None}


def _refusal(one: Refusal, language: str) -> dict[str, Any]:
    return {"status": "refused", "at": one.refused_at, **service.plain(one.reason, language)}


router.include_router(intake)
router.include_router(receipts)
