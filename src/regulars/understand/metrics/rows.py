"""The one form in which a measured number leaves: command line, API and export write the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.faces import formats
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.understand.metrics.model import Compared, Definition, Measured


def plain(measured: Measured, zone: ZoneInfo) -> dict[str, Any]:
    """Return the number as JSON can write it; moments in the reporting zone, empty is None."""
    return {
        "metric": measured.metric,
        "slice": dict(measured.slice),
        "from": written(measured.start, zone),
        "to": written(measured.end, zone),
        "n": measured.n,
        "value": measured.value,
        "low": measured.low,
        "high": measured.high,
        "unit": measured.unit,
        "verdict": measured.verdict,
        "change": _compared(measured.change, zone),
        "rest": _compared(measured.rest, zone),
        "note": say(measured.note) if measured.note else None,
        "scale": list(measured.scale) if measured.scale else None,
        "survey_kind": measured.survey_kind,
        "missing": list(measured.missing),
        "beside": {name: _estimate(other) for name, other in measured.beside.items()},
    }


def described(definition: Definition) -> dict[str, Any]:
    """Return a definition as JSON can write it, in both languages."""
    return {
        "key": definition.key,
        "title": both(definition.title),
        "meaning": both(definition.meaning),
        "unit": definition.unit,
        "direction": definition.direction,
        "base": both(definition.base),
        "scale": both(definition.scale) if definition.scale else None,
        "window": both(definition.window),
        "group": definition.group,
        "customers_only": definition.of_customers,
        "needs": [list(one.told) for one in definition.needs],
        "examples": [
            {"story": both(example.story), "result": example.result}
            for example in definition.examples
        ],
    }


DIGITS = {"score": 2, "steps": 1}
"""Decimals of units that are not written with the usual number of them."""


def digits_of(unit: str) -> int | None:
    """Return how many decimals values of a unit are written with; None for the usual."""
    return DIGITS.get(unit)


def difference(unit: str | None, value: float | None, *, named: bool = True) -> str:
    """Return a difference of two values with its sign; of two percentages in points of percent."""
    if value is None:
        return formats.NOTHING
    if unit == "percent":
        words = formats.signed(value)
        return _("{n} pp").format(n=words) if named else words
    sign = "+" if value > 0 else formats.MINUS if value < 0 else ""
    return sign + formats.value_in(unit, abs(value), digits_of(unit or ""))


def both(text: Text) -> dict[str, str]:
    """Return both languages of a text."""
    return {"en": text.en, "zh": text.zh}


def written(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """Return a moment in ISO form in `zone`."""
    return None if moment is None else moment.astimezone(zone).isoformat()


def _estimate(found: Estimate) -> dict[str, float | None]:
    return {"n": found.n, "value": found.value, "low": found.low, "high": found.high}


def _compared(compared: Compared | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if compared is None:
        return None
    return {
        "difference": compared.change.difference,
        "low": compared.change.low,
        "high": compared.change.high,
        "p": compared.change.p,
        "q": compared.q,
        "verdict": compared.verdict,
        "earlier": _estimate(compared.earlier) if compared.earlier else None,
        "from": written(compared.start, zone),
        "to": written(compared.end, zone),
    }
