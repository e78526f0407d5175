"""What the forms of searches, corrections and lexicons hold, read and shown again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regulars.faces.forms import Fields
from regulars.faces.language import say
from regulars.kit.errors import NotFound
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import Catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses.options import Option
from regulars.understand.words import service
from regulars.understand.words.lexicon import (
    LISTS,
    NEGATION,
    PARTS,
    Lexicon,
    Negation,
    Phrases,
)
from regulars.understand.words.model import (
    KIND_TITLES,
    KINDS,
    LANGUAGE_TITLES,
    LANGUAGES,
    MOOD_TITLES,
    MOODS,
    NAMED,
    Mood,
    TextKind,
)
from regulars.understand.words.searching import Sought

LONGEST = 100_000
SEEK = (
    Option("q", Text("Words that must occur", "须包含的词")),
    Option("type", Text("Problem type", "问题类型"),
           choices=tuple((str(key), KIND_TITLES[key]) for key in KINDS)),
    Option("mood", Text("Feeling", "情感"),
           choices=tuple((str(key), MOOD_TITLES[key]) for key in MOODS)),
    Option("touchpoint", Text("Touchpoint mentioned", "所指触点")),
    Option("page", Text("Page, from 1", "页码，从 1 起"), kind=int, default=1, bounds=(1, 10_000)),
)  # fmt: skip
"""What texts are searched by."""


@dataclass(frozen=True, slots=True)
class TopicSaid:
    """One correction as a form sends it."""

    event_id: str
    mood: Mood
    kinds: list[TextKind]
    touchpoint: str | None
    drawn: bool
    back: str


def sought(given: dict[str, Any]) -> Sought:
    """Return which texts are looked for. Raises Invalid for no problem type or feeling."""
    words, kind, mood, touchpoint, number = (one.check(given[one.name]) for one in SEEK)
    return Sought(words or "", kind and TextKind(kind), mood and Mood(mood), touchpoint, number)


def correction(fields: Fields) -> TopicSaid | None:
    """Read a correction; None when the text or the feeling is not given."""
    event_id = fields.text("event_id", required=True)
    mood = fields.choice("mood", {str(one) for one in MOODS}, required=True)
    kinds = fields.choices("type", {str(one) for one in NAMED})
    if not fields.ok or event_id is None or mood is None:
        return None
    return TopicSaid(
        event_id, Mood(mood), [TextKind(one) for one in kinds], fields.text("touchpoint"),
        fields.flag("drawn"), back(fields),
    )  # fmt: skip


def back(fields: Fields) -> str:
    """Return the page to go back to: one of ours, never another site."""
    wanted = fields.text("back") or "/words/texts"
    return wanted if wanted.startswith("/words/") else "/words/texts"


def language(fields: Fields) -> str:
    """Read the language of a lexicon. Raises NotFound."""
    return known(fields.text("language") or "")


def known(word: str) -> str:
    """Return the language if there is a lexicon of it. Raises NotFound."""
    if word not in LANGUAGES:
        raise NotFound("words.language", Text("There is no such lexicon.", "没有这种语言的词典。"))
    return word


def lexicon(fields: Fields, tongue: str) -> tuple[Lexicon, int]:
    """Read an edited lexicon, and the version it was made from."""

    def phrases(name: str) -> Phrases:
        words = (fields.text(name, most=LONGEST) or "").replace("\r", "")
        return tuple(line.strip() for line in words.split("\n") if line.strip())

    def lists(name: str) -> dict[TextKind, Phrases]:
        return {kind: phrases(name.format(kind=kind)) for kind in NAMED}

    places: dict[str, Phrases] = {}
    for line in phrases("touchpoints"):
        key, _colon, words = line.replace("：", ":").partition(":")
        parts = words.replace("，", ",").replace("、", ",").split(",")
        places[key.strip()] = tuple(one.strip() for one in parts if one.strip())
    made = Lexicon(
        tongue,
        phrases("good"),
        phrases("bad"),
        Negation(
            phrases("words"),
            phrases("between"),
            phrases("mistaken"),
            phrases("contrast"),
            fields.whole("window") or 0,
        ),
        lists("{kind}"),
        lists("{kind}.unless"),
        lists("{kind}.negated"),
        lists("{kind}.relief"),
        places,
        frozenset(phrases("stop")),
    )
    return made, fields.whole("on") or 0


def shown(ws: Workspace, word: str, typed: dict[str, str] | None) -> dict[str, Any]:
    """Return one language's lexicon as texts of a form, with its versions."""
    tongue = known(word)
    now = service.current(ws)[tongue]
    texts = {name: "\n".join(getattr(now, name)) for name in LISTS}
    texts |= {name: "\n".join(getattr(now.negation, name)) for name in NEGATION}
    texts["window"] = str(now.negation.window)
    texts |= {str(kind): "\n".join(now.kinds.get(kind, ())) for kind in NAMED}
    for name in PARTS[1:]:
        texts |= {f"{kind}.{name}": "\n".join(getattr(now, name).get(kind, ())) for kind in NAMED}
    texts["stop"] = "\n".join(sorted(now.stop))
    places = catalog_service.current(ws).touchpoints
    texts["touchpoints"] = "\n".join(
        f"{point.key}: " + ", ".join(now.touchpoints[point.key])
        for point in places
        if now.touchpoints.get(point.key)
    )
    return {
        "tongue": tongue,
        "tongue_choices": [
            (say(LANGUAGE_TITLES[one]), f"/words/lexicon?language={one}", one == tongue)
            for one in LANGUAGES
        ],
        "texts": {**texts, **(typed or {})},
        "on": (typed or {}).get("on") or service.base(ws, tongue),
        "versions": service.history(ws, tongue),
    }


def touchpoints(catalog: Catalog) -> list[tuple[str, str]]:
    """Return the catalog's touchpoints as choices."""
    return [(point.key, say(point.title)) for point in catalog.touchpoints]
