"""What people decide: the lexicons by version, and corrections of what was read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache

import numpy as np
import pyarrow as pa

from regulars.company.audit.service import record
from regulars.company.documents import service as documents
from regulars.company.documents.model import Versioned
from regulars.company.rights.model import Principal, Scope
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventScope
from regulars.understand.words import keeping, lexicon, queries, reading
from regulars.understand.words.lexicon import Lexicon, Lexicons
from regulars.understand.words.model import (
    LANGUAGES,
    Correction,
    Mood,
    TextKind,
    bits,
    code_of,
    kinds_of,
    mood_of,
)


@dataclass(frozen=True, slots=True)
class Edited:
    """One version of a lexicon: 0 is the shipped one."""

    number: int
    language: str
    by: str
    at: datetime | None
    current: bool


@cache
def _shipped(language: str) -> str:
    return lexicon.document(lexicon.shipped()[language])


@lru_cache(maxsize=32)
def _parsed(language: str, text: str) -> Lexicon:
    return lexicon.parse(language, text)


def _of(language: str) -> Versioned[Lexicon]:
    return Versioned(
        f"lexicon.{language}", "words", "words.lexicon",
        lambda: _shipped(language), lambda text, _number: _parsed(language, text),
        moved_on="changed",
    )  # fmt: skip


LEXICONS = {language: _of(language) for language in LANGUAGES}


def current(ws: Workspace) -> Lexicons:
    """Return the lexicons in force; their version grows whenever one is changed."""
    made = {language: documents.current(ws, of) for language, of in LEXICONS.items()}
    return Lexicons(sum(base(ws, language) for language in LANGUAGES), made)


def history(ws: Workspace, language: str) -> list[Edited]:
    """Return the versions of one lexicon, the newest first, the shipped one last."""
    made = [
        Edited(one.number, language, one.made_by, one.made_at, place == 0)
        for place, one in enumerate(documents.versions(ws, LEXICONS[language]))
    ]
    return [*made, Edited(0, language, "", None, not made)]


def base(ws: Workspace, language: str) -> int:
    """Return the number of the version of one language that is in force."""
    return documents.number(ws, LEXICONS[language])


def save(ws: Workspace, wanted: Lexicon, on: int, *, by: Principal, now: datetime) -> int:
    """Put an edited lexicon in force; `on` is the version it was made from. Returns its number.

    Raises Conflict when somebody else has changed it since, Invalid for a bad phrase.
    """
    checked = lexicon.checked(wanted)
    known = {point.key for point in catalog_service.current(ws).touchpoints}
    strange = sorted(key for key in checked.touchpoints if key not in known)
    if strange:
        raise Invalid(
            "words.touchpoint",
            Text(f"The catalog has no touchpoint {strange[0]}.", f"触点清单中没有 {strange[0]}。"),
            field="touchpoints",
        )
    of, subject = LEXICONS[checked.language], checked.language
    document = lexicon.document(checked)
    documents.save(
        ws, of, document, by, now=now, based_on=on, subject=subject, details={"version": on + 1}
    )
    return on + 1


def restore(ws: Workspace, language: str, number: int, *, by: Principal, now: datetime) -> int:
    """Put an earlier version of one lexicon (0: the shipped one) in force again, as a new one."""
    found = version(ws, language, number)
    return save(ws, found, base(ws, language), by=by, now=now)


def version(ws: Workspace, language: str, number: int) -> Lexicon:
    """Return one version of a lexicon. Raises NotFound."""
    if number == 0 and language in LANGUAGES:
        # A shipped touchpoint that this company's catalog does not have would be refused.
        whole = lexicon.shipped()[language]
        known = {point.key for point in catalog_service.current(ws).touchpoints}
        kept = {key: words for key, words in whole.touchpoints.items() if key in known}
        return replace(whole, touchpoints=kept)
    if language not in LANGUAGES:
        raise NotFound("words.version", Text("There is no such version.", "没有这个版本。"))
    return _parsed(language, documents.text(ws, LEXICONS[language], number))


def correct(
    ws: Workspace,
    event_id: str,
    mood: Mood,
    kinds: list[TextKind],
    touchpoint: str | None,
    *,
    scope: Scope,
    by: Principal,
    now: datetime,
    drawn: bool = False,
) -> None:
    """Keep what a person says of one text; it holds at once and teaches the head.

    Raises NotFound for an event without words or outside `scope`, Invalid for an unknown
    touchpoint.
    """
    if touchpoint is not None and catalog_service.current(ws).touchpoint(touchpoint) is None:
        raise Invalid(
            "words.touchpoint",
            Text(f"The catalog has no touchpoint {touchpoint}.", f"触点清单中没有 {touchpoint}。"),
            field="touchpoint",
        )
    extent = EventScope(scope=scope)
    rows = ws.query(lambda view: queries.these(view, [event_id], extent)).to_pylist()
    if not rows:
        raise NotFound("words.text", Text("There is no such text.", "没有这条文字。"))
    language = reading.languages(pa.array([rows[0]["text"]]))[0].as_py()
    named = [kind for kind in kinds if kind is not TextKind.OTHER]
    other: list[TextKind] = [TextKind.OTHER] if mood is Mood.NEGATIVE else []
    number = bits([*named] if named else other)
    row = {
        "event_id": event_id,
        "identity_id": rows[0]["identity_id"],
        "text": rows[0]["text"],
        "language": language,
        "mood": code_of(mood),
        "kinds": number,
        "touchpoint": touchpoint,
        "drawn": drawn,
        "made_by": by.name,
        "made_at": now,
    }
    with ws.database.transaction() as connection:
        queries.put_correction(connection, row)
        record(ws, connection, by, "words.corrected", event_id, mood=mood,
               kinds=[str(kind) for kind in kinds_of(number)], touchpoint=touchpoint)  # fmt: skip


def take_back(ws: Workspace, event_id: str, *, scope: Scope, by: Principal) -> None:
    """Undo a correction: what was read holds again. Raises NotFound."""
    extent = EventScope(scope=scope)
    seen = ws.query(lambda view: queries.these(view, [event_id], extent)).num_rows
    if not seen:
        raise NotFound("words.text", Text("There is no such text.", "没有这条文字。"))
    with ws.database.transaction() as connection:
        if not queries.drop_correction(connection, event_id):
            raise NotFound(
                "words.correction", Text("This text is not corrected.", "这条文字没有更正。")
            )
        record(ws, connection, by, "words.uncorrected", event_id)


def corrections(ws: Workspace, scope: Scope = None) -> list[Correction]:
    """Return what people corrected within `scope`, the newest first."""
    with ws.database.reading() as connection:
        rows = queries.corrections(connection)
    if scope is not None:
        seen = keeping.within(keeping.load(ws), EventScope(scope=scope)).column("event_id")
        known = set(seen.to_pylist())
        rows = [row for row in rows if row["event_id"] in known]
    return [
        Correction(
            row["event_id"], row["identity_id"], row["text"], row["language"],
            mood_of(row["mood"]), kinds_of(row["kinds"]), row["touchpoint"], row["made_by"],
            row["made_at"],
        )
        for row in rows
    ]  # fmt: skip


def note_export(ws: Workspace, by: Principal, query: str) -> None:
    """Note in the audit log that texts were taken away as a file."""
    with ws.database.transaction() as connection:
        record(ws, connection, by, "words.exported", query)


def corrected(ws: Workspace) -> set[str]:
    """Return the events whose reading a person corrected or confirmed."""
    with ws.database.reading() as connection:
        return {row["event_id"] for row in queries.corrections(connection)}


def draw(ws: Workspace, extent: EventScope, *, seed: int, most: int = 40) -> list[str]:
    """Return events drawn by lot among the texts nobody has checked yet; the same for a `seed`."""
    readings = keeping.within(keeping.load(ws), extent)
    ids = readings.column("event_id").to_pylist()
    left = sorted(set(ids) - corrected(ws))
    if not left:
        return []
    lot = np.random.default_rng(seed).permutation(len(left))[:most]
    return [left[place] for place in lot]
