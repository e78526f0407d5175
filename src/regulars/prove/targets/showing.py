"""Words, groups and forms of the target pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from regulars.faces import charts, formats
from regulars.faces.forms import Fields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.prove.targets.analysis import GAP
from regulars.prove.targets.model import (
    HORIZON_TITLES,
    KIND_TITLES,
    Horizon,
    Judged,
    Target,
    TargetKind,
)
from regulars.understand.metrics import service as metrics
from regulars.understand.metrics.model import VERDICT_TITLES, Direction, Measured

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

VERDICTS = {
    verdict: (verdict.value.removesuffix("_yet"), title)
    for verdict, title in VERDICT_TITLES.items()
}
"""Kind (colour and shape) and word of each verdict."""


def groups(found: Sequence[Judged]) -> list[tuple[Text, list[Judged]]]:
    """Return the targets by horizon; those without one stand last."""
    named = [
        (HORIZON_TITLES[one], [t for t in found if t.target.horizon is one]) for one in Horizon
    ]
    rest = [one for one in found if one.target.horizon is None]
    return [
        group for group in [*named, (Text("Without a horizon", "未设期限阶段"), rest)] if group[1]
    ]


def counts(found: Sequence[Judged]) -> list[tuple[str, Text, int]]:
    """Return how many targets have each verdict: kind, word, count."""
    number = Counter(one.verdict for one in found)
    return [(kind, word, number[verdict]) for verdict, (kind, word) in VERDICTS.items()]


def goal(judgement: Judged) -> str:
    """Return the goal in words: the value, or what it is relative to."""
    target = judgement.target
    if target.kind is TargetKind.SAMPLE:
        return "n ≥ " + formats.whole(target.value)
    if target.kind is TargetKind.ABSOLUTE:
        sign = "≥ " if target.direction is Direction.UP else "≤ "
        return sign + formats.value_in(judgement.unit, target.value)
    words = formats.signed(target.value, 0) + "%"
    if target.baseline is None:
        return words
    before = formats.value_in(judgement.unit, target.baseline.value)
    return _("{change} against {before}").format(change=words, before=before)


def metric_title(key: str) -> str:
    """Return what a metric is called; one that does not exist yet keeps its key."""
    return say(metrics.definition(key).title) if metrics.exists(key) else key


def gap(one: Judged) -> str:
    """Return what is missing in words; nothing when the goal is reached."""
    return GAP.words(one.gap, one)


def difference(unit: str | None, value: float | None) -> str:
    """Return a change in words."""
    return metrics.difference(unit, value)


def last_day(end: datetime | None) -> str:
    """Return the last day of a half-open period."""
    return formats.day(end - timedelta(microseconds=1)) if end else formats.NOTHING


def metric_name(key: str) -> Markup:
    """Return a metric's title for a page; one that does not exist yet as its bare key."""
    if metrics.exists(key):
        return escape(metric_title(key))
    return Markup("<code>{}</code>").format(key)


def course(judgement: Judged, rows: Sequence[Measured]) -> dict[str, Any]:
    """Return the chart of the metric by month, with the goal as a line."""
    months = [formats.month(row.start) for row in rows]
    line = charts.course(metric_title(judgement.target.metric), rows)
    target = judgement.goal if judgement.target.kind is not TargetKind.SAMPLE else None
    return charts.trend(months, [line], unit=judgement.unit, target=target)


def course_rows(one: Judged, rows: Sequence[Measured]) -> list[list[str]]:
    """Return the same numbers as a table."""
    shown = one.unit
    return [
        [
            formats.month(row.start),
            formats.value_in(shown, row.value),
            " – ".join(formats.value_in(shown, edge) for edge in (row.low, row.high)),
            formats.whole(row.n),
        ]
        for row in rows
    ]


def options(ws: Workspace) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of the form."""
    known = [(one.key, say(one.title)) for one in metrics.definitions()]
    return {
        "metric": known,
        "guardrails": known,
        "kind": [(one.value, say(KIND_TITLES[one])) for one in TargetKind],
        "direction": [("up", _("higher is better")), ("down", _("lower is better"))],
        "horizon": [(one.value, say(HORIZON_TITLES[one])) for one in Horizon],
    }


def values(target: Target) -> dict[str, Any]:
    """Return a target's fields for its form."""
    return {
        "metric": target.metric,
        "title_en": target.title.en,
        "title_zh": target.title.zh,
        "kind": target.kind.value,
        "value": f"{target.value:g}",
        "direction": target.direction.value,
        "due": target.due.isoformat() if target.due else "",
        "horizon": target.horizon.value if target.horizon else "",
        "window_days": target.window_days,
        "filters": " ".join(
            f"{name}={word}" for name, words in target.filters.items() for word in words
        ),
        "guardrails": list(target.guardrails),
        "note": target.note,
    }


def read(fields: Fields, target_id: str = "", audience: str | None = None) -> Target | None:
    """Return the target that a form describes; None with `fields.errors` when it is wrong."""
    title_en, title_zh = fields.text("title_en"), fields.text("title_zh")
    if not (title_en or title_zh):
        fields.fail("title_en", _("Fill this in."))
    metric = fields.text("metric", required=True)
    kind = fields.choice("kind", [one.value for one in TargetKind], required=True)
    value = fields.number("value", required=True)
    direction = fields.choice("direction", ["up", "down"], required=True)
    due, window_days = fields.day("due"), fields.number("window_days", least=1, most=3660)
    horizon = fields.choice("horizon", [one.value for one in Horizon])
    words = (fields.text("filters") or "").split()
    if not fields.ok or metric is None or value is None:
        return None
    filters = metrics.filters_of(words)
    return Target(
        id=target_id,
        metric=metric,
        title=Text(title_en or title_zh or "", title_zh or title_en or ""),
        kind=TargetKind(kind or TargetKind.ABSOLUTE),
        value=float(value),
        direction=Direction(direction or Direction.UP),
        due=due,
        horizon=Horizon(horizon) if horizon else None,
        window_days=int(window_days or 90),
        filters={name: tuple(str(word) for word in given) for name, given in filters.items()},
        audience=audience,
        guardrails=tuple(fields.choices("guardrails")),
        note=fields.text("note", most=2000) or "",
    )
