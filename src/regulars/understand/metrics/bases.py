"""Answers of several questions, scales or kinds of survey are no one number."""

from __future__ import annotations

from typing import Any

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.understand.metrics.model import Definition, Row, Scale


def one_base(definition: Definition, rows: list[Row]) -> tuple[Scale | None, str | None]:
    """Return the one scale and kind of survey; raises Invalid when the rows mix several."""
    bases = {(r["metric"], r["scale_min"], r["scale_max"], r["survey_kind"]) for r in rows}
    if len(bases) > 1:
        raise _mixed(definition, sorted(bases, key=str))
    _metric, low, high, kind = bases.pop()
    if any(row["x"] is None for row in rows):
        raise _undeclared(definition, low, high)
    if definition.key == "nps" and (low, high) != (0, 10):
        raise _undeclared(definition, low, high)
    return (None if low is None or high is None else (low, high)), kind


def _mixed(definition: Definition, bases: list[tuple[Any, ...]]) -> Invalid:
    names = ("metric", "scale_min", "scale_max", "survey_kind")
    listed = [dict(zip(names, base, strict=True)) for base in bases]
    words = "; ".join(_base_words(base) for base in bases[:6])
    return Invalid(
        "metrics.mixed_bases",
        Text(
            f"“{definition.title.en}” would mix answers that must not be added: {words}. Choose "
            "one by a filter (metric, survey_kind, touchpoint, source), or slice by it.",
            f"“{definition.title.zh}”会混合不可合并的回答：{words}。请用筛选条件（metric、"
            "survey_kind、touchpoint、source）选定其一，或按其拆分。",
        ),
        bases=listed,
    )


def _undeclared(definition: Definition, low: float | None, high: float | None) -> Invalid:
    span = _scale_words(low, high)
    return Invalid(
        "metrics.undeclared_scale",
        Text(
            f"“{definition.title.en}” is not defined on the scale {span}: use “score_mean” for "
            "these answers, or filter them out.",
            f"“{definition.title.zh}”在 {span} 分制上没有定义：请对这些回答使用“score_mean”，"
            "或将其筛除。",
        ),
        scale_min=low,
        scale_max=high,
    )


def _base_words(base: tuple[Any, ...]) -> str:
    metric, low, high, kind = base
    return f"{metric} {_scale_words(low, high)} {kind or '–'}"


def _scale_words(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{low:g}-{high:g}"
