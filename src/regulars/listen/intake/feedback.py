"""Scores and words in the properties of an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.kit.text import Text
from regulars.listen.intake.commerce import number
from regulars.listen.intake.model import Refused, Row
from regulars.timeline.vocabulary import PRODUCT_REVIEWED, SURVEY_KINDS

SCALES: dict[str, tuple[float, float]] = {
    "nps": (0.0, 10.0),
    "csat": (1.0, 5.0),
    "ces": (1.0, 7.0),
    "review": (1.0, 5.0),
}
"""The scale of a metric when the sender declares none."""
SHORT = ("nps", "csat", "ces")
"""Metrics whose score may stand under their own name: `{"nps": 9}`."""
WORDS = ("text", "comment", "review_body", "feedback", "answer", "message")
"""Where an event carries the customer's own words; the first text counts."""
KEYS = frozenset({"score", "rating", *SHORT, *WORDS})
"""Without any of these an event says nothing of how somebody felt."""


def fill(row: Row, properties: Mapping[str, Any], locale: Any) -> None:
    """Set the feedback columns of `row`; raises Refused for a score that cannot be."""
    found = _score(row.name, properties)
    if found is not None:
        metric, value, where = found
        scale = _scale(metric, properties)
        if scale is not None:
            _set_score(row, metric, number(value, where), scale, where)
            row.survey_kind = _kind(properties.get("survey_kind"))
            row.weight = _weight(properties.get("weight"))
    row.text = next(
        (str(properties[name]) for name in WORDS if _is_text(properties.get(name))), None
    )
    if row.text is not None:
        row.language = _language(properties.get("language") or locale)


def _score(name: str, properties: Mapping[str, Any]) -> tuple[str, Any, str] | None:
    metric, score = properties.get("metric"), properties.get("score")
    if isinstance(metric, str) and metric.strip() and score is not None:
        return metric.strip().lower(), score, "properties.score"
    for short in SHORT:
        if properties.get(short) is not None:
            return short, properties[short], f"properties.{short}"
    if name == PRODUCT_REVIEWED and properties.get("rating") is not None:
        return "review", properties["rating"], "properties.rating"
    return None


def _scale(metric: str, properties: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the declared scale, else the metric's own; None leaves the score in properties."""
    low, high = properties.get("scale_min"), properties.get("scale_max")
    declared = properties.get("scale")
    if low is None and high is None and isinstance(declared, str) and "-" in declared[1:]:
        middle = declared.index("-", 1)
        low, high = declared[:middle], declared[middle + 1 :]
        where = ("properties.scale", "properties.scale")
    else:
        where = ("properties.scale_min", "properties.scale_max")
    if low is None or high is None:
        own = SCALES.get(metric)
        if own is None or (low is None and high is None):
            return own
        low, high = own[0] if low is None else low, own[1] if high is None else high
    scale = number(low, where[0]), number(high, where[1])
    if scale[0] >= scale[1]:
        raise Refused(
            "intake.scale",
            where[1],
            Text("The scale must end above where it begins.", "量表的上限必须大于下限。"),
        )
    return scale


def _set_score(row: Row, metric: str, score: float, scale: tuple[float, float], where: str) -> None:
    low, high = scale
    if not low <= score <= high or (metric == "nps" and not score.is_integer()):
        raise Refused(
            "intake.score",
            where,
            Text(
                f"A score of “{metric}” lies between {low:g} and {high:g}; got {score:g}.",
                f"“{metric}”的评分应在 {low:g} 到 {high:g} 之间，收到 {score:g}。",
            ),
        )
    row.metric, row.score, row.scale_min, row.scale_max = metric, score, low, high


def _kind(value: Any) -> str | None:
    kind = value.strip().lower() if isinstance(value, str) else None
    if kind is None or kind in SURVEY_KINDS:
        return kind
    raise Refused(
        "intake.survey_kind",
        "properties.survey_kind",
        Text(
            f"A survey is {' or '.join(SURVEY_KINDS)}.",
            f"问卷类型只能是 {' 或 '.join(SURVEY_KINDS)}。",
        ),
    )


def _weight(value: Any) -> float | None:
    if value is None:
        return None
    weight = number(value, "properties.weight")
    if weight < 0:
        raise Refused(
            "intake.negative",
            "properties.weight",
            Text("This must not be negative.", "此处不能为负数。"),
        )
    return weight


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not value.isspace() and value != ""


def _language(value: Any) -> str | None:
    """Return the language of `zh-CN`, `en_US` or `zh`; None for what is no language tag."""
    tag = value.replace("_", "-").split("-")[0].lower() if isinstance(value, str) else ""
    return tag if 2 <= len(tag) <= 3 and tag.isascii() and tag.isalpha() else None
