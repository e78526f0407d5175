"""Read texts by lexicon: language, feeling, problem types, the touchpoint meant; set by set.

Each expression runs over all texts at once in RE2 (Arrow's kernels), so the time is linear in the
letters, and a thousand phrases cost little more than ten.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.understand.words.lexicon import Lexicon, Lexicons
from regulars.understand.words.model import KINDS, LANGUAGES, NAMED, Piece, TextKind, WordEvidence
from regulars.understand.words.phrasing import Patterns, patterns

Ints = NDArray[np.int64]
AGAIN_GOOD, NOT_GOOD, NOT_BAD, GONE = "\x01", "\x02", "\x03", "\x04"
"""Letters put in the place of a stretch that is understood, so that it is not met again."""
CHINESE, KANA = r"\p{Han}", r"[\p{Hiragana}\p{Katakana}\p{Hangul}]"
ENGLISH = (
    r"\b(?:the|and|is|are|was|to|of|it|i|you|my|in|on|for|not|no|with|this|that|have|they|very|"
    r"good|great|thanks?|please|from|your|but|so|an?|at|all|be|never|as|after|than)\b"
)
UNSURE = r"\b(?:de|la|que|el|não|nao|um|uma|com|para|und|der|die|das|le|les|est|pas|muito|il|di)\b"


@dataclass(frozen=True)
class Read:
    """Columns of one reading a text, in the order of the texts.

    `mood` is -1, 0, 1 and `balance` how sure; `kinds` as bits; `meant` a touchpoint or null.
    """

    language: pa.Array
    mood: Ints
    balance: NDArray[np.float64]
    kinds: Ints
    meant: pa.Array


def languages(texts: pa.Array, declared: pa.Array | None = None) -> pa.Array:
    """Return "zh", "en" or "other" of each text.

    Chinese letters without kana are Chinese. Letters of ours are English where common English
    words stand in them, or where the sender says so and nothing speaks against it.
    """
    chinese = pc.and_(
        pc.match_substring_regex(texts, CHINESE),
        pc.invert(pc.match_substring_regex(texts, KANA)),
    )
    lower = pc.utf8_lower(texts)
    english = pc.count_substring_regex(lower, ENGLISH)
    foreign = pc.count_substring_regex(lower, UNSURE)
    # Short words without a small one among them ("Late flight") are English unless told otherwise.
    plain = pc.match_substring_regex(lower, r"^[\x00-\x7f‘’“”…–—\p{So}]*$")
    told = pc.fill_null(pc.starts_with(declared, "en"), False) if declared is not None else plain
    silent = pc.is_null(declared) if declared is not None else plain
    latin = pc.or_(pc.greater(english, foreign), pc.and_(pc.or_(told, silent), plain))
    latin = pc.and_(latin, pc.greater_equal(english, foreign))
    found = pc.if_else(chinese, "zh", pc.if_else(latin, "en", "other"))
    return pc.fill_null(found, "other")


def read(
    texts: pa.Array,
    declared: pa.Array | None,
    lexicons: Lexicons,
    touchpoints: Collection[str] | None = None,
) -> Read:
    """Read all texts; `touchpoints` are those of the catalog (None: all of the lexicon)."""
    language = languages(texts, declared)
    n = len(texts)
    balance, kinds = np.zeros(n), np.zeros(n, dtype=np.int64)
    meant = np.full(n, None, dtype=object)
    for one in LANGUAGES:
        rows = np.flatnonzero(pc.equal(language, one).to_numpy(zero_copy_only=False))
        if not len(rows) or one not in lexicons.by_language:
            continue
        lower = pc.utf8_lower(texts.take(pa.array(rows)))
        made = patterns_of(lexicons[one])
        found = _kinds(lower, made)
        kinds[rows] = found
        # A problem type is half a bad word.
        balance[rows] = feelings(lower, made).balance - 0.5 * (found > 0)
        meant[rows] = _meant(lower, made, touchpoints)
    mood = np.sign(np.round(balance, 6)).astype(np.int64)
    other = 1 << KINDS.index(TextKind.OTHER)
    kinds[(mood < 0) & (kinds == 0)] = other
    return Read(language, mood, balance, kinds, pa.array(meant, pa.string()))


_made: dict[int, tuple[Lexicon, Patterns]] = {}


def patterns_of(lexicon: Lexicon) -> Patterns:
    """Return the expressions of a lexicon, made once while it lives."""
    kept = _made.get(id(lexicon))
    if kept is None or kept[0] is not lexicon:
        if len(_made) > 16:
            _made.clear()
        kept = _made[id(lexicon)] = lexicon, patterns(lexicon)
    return kept[1]


def _count(texts: pa.Array, pattern: str | None) -> NDArray[np.float64]:
    if pattern is None:
        return np.zeros(len(texts))
    counted: NDArray[np.float64] = (
        pc.count_substring_regex(texts, pattern).to_numpy(zero_copy_only=False).astype(np.float64)
    )
    return counted


def _kinds(lower: pa.Array, patterns: Patterns) -> Ints:
    kinds = np.zeros(len(lower), dtype=np.int64)
    for place, kind in enumerate(NAMED):
        pattern = patterns.kinds.get(kind)
        if pattern is None:
            continue
        hit = pc.match_substring_regex(lower, pattern).to_numpy(zero_copy_only=False)
        if kind in patterns.taken_back and hit.any():
            left = _replaced(lower.filter(pa.array(hit)), patterns.taken_back[kind], rf"\1{GONE}")
            hit[hit] = pc.match_substring_regex(left, pattern).to_numpy(zero_copy_only=False)
        kinds |= hit.astype(np.int64) << place
    return kinds


@dataclass(frozen=True)
class Feelings:
    """How many words of feeling each text holds: as they stand, and behind a negation.

    A good word behind two negations counts among the good ones.
    """

    good: NDArray[np.float64]
    bad: NDArray[np.float64]
    not_good: NDArray[np.float64]
    not_bad: NDArray[np.float64]

    @property
    def balance(self) -> NDArray[np.float64]:
        """Good minus bad; behind a negation good is bad, and bad half as good."""
        made: NDArray[np.float64] = self.good + 0.5 * self.not_bad - self.bad - self.not_good
        return made


def feelings(lower: pa.Array, patterns: Patterns) -> Feelings:
    """Count words of feeling; what a negation turned round counts as that and as nothing else."""
    left = lower
    turned = pc.match_substring_regex(lower, patterns.negation) if patterns.negation else None
    if turned is not None and pc.any(turned).as_py():
        some = lower.filter(turned)
        for pattern, token in (
            (patterns.negated_twice, AGAIN_GOOD),
            (patterns.not_bad, NOT_BAD),
            (patterns.not_good, NOT_GOOD),
        ):
            if pattern is not None:
                some = _replaced(some, pattern, rf"\1{token}")
                # Where only what looks like a negation was met, its token goes again.
                if patterns.mistaken:
                    some = _replaced(some, f"({patterns.mistaken}){token}", r"\1")
        left = pc.replace_with_mask(lower, turned, some)
    good = _count(left, patterns.good) + _count(left, AGAIN_GOOD)
    return Feelings(good, _count(left, patterns.bad), _count(left, NOT_GOOD), _count(left, NOT_BAD))


def _replaced(texts: pa.Array, pattern: str, by: str) -> pa.Array:
    return pc.replace_substring_regex(texts, pattern, by)


def _meant(lower: pa.Array, made: Patterns, known: Collection[str] | None) -> NDArray[np.object_]:
    """Return the touchpoint that most of its phrases speak of; the lexicon's first at a tie."""
    best = np.zeros(len(lower))
    meant = np.full(len(lower), None, dtype=object)
    for key, pattern in made.touchpoints.items():
        if known is not None and key not in known:
            continue
        times = _count(lower, pattern)
        better = times > best
        meant[better], best[better] = key, times[better]
    return meant


def evidence(
    text: str, language: str, lexicons: Lexicons, kinds: Collection[TextKind]
) -> list[WordEvidence]:
    """Return the stretches of one text that make it of those kinds, in the text's own letters."""
    if language not in lexicons.by_language:
        return []
    made = patterns_of(lexicons[language])
    return [
        WordEvidence(kind, text[hit.start() : hit.end()])
        for kind in NAMED
        if kind in kinds and kind in made.kinds
        for hit in re.finditer(made.kinds[kind], _left(text, kind, made), re.IGNORECASE)
    ]


def _left(text: str, kind: TextKind, patterns: Patterns) -> str:
    """Return the text, of the same length, without the stretches in which a type does not hold."""

    def gone(hit: re.Match[str]) -> str:
        return hit[0] if hit[1] is not None else GONE * len(hit[0])

    pattern = patterns.taken_back.get(kind)
    return re.sub(pattern, gone, text, flags=re.IGNORECASE) if pattern else text


def marked(text: str, words: Collection[str]) -> list[Piece]:
    """Return the text cut into stretches; those that are one of `words` are marked."""
    wanted = [re.escape(word) for word in sorted(set(words), key=len, reverse=True) if word]
    if not wanted:
        return [Piece(text)]
    parts = re.split(f"({'|'.join(wanted)})", text, flags=re.IGNORECASE)
    return [Piece(part, place % 2 == 1) for place, part in enumerate(parts) if part]
