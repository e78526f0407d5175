"""Scores of a column: on which scale they are, which codes and words stand for them.

A score needs a name and a usual scale. What the values leave open is asked, not guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports import naming
from regulars.listen.imports.looking import Facts

Scale = tuple[float, float]
WISHED: dict[str, Scale] = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0)}
USUAL: tuple[Scale, ...] = ((1, 5), (0, 5), (1, 7), (1, 10), (0, 10), (0, 100))
"""Usual scales, the narrowest first."""
CODES = frozenset({-99.0, -9.0, -1.0, 0.0, 6.0, 8.0, 9.0, 11.0, 96.0, 97.0, 98.0, 99.0, 999.0})
"""Numbers beside a scale that usually mean “no answer” or “not applicable”."""
BLANK_WORDS = (
    *("blank", "n/a", "na", "-", "--", "none", "null", "not applicable", "don't know", "?"),
    *("无", "未填", "不适用", "不清楚", "不知道"),
)
MANY = 20
"""From so many answers on, an end of the scale that nobody chose tells something."""
LIKERT: tuple[tuple[str, ...], ...] = (
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("extremely dissatisfied", "dissatisfied", "neutral", "satisfied", "extremely satisfied"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("very poor", "poor", "fair", "good", "very good"),
    ("terrible", "poor", "average", "good", "excellent"),
    ("very bad", "bad", "ok", "good", "very good"),
    ("非常不满意", "不满意", "一般", "满意", "非常满意"),
    ("很不满意", "不太满意", "一般", "比较满意", "很满意"),
    ("非常不同意", "不同意", "中立", "同意", "非常同意"),
    ("很差", "差", "一般", "好", "很好"),
)
STARS = re.compile(
    r"(?:([1-5])(?:\.0)? ?(?:stars?|星|颗星|分)|([★⭐🌟]{1,5})[☆✩]{0,4})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A column read as scores: its scale, how sure, what else it could be, codes of no answer.

    `recode` gives words their number; `asked` are the scales to choose from where it is open.
    """

    scale: Scale
    sure: float
    blank: tuple[str, ...] = ()
    recode: dict[str, str] = field(default_factory=dict)
    asked: tuple[Scale, ...] = ()
    codes: tuple[str, ...] = ()


def spelled(scale: Scale) -> str:
    """Return a scale as an answer writes it: 1-5."""
    return f"{scale[0]:g}-{scale[1]:g}"


def parse(words: str) -> Scale:
    """Return the scale that an answer or a form writes as 1-5; raises Invalid."""
    low, _mark, high = (end.strip() for end in words.partition("-"))
    if not (low.isdecimal() and high.isdecimal() and int(low) < int(high)):
        raise Invalid(
            "import.scale",
            Text(
                f"“{words}” is no scale: write its ends as 1-5.",
                f"“{words}”不是量表：请写出两端，如 1-5。",
            ),
            field="scale",
        )
    return float(low), float(high)


def scored(facts: Facts, role: str) -> Scored | None:
    """Return how the column's values are scores of that role; None where they are none."""
    worded = by_words(facts)
    if worded is not None:
        return worded
    plain = naming.words(facts.header) in WISHED
    if facts.least is None or facts.most is None or facts.numbers < (0.3 if plain else 0.6):
        return None
    blank = tuple(word for word in facts.odd if word.lower() in BLANK_WORDS or len(facts.odd) <= 2)
    stated = naming.stated_scale(facts.header)
    if stated and stated[0] <= facts.least and facts.most <= stated[1]:
        return Scored(stated, 0.9, blank)
    if within(facts, (0, 10)) or (within(facts, (0, 100)) and not facts.levels()):
        return _placed(facts, role, blank)
    return _with_codes(facts, stated or WISHED.get(role), blank)


def within(found: Facts, scale: Scale) -> bool:
    """Tell whether all numbers lie on the scale."""
    return scale[0] <= (found.least or 0.0) and (found.most or 0.0) <= scale[1]


def _placed(facts: Facts, role: str, blank: tuple[str, ...]) -> Scored:
    """Place numbers of 0 to 10, or many of 0 to 100, on a usual scale."""
    fitting = tuple(one for one in USUAL if within(facts, one))
    wished = WISHED.get(role)
    coded = _codes_of_no_answer(facts, wished or (1, 5))
    if coded and role != "nps":
        return Scored(wished or (1, 5), 0.6, blank, codes=coded)
    if role == "nps":
        return _recommendation(facts, blank)
    if wished and wished in fitting:
        short = role == "ces" and _many(facts) and (facts.most or 0) <= 5
        return Scored(wished, 0.6 if short else 0.9, blank, asked=((1, 5), wished) if short else ())
    first = fitting[0]
    settled = first == USUAL[0] or (first == WISHED["nps"] and _many(facts))
    return Scored(first, 0.85 if settled else 0.6, blank, asked=() if settled else fitting[:3])


def _many(found: Facts) -> bool:
    return found.filled >= MANY


def _recommendation(found: Facts, blank: tuple[str, ...]) -> Scored:
    """NPS is 0 to 10; answers from 1 to 10, or of 5 at most, may be on another scale: asked."""
    least, most, many = found.least or 0.0, found.most or 0.0, _many(found)
    if many and most <= 5:
        return Scored((1, 5) if least >= 1 else (0, 5), 0.6, blank, asked=((0, 10), (1, 5)))
    if many and least == 1 and most == 10:
        return Scored((1, 10), 0.6, blank, asked=((0, 10), (1, 10)))
    return Scored((0, 10), 0.9, blank)


def _codes_of_no_answer(found: Facts, scale: Scale) -> tuple[str, ...]:
    """Return the codes beside a scale whose every step is there; none where some step lacks."""
    levels = found.levels()
    steps = {float(step) for step in range(int(scale[0]), int(scale[1]) + 1)}
    beside = levels - steps
    if not beside or not steps <= levels or not beside <= CODES:
        return ()
    return tuple(f"{code:g}" for code in sorted(beside))


def _with_codes(facts: Facts, wished: Scale | None, blank: tuple[str, ...]) -> Scored | None:
    """Read a column most of which is a usual scale, the rest codes of no answer."""
    for scale in (wished,) if wished else USUAL[:5]:
        coded = tuple(
            f"{one:g}" for one in sorted(facts.levels()) if not scale[0] <= one <= scale[1]
        )
        if coded and all(float(one) in CODES for one in coded):
            return Scored(scale, 0.6, blank, codes=coded)
    return Scored(wished, 0.6, blank) if wished and _few_outside(facts, wished) else None


def _few_outside(facts: Facts, scale: Scale) -> bool:
    """Tell whether at most one value in five lies outside the scale: slips, not another scale."""
    seen = sum(count for _value, count in facts.common)
    outside = sum(
        count
        for value, count in facts.common
        if re.fullmatch(r"-?\d+(\.\d+)?", value) and not scale[0] <= float(value) <= scale[1]
    )
    return seen == facts.filled and outside <= 0.5 * seen


def by_words(facts: Facts) -> Scored | None:
    """Return the scores of words such as “5 stars”, ★★★★ or “very satisfied”; to be asked."""
    if facts.numbers >= 0.6 or not facts.common or facts.distinct > 12:
        return None
    recode = {value: number for value, _n in facts.common if (number := _starred(value))}
    if len(recode) < facts.distinct:
        recode = _likert([value for value, _n in facts.common])
    left = [value for value, _n in facts.common if value not in recode]
    if not recode or any(value.lower() not in BLANK_WORDS for value in left):
        return None
    return Scored((1, 5), 0.6, tuple(left), recode, asked=((1, 5),))


def _starred(value: str) -> str:
    found = STARS.fullmatch(value.strip())
    return (found[1] or str(len(found[2]))) if found else ""


def _likert(values: Sequence[str]) -> dict[str, str]:
    """Return numbers of words that one list of answers holds, or {}."""
    plain = {value: unicodedata.normalize("NFKC", value).strip().lower() for value in values}
    for answers in LIKERT:
        known = {
            value: str(answers.index(one) + 1) for value, one in plain.items() if one in answers
        }
        if len(known) >= 2 and all(one in answers or one in BLANK_WORDS for one in plain.values()):
            return known
    return {}
