"""What is worked on behind the pages, and the small part that other pages show of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, Section, page
from regulars.jobs.lanes import service as lanes
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs import service
from regulars.jobs.runs.model import REASONS, STATES, State
from regulars.kit import clock
from regulars.kit.errors import Conflict
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace

router = APIRouter(prefix="/jobs", include_in_schema=False)
navigation = [
    NavItem(Text("Background work", "后台任务"), "/jobs", Section.COMPANY, 60, Right.READ_SOURCES)
]
SHOWN = 20
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Seer = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Starter = Annotated[Principal, Depends(needs(Right.IMPORT))]


@router.get("")
def jobs(
    request: Request,
    ws: CurrentWorkspace,
    caller: Reader,
    requested: Annotated[bool, Query(alias="asked")] = False,
) -> Response:
    """Show who does which work, and the runs, the newest first."""
    runs = service.recent(ws, None, SHOWN)
    running = bool(runs) and runs[0].state == State.RUNNING
    return page(
        request,
        "lanes/jobs.html",
        title=_("What is running in the background?"),
        runs=runs,
        reasons=REASONS,
        states=STATES,
        running=running,
        waiting=requested and not running,
        lanes=lanes.states(ws, clock.now()),
        children=lanes.children(ws),
        lags=[one for one in lanes.lags(ws, clock.now()) if not one.well],
        may_start=caller.may(Right.IMPORT),
    )


@router.get("/now")
def now(request: Request, ws: CurrentWorkspace, _caller: Seer, seen: int = 0) -> Response:
    """Give a line of progress while findings are computed or about to be; else nothing.

    `seen` is the run that the page has shown progress of: when it has ended, the page is told.
    """
    newest = service.recent(ws, refresh.KEY, 1)
    run = newest[0] if newest else None
    return page(
        request,
        "lanes/_now.html",
        title="",
        run=run if run is not None and run.state == State.RUNNING else None,
        coming=refresh.due(ws, clock.now()) is not None,
        seen=seen,
        ended=run is not None and run.id == seen and run.state != State.RUNNING,
    )


@router.post("/refresh")
def start(ws: CurrentWorkspace, caller: Starter) -> Response:
    """Let the findings be computed now."""
    service.request(ws, refresh.KEY, caller, now=clock.now())
    return RedirectResponse("/jobs?asked=1", 303)


@router.post("/refresh/cancel")
def cancel(ws: CurrentWorkspace, caller: Starter) -> Response:
    """Let the run under way end; where it has ended meanwhile there is nothing to do."""
    with suppress(Conflict):
        service.cancel(ws, refresh.KEY, caller, now=clock.now())
    return RedirectResponse("/jobs", 303)
