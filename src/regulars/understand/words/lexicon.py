"""Lexicons: the phrases that feelings, problem types and touchpoints are known by; pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.understand.words.model import LANGUAGES, NAMED, Kind

Phrases = tuple[str, ...]
MOST_PHRASES = 2_000
LONGEST = 60
LISTS = ("good", "bad", "reverse")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of one language. `unless` are phrases that a problem type does not hold in."""

    language: str
    good: Phrases
    bad: Phrases
    reverse: Phrases
    kinds: dict[Kind, Phrases]
    unless: dict[Kind, Phrases]
    touchpoints: dict[str, Phrases]
    stop: frozenset[str]


@dataclass(frozen=True)
class Patterns:
    """Regular expressions of a lexicon that RE2 and Python both understand; None: no phrases."""

    good: str | None
    bad: str | None
    not_good: str | None
    not_bad: str | None
    kinds: dict[Kind, str]
    unless: dict[Kind, str]
    touchpoints: dict[str, str]


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
        told = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(
            "words.toml",
            Text(f"The file is no TOML: {error}.", f"文件不是有效的 TOML：{error}。"),
            field="document",
        ) from error
    feeling, types = told.get("sentiment", {}), told.get("types", {})
    unknown = set(types) - set(NAMED)
    if unknown:
        raise Invalid(
            "words.type",
            Text(f"There is no problem type {min(unknown)}.", f"没有问题类型 {min(unknown)}。"),
            field="document",
        )
    return checked(
        Lexicon(
            language,
            tuple(feeling.get("good", ())),
            tuple(feeling.get("bad", ())),
            tuple(feeling.get("reverse", ())),
            {kind: tuple(types.get(kind, {}).get("phrases", ())) for kind in NAMED},
            {kind: tuple(types.get(kind, {}).get("unless", ())) for kind in NAMED},
            {key: tuple(words) for key, words in told.get("touchpoints", {}).items()},
            frozenset(told.get("words", {}).get("stop", ())),
        )
    )


def checked(lexicon: Lexicon) -> Lexicon:
    """Return the lexicon with its phrases trimmed, each once. Raises Invalid for a bad phrase."""
    return Lexicon(
        lexicon.language,
        _clean(lexicon.good, "good"),
        _clean(lexicon.bad, "bad"),
        _clean(lexicon.reverse, "reverse"),
        {kind: _clean(words, kind) for kind, words in lexicon.kinds.items()},
        {kind: _clean(words, f"{kind}.unless") for kind, words in lexicon.unless.items()},
        {key: _clean(words, key) for key, words in lexicon.touchpoints.items()},
        frozenset(_clean(sorted(lexicon.stop), "stop")),
    )


def _clean(words: Iterable[Any], name: str) -> Phrases:
    made = []
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
        made.append(plain)
    if len(made) > MOST_PHRASES:
        raise Invalid(
            "words.many",
            Text(f"At most {MOST_PHRASES} phrases.", f"至多 {MOST_PHRASES} 个词语。"),
            field=name,
        )
    return tuple(dict.fromkeys(made))


def document(lexicon: Lexicon) -> str:
    """Return the lexicon as TOML; `parse` reads it back."""
    lines = ["[sentiment]"]
    lines += [_list(name, getattr(lexicon, name)) for name in LISTS]
    for kind in NAMED:
        lines += ["", f"[types.{kind}]", _list("phrases", lexicon.kinds.get(kind, ()))]
        lines.append(_list("unless", lexicon.unless.get(kind, ())))
    lines += ["", "[touchpoints]"]
    lines += [_list(_quoted(key), words) for key, words in lexicon.touchpoints.items()]
    lines += ["", "[words]", _list("stop", sorted(lexicon.stop))]
    return "\n".join(lines) + "\n"


def _list(name: str, words: Iterable[str]) -> str:
    return f"{name} = [" + ", ".join(_quoted(word) for word in words) + "]"


def _quoted(word: str) -> str:
    plain = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def patterns(lexicon: Lexicon) -> Patterns:
    """Return the expressions of a lexicon."""
    chinese = lexicon.language == "zh"
    good, bad = _any(lexicon.good, chinese), _any(lexicon.bad, chinese)
    reverse = _any(lexicon.reverse, chinese)
    gap = r"[^，。！？、；：,.!?;:\s]{0,2}?" if chinese else r"(?:\W+\w+){0,2}?\W+"

    def turned(words: str | None) -> str | None:
        return f"(?:{reverse}){gap}(?:{words})" if words and reverse else None

    return Patterns(
        good,
        bad,
        turned(good),
        turned(bad),
        _each(lexicon.kinds, chinese),
        _each(lexicon.unless, chinese),
        _each(lexicon.touchpoints, chinese),
    )


def _each(lists: Mapping[Any, Phrases], chinese: bool) -> dict[Any, str]:
    found = {key: _any(words, chinese) for key, words in lists.items()}
    return {key: words for key, words in found.items() if words}


def _any(words: Phrases, chinese: bool) -> str | None:
    """Return an expression of any of the phrases, the longest first."""
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
