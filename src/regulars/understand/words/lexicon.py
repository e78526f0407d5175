"""Lexicons: the phrases that feelings, problem types and touchpoints are known by; pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.understand.words.model import LANGUAGES, NAMED, TextKind

Phrases = tuple[str, ...]
MAX_PHRASES = 2_000
LONGEST = 60
LISTS = ("good", "bad")
NEGATION = ("words", "between", "mistaken", "contrast")
PARTS = ("phrases", "unless", "negated", "relief")
"""The lists of a problem type."""
WINDOW, WIDEST = 2, 6
"""The usual and the widest window of a negation."""


@dataclass(frozen=True, slots=True)
class Negation:
    """What turns a phrase round, and how far it reaches.

    `words` negate what follows within `window` words (in Chinese characters) of the same clause.
    `between` are the words that may stand between a negation and a problem type's phrase, at most
    `window` of them. `mistaken` only look like a negation ("not only", 特别). Behind a word of
    `contrast` a problem type's relief takes the problem back.
    """

    words: Phrases = ()
    between: Phrases = ()
    mistaken: Phrases = ()
    contrast: Phrases = ()
    window: int = WINDOW


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of one language.

    `unless` are phrases that a problem type does not hold in, `negated` those that are no problem
    behind a negation, `relief` what takes it back behind a contrast.
    """

    language: str
    good: Phrases = ()
    bad: Phrases = ()
    negation: Negation = field(default_factory=Negation)
    kinds: dict[TextKind, Phrases] = field(default_factory=dict)
    unless: dict[TextKind, Phrases] = field(default_factory=dict)
    negated: dict[TextKind, Phrases] = field(default_factory=dict)
    relief: dict[TextKind, Phrases] = field(default_factory=dict)
    touchpoints: dict[str, Phrases] = field(default_factory=dict)
    stop: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicons:
    """The lexicons of all languages under one version; 0 is what ships with the product."""

    version: int
    by_language: dict[str, Lexicon] = field(default_factory=dict)

    def __getitem__(self, language: str) -> Lexicon:
        return self.by_language[language]


@cache
def shipped() -> Lexicons:
    """Return the lexicons that ship with the product."""
    folder = resources.files("regulars.understand.words") / "lexicons"
    documents = {one: (folder / f"{one}.toml").read_text("utf-8") for one in LANGUAGES}
    return Lexicons(0, {one: parse(one, words) for one, words in documents.items()})


def parse(language: str, document: str) -> Lexicon:
    """Read one language's TOML. Raises Invalid with what is wrong and where."""
    try:
        content = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(
            "words.toml",
            Text(f"The file is no TOML: {error}.", f"文件不是有效的 TOML：{error}。"),
            field="document",
        ) from error
    feeling, types = content.get("sentiment", {}), content.get("types", {})
    turning = content.get("negation", {})
    unknown = set(types) - set(NAMED)
    if unknown:
        raise Invalid(
            "words.type",
            Text(f"There is no problem type {min(unknown)}.", f"没有问题类型 {min(unknown)}。"),
            field="document",
        )
    lists = {
        name: {kind: tuple(types.get(kind, {}).get(name, ())) for kind in NAMED} for name in PARTS
    }
    return checked(
        Lexicon(
            language,
            tuple(feeling.get("good", ())),
            tuple(feeling.get("bad", ())),
            Negation(
                # Documents from before [negation] held the words among those of feeling.
                tuple(turning.get("words", feeling.get("reverse", ()))),
                tuple(turning.get("between", ())),
                tuple(turning.get("mistaken", ())),
                tuple(turning.get("contrast", ())),
                turning.get("window", WINDOW),
            ),
            lists["phrases"],
            lists["unless"],
            lists["negated"],
            lists["relief"],
            {key: tuple(words) for key, words in content.get("touchpoints", {}).items()},
            frozenset(content.get("words", {}).get("stop", ())),
        )
    )


def checked(lexicon: Lexicon) -> Lexicon:
    """Return the lexicon with its phrases trimmed, each once. Raises Invalid for a bad phrase."""

    def lists(name: str) -> dict[TextKind, Phrases]:
        found: dict[TextKind, Phrases] = getattr(lexicon, name)
        return {kind: _clean(words, f"{kind}.{name}") for kind, words in found.items()}

    return Lexicon(
        lexicon.language,
        _clean(lexicon.good, "good"),
        _clean(lexicon.bad, "bad"),
        _negation(lexicon.negation),
        {kind: _clean(words, kind) for kind, words in lexicon.kinds.items()},
        lists("unless"),
        lists("negated"),
        lists("relief"),
        {key: _clean(words, key) for key, words in lexicon.touchpoints.items()},
        frozenset(_clean(sorted(lexicon.stop), "stop")),
    )


def _negation(turning: Negation) -> Negation:
    if not isinstance(turning.window, int) or not 0 <= turning.window <= WIDEST:
        raise Invalid(
            "words.window",
            Text(f"A negation reaches 0 to {WIDEST} words.", f"否定词的作用范围为 0 至 {WIDEST}。"),
            field="window",
        )
    return Negation(
        _clean(turning.words, "words"),
        _clean(turning.between, "between"),
        _clean(turning.mistaken, "mistaken"),
        _clean(turning.contrast, "contrast"),
        turning.window,
    )


def _clean(words: Iterable[Any], name: str) -> Phrases:
    cleaned = []
    for word in words:
        plain = re.sub(r"\s+", " ", str(word)).strip().lower()
        if not plain:
            continue
        if len(plain) > LONGEST or not re.search(r"\w", plain):
            raise Invalid(
                "words.phrase",
                Text(
                    f"“{plain[:20]}…” is no phrase: 1 to {LONGEST} characters, with a letter.",
                    f"“{plain[:20]}…”不是词语：须为 1 至 {LONGEST} 个字符，且含文字。",
                ),
                field=name,
            )
        cleaned.append(plain)
    if len(cleaned) > MAX_PHRASES:
        raise Invalid(
            "words.many",
            Text(f"At most {MAX_PHRASES} phrases.", f"至多 {MAX_PHRASES} 个词语。"),
            field=name,
        )
    return tuple(dict.fromkeys(cleaned))


def document(lexicon: Lexicon) -> str:
    """Return the lexicon as TOML; `parse` reads it back."""
    lines = ["[sentiment]"]
    lines += [_list(name, getattr(lexicon, name)) for name in LISTS]
    lines += ["", "[negation]", f"window = {lexicon.negation.window}"]
    lines += [_list(name, getattr(lexicon.negation, name)) for name in NEGATION]
    for kind in NAMED:
        lines += ["", f"[types.{kind}]", _list("phrases", lexicon.kinds.get(kind, ()))]
        lines += [_list(name, getattr(lexicon, name).get(kind, ())) for name in PARTS[1:]]
    lines += ["", "[touchpoints]"]
    lines += [_list(_quoted(key), words) for key, words in lexicon.touchpoints.items()]
    lines += ["", "[words]", _list("stop", sorted(lexicon.stop))]
    return "\n".join(lines) + "\n"


def _list(name: str, words: Iterable[str]) -> str:
    return f"{name} = [" + ", ".join(_quoted(word) for word in words) + "]"


def _quoted(word: str) -> str:
    plain = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
