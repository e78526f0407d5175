"""Alerts and rules as tables and plain values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from regulars.company.places import service as places
from regulars.company.staff import service as staff
from regulars.faces import formats
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.alerts import service, wording
from regulars.understand.alerts.model import (
    GRAIN_TITLES,
    OWN_TITLES,
    STATE_TITLES,
    WAY_TITLES,
    Alert,
    Grain,
    Way,
)
from regulars.understand.metrics import service as metrics

TABLE = (
    Text("Raised", "提醒时间"),
    Text("State", "状态"),
    Text("Metric", "指标"),
    Text("Where", "位置"),
    Text("Period from", "周期开始"),
    Text("Period to", "周期结束"),
    Text("Value", "数值"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "n"),
    Text("Usual", "通常"),
    Text("Usual, low", "通常下限"),
    Text("Usual, high", "通常上限"),
    Text("p", "p"),
    Text("Worse", "变差"),
    Text("Owner", "负责人"),
    Text("Seen again", "再次出现"),
)
YES, NO = Text("yes", "是"), Text("no", "否")
VIEWS = ("open", "waiting", "muted", "all")


def table(ws: Workspace, found: list[Alert], now: datetime) -> Iterator[tuple[Any, ...]]:
    """Yield one line an alert under TABLE."""
    known, tree = catalog.current(ws), places.tree(ws)
    for one in found:
        yield (
            one.raised_at, STATE_TITLES[one.stands(now)], wording.metric_title(one.metric),
            wording.where(one.slice, known, tree), one.start, one.end, one.value, one.low,
            one.high, one.n, one.usual, one.usual_low, one.usual_high, one.p,
            YES if one.worse else NO, one.owner_name, one.again,
        )  # fmt: skip


def plain(ws: Workspace, alerts: list[Alert], now: datetime) -> list[dict[str, Any]]:
    """Return alerts with their sentence and present state as plain JSON values."""
    return [
        {
            **msgspec.to_builtins(one),
            "state": str(one.stands(now)),
            "told": msgspec.to_builtins(told(ws, one)),
        }
        for one in alerts
    ]


def told(ws: Workspace, one: Alert) -> Text:
    """Return an alert as one sentence."""
    day = one.start.astimezone(ws.zone).date()
    return wording.told(one, catalog.current(ws), places.tree(ws), formats.day(day))


def values(ws: Workspace, found: list[Alert], now: datetime) -> dict[str, Any]:
    """Return what the inbox's template shows."""
    points, tree = catalog.current(ws), places.tree(ws)
    return {
        "alerts": found,
        "stands": lambda one: str(one.stands(now)),
        "state_title": lambda one: STATE_TITLES[one.stands(now)],
        "metric_title": wording.metric_title,
        "where": lambda one: wording.where(one.slice, points, tree),
        "told": lambda one: told(ws, one),
    }


def rule_values(ws: Workspace) -> dict[str, Any]:
    """Return what the rules' template shows."""
    points, tree = catalog.current(ws), places.tree(ws)
    accounts = [one for one in staff.everyone(ws) if one.disabled_at is None]
    titles = [(one.key, one.title) for one in metrics.definitions()]
    return {
        "rules": service.rules(ws),
        "broken": service.errors(ws),
        "metric_title": wording.metric_title,
        "where": lambda part: wording.where(part, points, tree),
        "grains": GRAIN_TITLES,
        "ways": WAY_TITLES,
        "metrics": [*titles, *OWN_TITLES.items()],
        "touchpoints": [(one.key, one.title) for one in points.touchpoints],
        "places": [(one.id, one.name) for _depth, one in tree.walk()],
        "staff": [(one.id, one.name) for one in accounts],
        "names": {one.id: one.name for one in accounts},
        "Grain": list(Grain),
        "Way": list(Way),
    }


def rule_plain(ws: Workspace) -> list[dict[str, Any]]:
    """Return rules as plain JSON values, each with what kept it from being looked at."""
    broken = service.errors(ws)
    return [
        {**msgspec.to_builtins(one), "error": msgspec.to_builtins(broken.get(one.id))}
        for one in service.rules(ws)
    ]


def broken(ws: Workspace) -> list[tuple[Text, Text]]:
    """Return of each rule that could not be looked at what it watches and why."""
    errors, known, tree = service.errors(ws), catalog.current(ws), places.tree(ws)
    lines = []
    for one in service.rules(ws):
        if one.id in errors:
            name, at = wording.metric_title(one.metric), wording.where(one.filters, known, tree)
            about = Text(f"{name.en}, {at.en}", f"{name.zh}（{at.zh}）") if at.en else name
            lines.append((about, errors[one.id]))
    return lines


def view_of(word: str) -> str:
    """Return which part of the inbox is meant. Raises Invalid for another word."""
    if word not in VIEWS:
        raise Invalid(
            "alerts.view",
            Text(
                "Choose open, waiting, muted or all.",
                "请选择 open（待处理）、waiting（跟进中）、muted（已忽略）或 all（全部）。",
            ),
            field="view",
        )
    return word
