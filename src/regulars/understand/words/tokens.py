"""Cut texts into the words that are counted and looked for."""

from __future__ import annotations

import re
from collections.abc import Collection

CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
NOISE = re.compile(r"https?://\S+|[@]\w+|&\w+;")
ENGLISH = re.compile(r"[a-z0-9]+(?:['’\-][a-z0-9]+)*")
NUMBER = re.compile(r"[\d.,%]+")


def words(text: str, language: str, stop: Collection[str] = ()) -> list[str]:
    """Return the different words of a text in their order, without `stop`, numbers, addresses.

    Chinese is cut by dictionary (rjieba), and words of one character stay; elsewhere a word is a
    run of letters in lower case.
    """
    plain = NOISE.sub(" ", text.lower())
    if language == "zh":
        import rjieba  # it reads its dictionary

        found = [one for one in rjieba.cut(plain) if CHINESE.search(one) or ENGLISH.fullmatch(one)]
    else:
        found = ENGLISH.findall(plain.replace("’", "'"))
    return [one for one in dict.fromkeys(found) if one not in stop and _counts(one)]


def _counts(word: str) -> bool:
    return (len(word) > 1 or bool(CHINESE.match(word))) and not NUMBER.fullmatch(word)


def terms(query: str, most: int = 8) -> list[str]:
    """Return what a search looks for: words, and phrases in quotation marks as they are."""
    lower = query.lower().strip()
    quoted = [one.strip() for one in re.findall(r"[\"“”]([^\"“”]+)[\"“”]", lower)]
    rest = re.sub(r"[\"“”][^\"“”]*[\"“”]", " ", lower)
    single = words(rest, "zh" if CHINESE.search(rest) else "en")
    return list(dict.fromkeys([*quoted, *single]))[:most]
