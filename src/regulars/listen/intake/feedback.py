"""Scores and words in the properties of an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.kit.text import Text
from regulars.listen.intake.commerce import filled, number
from regulars.listen.intake.model import Refused, Row
from regulars.timeline import scores
from regulars.timeline.vocabulary import PRODUCT_REVIEWED, SURVEY_KINDS

LONGEST_METRIC = 100
WIDEST = 1e6
"""Ends of a scale lie within this of 0: beyond it its width is no number to divide by."""
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
            _set_score(row, metric, _number(value, where), scale, where)
            row.survey_kind = _kind(properties.get("survey_kind"))
            row.weight = _weight(properties.get("weight"))
    row.text = next(
        (str(properties[name]) for name in WORDS if _is_text(properties.get(name))), None
    )
    if row.text is not None:
        row.language = _language(properties.get("language") or locale)


def _score(name: str, properties: Mapping[str, Any]) -> tuple[str, Any, str] | None:
    metric, score = properties.get("metric"), properties.get("score")
    if isinstance(metric, str) and metric.strip() and _given(score):
        return _metric(metric), score, "properties.score"
    for short in SHORT:
        if _given(properties.get(short)):
            return short, properties[short], f"properties.{short}"
    if name == PRODUCT_REVIEWED and _given(properties.get("rating")):
        return "review", properties["rating"], "properties.rating"
    return None


def _given(value: Any) -> bool:
    """Tell whether somebody answered: blanks, "N/A" and the like say that nobody did."""
    return not scores.is_blank(value) if type(value) is str else value is not None


def _metric(named: str) -> str:
    metric = named.strip().lower()
    if len(metric) > LONGEST_METRIC:
        raise Refused(
            "intake.metric",
            "properties.metric",
            Text(
                f"A metric is named in at most {LONGEST_METRIC} characters.",
                f"指标名称最多 {LONGEST_METRIC} 个字符。",
            ),
        )
    return metric


def _number(value: Any, where: str) -> float:
    """Return a score as a number, also as forms spell it ("9分", "10 - Extremely likely")."""
    spelled = scores.spelled_score(value) if type(value) is str else None
    return number(value, where) if spelled is None else spelled


def _scale(metric: str, properties: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the declared scale, else the metric's own; None leaves the score in properties."""
    low, high = filled(properties.get("scale_min")), filled(properties.get("scale_max"))
    declared = properties.get("scale")
    if low is None and high is None and isinstance(declared, str) and "-" in declared[1:]:
        middle = declared.index("-", 1)
        low, high = declared[:middle], declared[middle + 1 :]
        where = ("properties.scale", "properties.scale")
    else:
        where = ("properties.scale_min", "properties.scale_max")
    if low is None or high is None:
        own = scores.SCALES.get(metric)
        if own is None or (low is None and high is None):
            return own
        low, high = own[0] if low is None else low, own[1] if high is None else high
    scale = number(low, where[0]), number(high, where[1])
    if not -WIDEST <= scale[0] < scale[1] <= WIDEST:
        raise Refused(
            "intake.scale",
            where[1],
            Text(
                f"The scale must end above where it begins, and not beyond ±{WIDEST:,.0f}.",
                f"量表的上限必须大于下限，且不超过 ±{WIDEST:,.0f}。",
            ),
        )
    return scale


def _set_score(row: Row, metric: str, score: float, scale: tuple[float, float], where: str) -> None:
    low, high = scale
    if not scores.possible(metric, score, scale):
        en, zh = (
            (" is a whole number", "为整数，") if scores.takes_whole(metric, scale) else ("", "")
        )
        raise Refused(
            "intake.score",
            where,
            Text(
                f"A score of “{metric}”{en or ' lies'} between {low:g} and {high:g}; "
                f"got {score:g}.",
                f"“{metric}”的评分应{zh}在 {low:g} 到 {high:g} 之间，收到 {score:g}。",
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


def _weight(given: Any) -> float | None:
    value = filled(given)
    if value is None:
        return None
    weight = number(value, "properties.weight")
    if not scores.weight_fits(weight):
        most = f"{scores.LARGEST_WEIGHT:,.0f}"
        raise Refused(
            "intake.negative" if weight < 0 else "intake.weight",
            "properties.weight",
            Text(f"A weight lies between 0 and {most}.", f"权重应在 0 到 {most} 之间。"),
        )
    return weight


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not value.isspace() and value != ""


def _language(value: Any) -> str | None:
    """Return the language of `zh-CN`, `en_US` or `zh`; None for what is no language tag."""
    tag = value.replace("_", "-").split("-")[0].lower() if isinstance(value, str) else ""
    return tag if 2 <= len(tag) <= 3 and tag.isascii() and tag.isalpha() else None
