"""What customers say: sentences in Chinese and English, by theme and mood.

The phrases stand in `phrases.toml`; slots such as {product} are filled from its lists, and a
sentence may have an opening or a closing. All sentences are spelled out once; drawing words for
many rows is then a matter of picking numbers.
"""

from __future__ import annotations

import itertools
import random
import string
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.simulate.columns import Words
from regulars.simulate.model import CITIES, PRODUCTS
from regulars.simulate.population import Ints

THEMES: tuple[str, ...] = (
    "app",
    "store",
    "chat",
    "hotline",
    "delivery",
    "late",
    "product",
    "return",
    "pickup",
    "case",
    "gift",
    "relation",
    "question",
    "progress",
    "complaint_late",
    "complaint_hotline",
    "complaint_store",
    "complaint_product",
    "problem",
)
THEME = {name: code for code, name in enumerate(THEMES)}
MOODS = ("bad", "fair", "good")
SPOKEN = ("zh", "en")
MOST = 300  # sentences kept of one theme, mood and language
COMMENT = 0.45


@dataclass(frozen=True, slots=True)
class Book:
    """All sentences, and where those of each (theme, mood, language) begin and how many."""

    sentences: pa.Array
    begin: Ints
    count: Ints


def say(
    rng: np.random.Generator, theme: Ints, mood: Ints, english: Any, share: float = COMMENT
) -> Words:
    """Return words for a `share` of the rows; the others keep silent.

    The unhappy write more often than the content.
    """
    written = book()
    group = (theme * len(MOODS) + mood) * len(SPOKEN) + english
    drawn = (rng.random(len(theme)) * written.count[group]).astype(np.int64)
    eager = np.array([1.5, 0.8, 0.9])[mood] * share
    speaks = (rng.random(len(theme)) < eager) & (written.count[group] > 0)
    return Words(np.where(speaks, written.begin[group] + drawn, -1), written.sentences)


@cache
def book() -> Book:
    """Return all sentences, spelled out from the phrases."""
    file = resources.files("regulars.simulate") / "phrases.toml"
    phrases = tomllib.loads(file.read_text("utf-8"))
    sentences: list[str] = []
    begin, count = [], []
    for theme, mood, language in itertools.product(THEMES, MOODS, SPOKEN):
        group = _sentences(phrases, theme, mood, language)
        begin.append(len(sentences))
        count.append(len(group))
        sentences += group
    return Book(pa.array(sentences, pa.string()), np.array(begin), np.array(count))


def _sentences(phrases: dict[str, Any], theme: str, mood: str, language: str) -> list[str]:
    """Return sentences of one group, each once, at most MOST of them; always the same ones."""
    cores = phrases.get(theme, {}).get(mood, {}).get(language, [])
    around = phrases["around"][mood][language]
    plain = theme in ("question", "progress", "problem") or theme.startswith("complaint")
    filled = [text for core in cores for text in _filled(core, phrases["slots"][language])]
    spoken = list(filled)
    if not plain:
        gap = " " if language == "en" else ""
        spoken += [opening + gap + text for opening in around["opening"] for text in filled]
        spoken += [text + gap + closing for text in filled for closing in around["closing"]]
    unique = list(dict.fromkeys(spoken))
    random.Random(f"{theme}{mood}{language}").shuffle(unique)
    return unique[:MOST]


def _filled(core: str, slots: dict[str, list[str]]) -> list[str]:
    """Return the phrase with every combination of its slots' fillings."""
    wanted = [name for _text, name, _format, _convert in string.Formatter().parse(core) if name]
    language = "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in core) else "en"
    ours = {
        "product": [product.name.in_(language) for product in PRODUCTS],
        "city": [city.in_(language) for city in CITIES.values()],
    }
    if language == "en":
        ours["product"] = [name[0].lower() + name[1:] for name in ours["product"]]
    fillings = {**slots, **ours}
    choices = [fillings[name] for name in wanted]
    return [
        core.format(**dict(zip(wanted, chosen, strict=True)))
        for chosen in itertools.product(*choices)
    ]
