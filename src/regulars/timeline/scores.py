"""Which scores can be an answer: one rule for every door, in Python and as SQL.

NPS, CSAT and CES are answered on scales of a few whole points; 8.5 or 11 is nobody's answer to
"0 to 10", and a mean over people is none either. A scale that is declared otherwise (0 to 1, half
stars from 0.5, 0 to 100) takes fractions, and so does every other metric.
"""

from __future__ import annotations

import math
import re
from typing import Final

Scale = tuple[float, float]

SCALES: Final[dict[str, Scale]] = {
    "nps": (0.0, 10.0),
    "csat": (1.0, 5.0),
    "ces": (1.0, 7.0),
    "review": (1.0, 5.0),
}
"""The scale of a metric when nobody declares one."""
WHOLE: Final = ("nps", "csat", "ces")
"""Metrics answered in whole points on a scale of at most `MAX_STEPS` steps."""
MAX_STEPS: Final = 10
LARGEST_WEIGHT: Final = 1_000_000.0
"""An answer that stood for more people than this would drown all others: a slip, not a weight."""
NO_ANSWER: Final = frozenset(
    {"", "-", "--", "n/a", "na", "nan", "none", "null", "blank", "无", "未填", "不适用", "不清楚"}
)
"""What people and systems write where no score was given, in lower case."""

_FULL, _HALF = "０１２３４５６７８９．－＋：", "0123456789.-+:"
_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_POINTS = r"(?:\s*(?:分|星|points?|stars?))?"
_WORDS = r"(?:\s*[-–—:=、]\s*[^\d\s].*)?"
SPELLED: Final = rf"^({_NUMBER}){_POINTS}{_WORDS}$"
"""A score as forms spell it: `9`, `9分`, `１０`, `10 - Extremely likely`."""
_BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_spelled = re.compile(SPELLED, re.IGNORECASE | re.ASCII)
_folded = str.maketrans(_FULL, _HALF)


def possible(metric: str, score: float, scale: Scale) -> bool:
    """Tell whether `score` can be one answer to a question of `metric` on `scale`."""
    low, high = scale
    if not low <= score <= high:
        return False
    return float(score).is_integer() or not takes_whole(metric, scale)


def takes_whole(metric: str, scale: Scale) -> bool:
    """Tell whether answers of the metric on this scale are whole points."""
    low, high = scale
    whole = float(low).is_integer() and float(high).is_integer()
    return metric in WHOLE and whole and 1 < high - low <= MAX_STEPS


def impossible_sql(
    metric: str = "metric", score: str = "score", low: str = "scale_min", high: str = "scale_max"
) -> str:
    """Return the SQL condition that a score cannot be; the arguments are SQL expressions.

    Where it holds, `possible` is False. Unknown parts leave it unknown, which is no objection.
    """
    named = ", ".join(f"'{one}'" for one in WHOLE)
    whole = f"{low} = floor({low}) AND {high} = floor({high})"
    narrow = f"{high} - {low} > 1 AND {high} - {low} <= {MAX_STEPS}"
    return (
        f"({score} < {low} OR {score} > {high} OR ({metric} IN ({named}) AND {whole} AND {narrow} "
        f"AND {score} <> floor({score})))"
    )


def spelled_score(words: str) -> float | None:
    """Return the score that `words` spell, None for what spells none."""
    found = _spelled.match(words.translate(_folded).strip(_BLANKS))
    return float(found[1]) if found else None


def spelled_score_sql(words: str) -> str:
    """Return the SQL of `spelled_score` for a text expression; null where there is none."""
    plain = f"trim(translate({words}, '{_FULL}', '{_HALF}'), '{_BLANKS}')"
    return f"TRY_CAST(nullif(regexp_extract({plain}, '{SPELLED}', 1, 'i'), '') AS DOUBLE)"


def is_blank(words: str) -> bool:
    """Tell whether a text stands where no score was given."""
    return words.strip(_BLANKS).lower() in NO_ANSWER


def weight_fits(weight: float) -> bool:
    """Tell whether a number can weigh an answer; 0 sets it apart, a negative one is none."""
    return math.isfinite(weight) and 0 <= weight <= LARGEST_WEIGHT
