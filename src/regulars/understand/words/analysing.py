"""Read what is new, batch by batch, each text once; with its own progress, beside the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from numpy.typing import NDArray

from regulars.listen.catalog import service as catalog_service
from regulars.timeline.lease import lease
from regulars.timeline.workspace import Workspace
from regulars.understand.words import editing, head, keeping, queries, reading, tokens
from regulars.understand.words.head import Head, Quality
from regulars.understand.words.lexicon import Lexicons
from regulars.understand.words.model import KINDS, LANGUAGES, NAMED, TextKind

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

CODE = 2
"""Counts up when texts are to be read anew because the code reads them otherwise."""
PULLED = 200_000
"""Texts taken from the timeline at a time."""
FEW = 20_000
"""So many texts are read within about a second, so that a saved lexicon shows at once."""
GROWTH = 1.1
"""The head is judged anew when there are a tenth, and at least twenty, more corrections."""
Progress = Callable[[float], None]
Bools = NDArray[np.bool_]
OTHER = 1 << KINDS.index(TextKind.OTHER)


class Reader:
    """Reads texts by one version: lexicons, the catalog's touchpoints, and heads that are used."""

    def __init__(
        self, lexicons: Lexicons, touchpoints: frozenset[str] | None, heads: dict[str, Head]
    ) -> None:
        self._lexicons = lexicons
        self._touchpoints = touchpoints
        self._heads = heads

    def read(self, texts: pa.Table) -> pa.Table:
        """Return a reading for each row of `texts` (the columns of `queries.COPIED`).

        Equal texts in one declared language are read once.
        """
        pair = pa.table({"text": texts.column("text"), "language": texts.column("language")})
        distinct = pair.group_by(["text", "language"]).aggregate([])
        said = distinct.column("text").combine_chunks()
        declared = distinct.column("language").combine_chunks()
        found = self.taught(said, reading.read(said, declared, self._lexicons, self._touchpoints))
        made = distinct.append_column("words", self._words(said, found.language))
        made = made.append_column("read_language", found.language)
        made = made.append_column("mood", pa.array(found.mood, pa.int8()))
        made = made.append_column("kinds", pa.array(found.kinds, pa.int16()))
        made = made.append_column("about", found.meant)
        return _joined(texts, made)

    def taught(self, texts: pa.Array, readings: reading.Read) -> reading.Read:
        """Return the lexicon's readings with what the heads know better put in."""
        mood, kinds = readings.mood, readings.kinds & ~OTHER
        for target, one in self._heads.items():
            answer = one.predict(texts, readings)
            if target == head.MOOD:
                mood = answer
            else:
                place = NAMED.index(TextKind(target))
                kinds = np.where(answer > 0, kinds | 1 << place, kinds & ~(1 << place))
        kinds = np.where((mood < 0) & (kinds == 0), OTHER, kinds)
        return reading.Read(readings.language, mood, readings.balance, kinds, readings.meant)

    def _words(self, texts: pa.Array, languages: pa.Array) -> pa.Array:
        stop = {one: self._lexicons[one].stop for one in LANGUAGES}
        pairs = zip(texts.to_pylist(), languages.to_pylist(), strict=True)
        cut = [tokens.words(text, language, stop.get(language, ())) for text, language in pairs]
        return pa.array(cut, pa.list_(pa.string()))


def _joined(texts: pa.Table, readings: pa.Table) -> pa.Table:
    """Return the rows of `texts` each with the reading of its text, in the schema that is kept."""
    number = pa.array(range(readings.num_rows), pa.int32())
    keys = pa.table(
        {"text": readings.column("text"), "language": pc.fill_null(readings.column("language"), ""),
         "reading": number}
    )  # fmt: skip
    asked = pa.table(
        {
            "text": texts.column("text"),
            "language": pc.fill_null(texts.column("language"), ""),
            "row": pa.array(range(texts.num_rows), pa.int32()),
        }
    )
    both = asked.join(keys, ["text", "language"]).sort_by("row")
    spread = readings.take(both.column("reading"))
    speaker = pc.coalesce(
        texts.column("identity_id"), texts.column("session"), texts.column("event_id")
    )
    columns = {name: texts.column(name) for name in ("event_id", "identity_id", "occurred_at")}
    columns |= {"speaker": speaker}
    columns |= {name: texts.column(name) for name in ("touchpoint", "channel", "place")}
    columns |= {"language": spread.column("read_language"), "mood": spread.column("mood")}
    columns |= {"kinds": spread.column("kinds")}
    columns |= {"meant": pc.coalesce(spread.column("about"), texts.column("touchpoint"))}
    columns |= {"words": spread.column("words")}
    return pa.table(columns).cast(keeping.SCHEMA)


def analyse(ws: Workspace, *, now: datetime, progress: Progress = lambda _share: None) -> int:
    """Read every text that has not been read by the present version; return how many.

    Each batch is kept as soon as it is read, so an interrupted run goes on where it stopped. When
    lexicon or head have changed, pages show the old readings until all are read anew.
    """
    # Two at once (the refresh and a command) would read every text twice.
    with lease(ws.database, "words", patience=600.0):
        return _analyse(ws, now, progress)


def analyse_few(ws: Workspace, *, now: datetime) -> bool:
    """Read anew at once when there are few texts; else the refresh does. Returns whether it did."""
    if unread(ws, present(ws)[0]) > FEW:
        return False
    analyse(ws, now=now)
    return True


def unread_now(ws: Workspace) -> int:
    """Return how many texts the present lexicons and heads have not read yet."""
    return unread(ws, present(ws)[0])


def _analyse(ws: Workspace, now: datetime, progress: Progress) -> int:
    judge(ws, now=now)
    version, reader = present(ws)
    with ws.database.transaction() as connection:
        if version not in {one for one, _begun, _ended in queries.versions(connection)}:
            queries.begin_version(connection, version, now)
    done, left = 0, unread(ws, version)
    total = left
    while left > 0:
        texts = _fetched(ws, keeping.known(ws, version), left)
        for begin in range(0, texts.num_rows, keeping.BATCH):
            some = reader.read(texts.slice(begin, keeping.BATCH))
            with ws.database.transaction() as connection:
                keeping.append(ws, connection, version, some)
            done += some.num_rows
            progress(min(done / max(total, 1), 1.0))
        left = left - texts.num_rows if texts.num_rows else 0
    with ws.database.transaction() as connection:
        queries.finish_version(connection, version, now)
    return done


def _fetched(ws: Workspace, seen: pa.Table, left: int) -> pa.Table:
    """Return texts not read yet; mostly all that are left came with the newest events."""

    def build(view: View) -> ir.Table:
        return queries.unread(view, seen, PULLED)

    newest = ws.engine.of_touched(build)
    return newest if newest is not None and newest.num_rows == left else ws.query(build)


def unread(ws: Workspace, version: str | None = None) -> int:
    """Return how many texts have not been read by `version` (None: the one that pages show)."""
    rows = ws.engine.summed("texts", queries.counted, by=("language",)).to_pylist()
    with ws.database.reading() as connection:
        wanted = version or keeping.served(connection)
        seen = queries.stamp(connection, wanted)[0] if wanted else 0
    return max(sum(int(row["texts"]) for row in rows) - int(seen), 0)


def present(ws: Workspace) -> tuple[str, Reader]:
    """Return the version that texts are to be read by now, and its reader."""
    lexicons = editing.current(ws)
    catalog = catalog_service.current(ws)
    number, found = quality(ws)
    used = [one.target for one in found if one.used]
    version = f"{CODE}.{lexicons.version}.{catalog.version}.{number if used else 0}"
    return version, Reader(
        lexicons, frozenset(point.key for point in catalog.touchpoints), _heads(ws, lexicons, used)
    )


def quality(ws: Workspace) -> tuple[int, list[Quality]]:
    """Return the last judgement of the heads: its number (0: none yet) and each target's.

    One that was written in an older form counts as none; they are judged anew before reading.
    """
    with ws.database.reading() as connection:
        row = queries.newest_head(connection)
    if row is None:
        return 0, []
    return row["number"], _qualities(row) or []


def _qualities(row: sa.RowMapping) -> list[Quality] | None:
    """Return what a judgement says; None where it is in an older form."""
    try:
        return msgspec.json.decode(row["quality"], type=list[Quality])
    except msgspec.ValidationError:
        return None


def judge(ws: Workspace, *, now: datetime) -> bool:
    """Judge the heads anew if enough corrections have come in since; return whether it was done."""
    with ws.database.reading() as connection:
        last, corrections = queries.newest_head(connection), queries.corrections(connection)
    before = last["corrections"] if last and _qualities(last) is not None else 0
    if abs(len(corrections) - before) < max(20, before * (GROWTH - 1)):
        return False
    texts, read, labels, drawn = _lessons(corrections, editing.current(ws))
    found = [
        head.evaluate(target, texts, read, labels=truth, plain=plain, drawn=drawn)
        for target, (truth, plain) in labels.items()
    ]
    kept = msgspec.json.encode([one for one in found if one is not None]).decode()
    with ws.database.transaction() as connection:
        number = last["number"] + 1 if last else 1
        queries.add_head(connection, number, len(corrections), kept, now)
    return True


def _heads(ws: Workspace, lexicons: Lexicons, used: list[str]) -> dict[str, Head]:
    """Return the heads in use, trained from the corrections they were judged on."""
    if not used:
        return {}
    with ws.database.reading() as connection:
        row = queries.newest_head(connection)
        told = queries.corrections(connection, row["made_at"] if row else None)
    texts, read, labels, _drawn = _lessons(told, lexicons)
    return {
        target: Head().fit(texts, read, labels[target][0])
        for target in used
        if len(np.unique(labels[target][0])) > 1
    }


def _lessons(
    corrections: Sequence[sa.RowMapping], lexicons: Lexicons
) -> tuple[pa.Array, reading.Read, dict[str, tuple[head.Ints, head.Ints]], Bools]:
    """Return the corrected texts, what the lexicon reads in them, target → labels, and the lot."""
    texts = pa.array([row["text"] for row in corrections], pa.string())
    declared = pa.array([row["language"] for row in corrections], pa.string())
    read = reading.read(texts, declared, lexicons)
    mood = np.array([row["mood"] for row in corrections], dtype=np.int64)
    kinds = np.array([row["kinds"] for row in corrections], dtype=np.int64)
    drawn = np.array([row["drawn"] for row in corrections], dtype=bool)
    return texts, read, head.targets(read, mood, kinds), drawn
