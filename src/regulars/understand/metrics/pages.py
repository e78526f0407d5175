"""One metric's page, the glossary, and the first insight."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.columns import file_rows, heads
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses.asking import event_filter
from regulars.understand.findings import service as findings
from regulars.understand.levels.model import MEANING as LEVELS
from regulars.understand.metrics import asking, board, first, service, showing
from regulars.understand.metrics.analysis import ANALYSIS
from regulars.understand.metrics.columns import COLUMNS, dimensions
from regulars.understand.metrics.model import GROUP_TITLES
from regulars.understand.scope.model import EventFilter
from regulars.understand.scope.parameters import choices

router = APIRouter(prefix="/metrics", include_in_schema=False)
TERMS = ((Text("Experience levels", "体验等级"), LEVELS),)
"""What the glossary explains beside the metrics."""
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Look = Annotated[EventFilter, Depends(event_filter(ANALYSIS.options))]


@router.get("/glossary")
def glossary(request: Request, _caller: Reader, q: str = "") -> Response:
    """Show what every metric means; with words, the entries that have them in either language."""
    fitting = (one for one in service.definitions() if _names(q, one.title, one.meaning, one.key))
    groups = [
        (GROUP_TITLES[group], list(found))
        for group, found in groupby(fitting, key=lambda one: one.group)
    ]
    return page(
        request,
        "metrics/glossary.html",
        title=_("What do the metrics mean?"),
        groups=groups,
        terms=[(title, meaning) for title, meaning in TERMS if _names(q, title, meaning)],
        q=q,
    )


def _names(words: str, *texts: Text | str) -> bool:
    said = " ".join(one if isinstance(one, str) else f"{one.en} {one.zh}" for one in texts)
    return words.strip().casefold() in said.casefold()


@router.get("/first")
def first_insight(request: Request, ws: CurrentWorkspace, caller: Reader, source: str) -> Response:
    """Give what a source says in a few numbers, as a piece of another page."""
    found = first.insights(ws, source, caller.places)
    return page(
        request,
        "metrics/_first.html",
        title="",
        rows=[(service.definition(row.metric), row) for row in found],
        source=source,
        service=service,
    )


@router.get("/{key}")
def show_metric(
    request: Request, ws: CurrentWorkspace, caller: Reader, look: Look, key: str
) -> Response:
    """Show one metric: the whole, its course, its slices."""
    definition = service.definition(key)
    about = asking.detail_about(definition, ws, request, look)
    if kind := files.asked(request):
        detail = findings.answer(ws, board.DETAIL, about, now=clock.now()).payload
        measured = [*detail.whole, *detail.slices, *detail.course]
        columns = (*dimensions(measured), *COLUMNS)
        return files.send(request, kind, key, heads(columns), file_rows(columns, measured, None))
    stored = findings.find(ws, board.DETAIL, about, now=clock.now())
    return page(
        request,
        "metrics/metric.html",
        title=fill(_("{name}: how is it developing?"), name=say(definition.title)),
        fresh=stored.as_of if stored else None,
        definition=definition,
        about=about,
        pickers=choices(request, ws, look, usual=ANALYSIS.usual),
        fields=asking.fields(ws, definition, about, caller),
        piece=f"/metrics/{key}/numbers" + (f"?{request.url.query}" if request.url.query else ""),
        **_detail_values(request, ws, key, stored.payload if stored else None),
    )


@router.get("/{key}/numbers")
def metric_piece(
    request: Request, ws: CurrentWorkspace, caller: Reader, look: Look, key: str
) -> Response:
    """Give one metric's numbers, worked out now."""
    about = asking.detail_about(service.definition(key), ws, request, look)
    found = findings.answer(ws, board.DETAIL, about, now=clock.now()).payload
    values = _detail_values(request, ws, key, found)
    return page(
        request, "metrics/_metric.html", title="", about=about,
        definition=service.definition(key), **values,
    )  # fmt: skip


def _detail_values(
    request: Request, ws: Workspace, key: str, detail: board.MetricDetail | None
) -> dict[str, Any]:
    names = showing.Names(ws)
    by = request.query_params.get("by")
    sort = request.query_params.get("sort") or showing.worst_first(key)
    return {
        "found": detail,
        "names": names,
        "showing": showing,
        "dimension": service.dimension_title(by or ""),
        "sort": sort,
        "slices": showing.ranked(detail.slices, names, sort) if detail else [],
        "chart": showing.course(detail.course, names) if detail else None,
        "course_rows": showing.course_rows(detail.course, names) if detail else [],
    }
