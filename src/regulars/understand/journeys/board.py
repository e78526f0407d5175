"""One touchpoint looked at closely: course, spread, comparison, neighbours, words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import scipy

from regulars.company.places import service as places
from regulars.faces.charts import Bar, Option, bar, bars, course, trend
from regulars.faces.code_words import channel_title
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import Touchpoint
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.health import service as health
from regulars.understand.health.model import Performance, Score
from regulars.understand.journeys import service
from regulars.understand.journeys.model import Edge, Mark, MarkWords, Node
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_SAMPLE
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter

MAX_NEIGHBOURS = 8
MAX_BARS = 14
COLOURS = {"good": "opportunity", "bad": "pain", None: None}


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """One channel or place of a touchpoint; `verdict` is `good` or `bad` where tests say so."""

    key: str
    title: Text
    found: Performance
    q: float | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """All that a touchpoint's page shows."""

    step: str
    title: Text
    point: Touchpoint | None
    stage: Text | None
    node: Node | None
    performance: Performance | None
    months: list[tuple[str, Performance]]
    scores: list[Score]
    channels: list[ComparedPart]
    places: list[ComparedPart]
    before: list[Edge]
    after: list[Edge]
    titles: dict[str, Text]
    mark: Mark | None
    words: list[MarkWords]
    as_of: datetime


def stored(ws: Workspace, step: str, look: EventFilter, *, now: datetime) -> Finding[Detail] | None:
    """Return the stored detail, or None; notes that it was asked for."""
    return findings.find(ws, FINDING, _about(ws, step, look), now=now)


def answered(ws: Workspace, step: str, look: EventFilter, *, now: datetime) -> Finding[Detail]:
    """Return a touchpoint's detail: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, step, look), now=now)


def _about(ws: Workspace, step: str, look: EventFilter) -> dict[str, object]:
    return look.about(catalog=catalog_service.current(ws).version, step=step)


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Detail:
    return _detail(ws, about["step"], EventFilter.of(about), now)


def _quoted(found: Detail) -> list[str]:
    return [identity for said in found.words for identity in said.identities]


FINDING = findings.declare(findings.ResultType("touchpoint", 3, Detail, _compute, quotes=_quoted))


def _detail(ws: Workspace, step: str, look: EventFilter, now: datetime) -> Detail:
    catalog = catalog_service.current(ws)
    extent = scopes.resolve(ws, look, now)
    whole = service.answered(ws, look, now=now).payload
    node = next((node for node in whole.nodes if node.step == step), None)
    months = health.split(ws, extent, step, "in_month", as_of=now)
    tree = places.tree(ws)
    point = catalog.touchpoint(step)
    stage = catalog.stage(point.stage) if point else None
    return Detail(
        step=step,
        title=catalog.title_of(step),
        point=point,
        stage=stage.title if stage else None,
        node=node,
        performance=node.performance if node else None,
        months=sorted(months.items()),
        scores=health.scores(ws, extent, step, as_of=now),
        channels=compared(health.split(ws, extent, step, "channel", as_of=now), channel_title),
        places=compared(health.split(ws, extent, step, "place", as_of=now), tree.name),
        before=[e for e in whole.edges if e.target == step and e.source != step][:MAX_NEIGHBOURS],
        after=[e for e in whole.edges if e.source == step and e.target != step][:MAX_NEIGHBOURS],
        titles={node.step: node.title for node in whole.nodes},
        mark=next((mark for mark in whole.marks if mark.step == step), None),
        words=service.words(ws, [step], extent, as_of=now)[step],
        as_of=now,
    )


def compared(performances: dict[str, Performance], title: Any) -> list[ComparedPart]:
    """Return the parts with each tested against all the others, false alarms held at 5 %."""
    enough = {
        key: part for key, part in performances.items() if part.n >= MIN_SAMPLE and part.error
    }
    p_values = {
        key: _p(part, [o for k, o in enough.items() if k != key]) for key, part in enough.items()
    }
    q_values = dict(zip(p_values, benjamini_hochberg(list(p_values.values())), strict=True))
    parts = []
    for key, part in sorted(performances.items(), key=lambda item: -item[1].value):
        q = q_values.get(key)
        others = [other for k, other in enough.items() if k != key]
        verdict = None
        if q is not None and q <= FALSE_ALARM_RATE:
            verdict = "good" if part.value > _mean(others) else "bad"
        words_ = title(key) if key else Text("not stated", "未注明")
        parts.append(ComparedPart(key, words_, part, q, verdict))
    return parts


def _mean(parts: list[Performance]) -> float:
    return sum(part.n * part.value for part in parts) / sum(part.n for part in parts)


def _p(part: Performance, others: list[Performance]) -> float | None:
    if not others:
        return None
    n = sum(other.n for other in others)
    spread = sum((other.n * (other.error or 0.0) / n) ** 2 for other in others)
    error = ((part.error or 0.0) ** 2 + spread) ** 0.5
    return (
        float(2 * scipy.stats.norm.sf(abs(part.value - _mean(others)) / error)) if error else None
    )


def charts(detail: Detail) -> dict[str, Option]:
    """Return the pictures of the page that have data."""
    pictures: dict[str, Option] = {}
    if len(detail.months) > 1:
        pictures["trend"] = _trend(detail)
    if detail.scores:
        pictures["scores"] = _scores(detail)
    for name, parts in (("channels", detail.channels), ("places", detail.places)):
        if len(parts) > 1:
            pictures[name] = bars(
                [
                    bar(say(part.title), part.found, verdict=COLOURS.get(part.verdict))
                    for part in parts[:MAX_BARS]
                ],
                unit="score",
                name=_("Performance"),
            )
    return pictures


def _trend(detail: Detail) -> Option:
    parts = [part for _month, part in detail.months]
    return trend([month for month, _part in detail.months], [course(_("Performance"), parts)],
                 unit="score")  # fmt: skip


def _scores(found: Detail) -> Option:
    first = found.scores[0].metric
    items = [Bar(f"{score.score:g}", score.n) for score in found.scores if score.metric == first]
    return bars(items, unit="count", name=_("Answers"), lying=False)


def month_rows(months: list[tuple[str, Performance]]) -> list[list[Any]]:
    """Return the course as rows of a table beside its picture."""
    return [_row(month, part) for month, part in months]


def compared_rows(parts: list[ComparedPart]) -> list[list[Any]]:
    """Return channels or places as rows of a table beside their picture."""
    return [_row(say(part.title), part.found) for part in parts]


def _row(name: str, part: Performance) -> list[Any]:
    low, high = (None if end is None else f"{end:.1f}" for end in (part.low, part.high))
    return [name, f"{part.value:.1f}", low, high, f"{part.n:,}"]


TABLE = (
    Text("By", "维度"),
    Text("Value", "取值"),
    Text("Performance 0-100", "表现（0-100）"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Answers", "回答数"),
    Text("People", "人数"),
)


def table(found: Detail) -> list[list[Any]]:
    """Return months, channels and places as rows under `TABLE`, for CSV and Excel."""
    parts = [("month", month, part) for month, part in found.months]
    parts += [("channel", say(item.title), item.found) for item in found.channels]
    parts += [("place", say(item.title), item.found) for item in found.places]
    return [[by, key, p.value, p.low, p.high, p.n, p.people] for by, key, p in parts]
