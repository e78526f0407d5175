"""What the funnel's page shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from regulars.company.places import service as places
from regulars.company.rights.model import Scope
from regulars.faces.asking import seconds_of
from regulars.faces.charts import funnel as funnel_chart
from regulars.faces.code_words import channel_title
from regulars.faces.formats import duration
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit import clock
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.listen.catalog import service as catalog_service
from regulars.timeline.vocabulary import TITLES, title
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import service
from regulars.understand.journeys.model import (
    BY_TITLES,
    ORDER_TITLES,
    Funnel,
    FunnelSlice,
    FunnelStep,
)
from regulars.understand.scope.model import EventFilter

FIELDS = 6
FIRST = ("product_page", "cart", "checkout", "payment", "order")
WINDOWS = ("30m", "2h", "24h", "3d", "7d", "14d", "30d", "90d")
SLICES = {
    "channel": Text("channel", "渠道"),
    "place": Text("place", "地点"),
    "source": Text("source", "来源"),
}


def first_steps(ws: Workspace) -> list[str]:
    """Return the steps that the page begins with: the catalog's way to the order, if it has it."""
    catalog = catalog_service.current(ws)
    known = [key for key in FIRST if catalog.touchpoint(key)]
    if len(known) > 1:
        return known
    ordered = sorted(
        (point for point in catalog.touchpoints if point.order is not None),
        key=lambda point: point.order or 0,
    )
    return [point.key for point in ordered[:FIELDS]]


def step_title(ws: Workspace, step: str) -> str:
    """Return a step's name in the reader's language: a touchpoint's or an event's."""
    point = catalog_service.current(ws).touchpoint(step)
    return say(point.title if point else title(step))


def options(ws: Workspace, chosen: tuple[str, ...], scope: Scope) -> list[tuple[str, str]]:
    """Return what may be a step: touchpoints, events that were found, the vocabulary."""
    catalog = catalog_service.current(ws)
    found = [(point.key, say(point.title)) for point in catalog.touchpoints]
    stored = service.stored(ws, EventFilter(scope=scope), now=clock.now())
    names = {name for item in stored.payload.found for name in item.names} if stored else set()
    names |= TITLES.keys() | {step for step in chosen if not catalog.touchpoint(step)}
    return found + [(name, f"{say(title(name))} ({_('event')})") for name in sorted(names)]


def form_values(ws: Workspace, question: Funnel, window: str, scope: Scope) -> dict[str, Any]:
    """Return the form's values and choices."""
    windows = list(dict.fromkeys([*WINDOWS, window]))
    return {
        "asked": question,
        "window": window,
        "fields": max(FIELDS, len(question.steps) + 1),
        "options": options(ws, question.steps, scope),
        "windows": [(key, _length(key)) for key in windows],
        "bys": [(key, say(words)) for key, words in BY_TITLES.items()],
        "orders": [(key, say(words)) for key, words in ORDER_TITLES.items()],
        "slices": [(key, say(words)) for key, words in SLICES.items()],
    }


def _length(window: str) -> str:
    return duration(seconds_of(window)) if window in WINDOWS else window


def answer_address(request: Request, asked: Funnel, window: str) -> str:
    """Return where the answer to the form is given."""
    query = [("step", step) for step in asked.steps]
    query += [("window", window), ("by", asked.by), ("order", asked.order)]
    query += [("slice_by", asked.slice_by)] if asked.slice_by else []
    for name in ("period", "from", "to", "place", "channel"):
        if value := request.query_params.get(name):
            query.append((name, value))
    return f"/funnel/answer?{urlencode(query)}"


def answer_values(ws: Workspace, question: Funnel, parts: list[FunnelSlice]) -> dict[str, Any]:
    """Return the picture and tables of an answer."""
    titles = {step: step_title(ws, step) for step in question.steps}
    whole = parts[0]
    return {
        "asked": question,
        "titles": titles,
        "whole": whole,
        "slices": parts[1:],
        "chart": funnel_chart([(titles[step.step], step.n) for step in whole.steps]),
        "slice_title": SLICES.get(question.slice_by or ""),
        "slice_name": slice_names(ws, question.slice_by),
    }


def slice_names(ws: Workspace, column: str | None) -> Callable[[str | None], str]:
    """Return what names the values of a sliced column in the reader's language."""
    named: dict[str, Callable[[str], Text]] = {
        "channel": channel_title,
        "place": places.tree(ws).name,
        "source": adoption.naming(ws, Kind.SOURCE),
    }
    title_of = named.get(column or "")

    def name(value: str | None) -> str:
        if value is None:
            return _("not stated")
        return say(title_of(value)) if title_of else value

    return name


TABLE = (
    Text("Group", "分组"),
    Text("Step", "步骤"),
    Text("Count", "数量"),
    Text("Share of the first step", "占首步比例"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Share of the step before", "占上一步比例"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Waits", "等待次数"),
    Text("Median wait, s", "等待中位数（秒）"),
    Text("Low", "下限"),
    Text("High", "上限"),
)


def table(parts: list[FunnelSlice]) -> list[list[Any]]:
    """Return the funnel as rows under `TABLE`, for CSV and Excel."""
    return [
        [
            part.value,
            step.step,
            step.n,
            step.of_first.value,
            step.of_first.low,
            step.of_first.high,
            step.of_before.value,
            step.of_before.low,
            step.of_before.high,
            step.wait.n if step.wait else 0,
            *((wait.value, wait.low, wait.high) if (wait := _median(step)) else (None,) * 3),
        ]
        for part in parts
        for step in part.steps
    ]


def _median(step: FunnelStep) -> Estimate | None:
    return step.wait.median if step.wait else None
