"""The regular expressions of a lexicon, which RE2 and Python both understand; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regulars.understand.words.lexicon import Lexicon, Phrases
from regulars.understand.words.model import NAMED, TextKind

ENDS = r"。！？.!?\n"
CLAUSE = r"，、；：,;:" + ENDS
TOKENS = r"\x01-\x05"
"""Letters that stand for what was understood already; see `reading`."""


@dataclass(frozen=True)
class Patterns:
    """Expressions of one language; None: no phrases.

    `negated_twice`, `not_bad` and `not_good` are whole stretches with their negation; their first
    group holds a stretch that only looks so. `taken_back` are by problem type the stretches in
    which it does not hold; their first group holds what stays in spite of a negation.
    """

    good: str | None
    bad: str | None
    negation: str | None
    mistaken: str | None
    negated_twice: str | None
    not_bad: str | None
    not_good: str | None
    kinds: dict[TextKind, str]
    taken_back: dict[TextKind, str]
    touchpoints: dict[str, str]


def patterns(lexicon: Lexicon) -> Patterns:
    """Return the expressions of a lexicon."""
    chinese, turning = lexicon.language == "zh", lexicon.negation
    good, bad = any_of(lexicon.good, chinese), any_of(lexicon.bad, chinese)
    negation, mistaken = any_of(turning.words, chinese), any_of(turning.mistaken, chinese)
    gap = _gap(chinese, turning.window, any_of(turning.between, chinese))

    def turned(words: str | None, times: int = 1) -> str | None:
        if not words or not negation:
            return None
        return f"({mistaken or NEVER})|{f'(?:{negation}){gap}' * times}(?:{words})"

    return Patterns(
        good,
        bad,
        negation,
        mistaken,
        turned(good, 2),
        turned(bad),
        turned(good),
        _each(lexicon.kinds, chinese),
        {kind: made for kind in NAMED if (made := _taken_back(lexicon, kind, chinese))},
        _each(lexicon.touchpoints, chinese),
    )


NEVER = r"[^\s\S]"


def _gap(chinese: bool, window: int, between: str | None) -> str:
    """Return what may stand between a negation and a word of feeling, within its clause.

    At most `window` words of any sort (in Chinese characters), or of those that may stand between.
    """
    if chinese:
        words = rf"[^{CLAUSE}\s{TOKENS}]{{0,{window}}}?"
        return rf"(?:{words}|(?:{between}){{0,{window}}})" if between else words
    apart = rf"[^\w{CLAUSE}{TOKENS}]+"
    return rf"(?:{apart}[\w'’]+){{0,{window}}}?{apart}"


def _taken_back(lexicon: Lexicon, kind: TextKind, chinese: bool) -> str | None:
    """Return the stretches in which a problem type does not hold.

    Its exceptions; its `negated` phrases behind a negation (but not behind two); and a phrase of
    it with a contrast and its relief in the same sentence.
    """
    turning = lexicon.negation
    negation, between = any_of(turning.words, chinese), any_of(turning.between, chinese)
    negated = any_of(lexicon.negated.get(kind, ()), chinese)
    parts, patterns = [], [any_of(turning.mistaken, chinese) or NEVER]
    if unless := any_of(lexicon.unless.get(kind, ()), chinese):
        parts.append(unless)
    if negation and negated:
        apart = "" if chinese else rf"[^\w{CLAUSE}]+"
        steps = rf"(?:{apart}(?:{between})){{0,{turning.window}}}?{apart}" if between else apart
        parts.append(f"(?:{negation}){steps}(?:{negated})")
        patterns.append(f"(?:{negation}){steps}(?:{negation}){steps}(?:{negated})")
    phrases, contrast = (
        any_of(lexicon.kinds.get(kind, ()), chinese),
        any_of(turning.contrast, chinese),
    )
    if phrases and contrast and (relief := any_of(lexicon.relief.get(kind, ()), chinese)):
        far, near = (12, r".{0,1}?") if chinese else (40, r"\W+(?:[\w'’]+\W+){0,3}?")
        parts.append(f"(?:{phrases})[^{ENDS}]{{0,{far}}}?(?:{contrast}){near}(?:{relief})")
    return f"({'|'.join(patterns)})|{'|'.join(parts)}" if parts else None


def _each(lists: Mapping[Any, Phrases], chinese: bool) -> dict[Any, str]:
    found = {key: any_of(words, chinese) for key, words in lists.items()}
    return {key: words for key, words in found.items() if words}


def any_of(words: Phrases, chinese: bool) -> str | None:
    """Return an expression of any of the phrases, the longest first; None without any."""
    made = [_phrase(word, chinese) for word in sorted(words, key=lambda one: (-len(one), one))]
    return "|".join(made) or None


def _phrase(word: str, chinese: bool) -> str:
    gap = r".{0,8}?" if chinese else r"\W+(?:\w+\W+){0,3}?"
    parts = [re.escape(part.strip()) for part in word.split("..")]
    plain = [part.replace(r"\*", r"\w*").replace(r"\ ", r"\W+") for part in parts if part]
    joined = gap.join(plain)
    if chinese:
        return joined
    begin = r"\b" if re.match(r"\w", word.strip(".")) else ""
    end = r"\b" if re.search(r"[\w*]$", word) else ""
    return begin + joined + end
