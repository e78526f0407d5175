"""The server: middleware, errors, static files, navigation; knows no noun.

Nouns hang in by hooks on `app.state`, set by a `prepare(app)` in their `pages.py` or `api.py`:
`recognise` (functions of the request that set `request.state.principal` and `.csrf`),
`on_preference` (functions of request, name and value), `on_start` and `on_stop`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware

from regulars.faces import assets, callers, openapi, problems, rendering, security, unstorable
from regulars.faces.bounds import Bounds
from regulars.faces.health import Health
from regulars.faces.idempotency import Idempotency
from regulars.faces.language import speak
from regulars.faces.request import Frame
from regulars.faces.timeouts import BodyTimeout
from regulars.store.workspace import Store

PACKAGE = Path(__file__).parent.parent
DESCRIPTION = (
    "Customer experience and loyalty on one timeline. Intake under `/v1` follows the Segment "
    "HTTP tracking API; everything else stands under `/api/v1`. Errors are problem documents "
    "(RFC 9457) with a stable `code`. Repeat a POST safely with an `Idempotency-Key`."
)


def create(workspace: Store, version: str) -> FastAPI:
    """Return the server of one workspace, still without nouns."""
    app = FastAPI(
        title="Regulars",
        version=version,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        dependencies=[Depends(_prepare)],
    )
    app.state.workspace = workspace
    app.state.health = Health(workspace)
    app.state.navigation = []
    app.state.person_panels = []
    for hooks in ("recognise", "on_preference", "on_start", "on_stop"):
        setattr(app.state, hooks, [])
    rendering.install(app, [])
    problems.install(app)
    openapi.install(app)
    app.mount("/static", assets.Assets(), name="static")
    app.add_middleware(Idempotency, server=app)
    app.add_middleware(Bounds, server=app)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(BodyTimeout)
    app.add_middleware(Frame, server=app)
    return app


def router() -> APIRouter:
    """Return what the routes of nouns are put in: each is prepared for before it answers."""
    return APIRouter(dependencies=[Depends(_prepare)])


def mount(app: FastAPI, pages: Iterable[ModuleType]) -> None:
    """Collect navigation, panels and `prepare(app)` of the nouns' modules, and all templates."""
    for module in pages:
        app.state.navigation.extend(getattr(module, "navigation", []))
        app.state.person_panels.extend(getattr(module, "person_panels", []))
        if hasattr(module, "prepare"):
            module.prepare(app)
    rendering.install(app, sorted(PACKAGE.glob("*/*/templates")))


async def _prepare(request: Request) -> None:
    """Before every route: who calls, in which language, and whether a browser may change this."""
    await run_in_threadpool(callers.recognise, request)
    speak(request.state.language)
    await security.check_sender(request)
    unstorable.check(request)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    for hook in app.state.on_start:
        await run_in_threadpool(hook, app)
    try:
        yield
    finally:
        for hook in reversed(app.state.on_stop):
            await run_in_threadpool(hook, app)
