"""Full-text search over what customers wrote, in Chinese and English.

The texts are searched where they lie: in the lake's columns and the inbox. So there is no second
copy that could lag behind, show more than the caller may see, or outlive an erasure; and it is the
same on every database. Ranked by BM25 (Robertson & Zaragoza, Foundations and Trends in Information
Retrieval 3 (2009) 333-389) with k1 1.2 and b 0.75, counted by the query itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventScope
from regulars.understand.words import editing, keeping, queries, reading, tokens
from regulars.understand.words.model import (
    KINDS,
    Mood,
    ReadText,
    TextKind,
    code_of,
    kinds_of,
    mood_of,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

K1, B = 1.2, 0.75
SIZE = 20
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: words (each must occur), and what was read in the text."""

    query: str = ""
    kind: TextKind | None = None
    mood: Mood | None = None
    touchpoint: str | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of texts, the best first (the newest first without words), and how many in all."""

    total: int
    readings: list[ReadText]
    number: int
    more: bool
    terms: list[str]


def search(ws: Workspace, sought: Sought, extent: EventScope) -> SearchResult:
    """Return one page of the texts that hold every word sought, within `extent`."""
    terms = tokens.terms(sought.query)
    if sought.query.strip() and not terms:
        return SearchResult(0, [], 1, False, [])
    matching = narrowed(keeping.within(keeping.load(ws), extent), sought)
    begin = (max(sought.number, 1) - 1) * SIZE
    if not terms:
        order = [("occurred_at", "descending"), ("event_id", "ascending")]
        ids = matching.sort_by(order).column("event_id").slice(begin, SIZE).to_pylist()
        rows = told(ws, ids, extent)
        return _found(ws, sought, matching.num_rows, rows, terms)
    plain = sought.kind is None and sought.mood is None and sought.touchpoint is None
    chosen = None if plain else matching.select(["event_id"])
    total, rows = _ranked(ws, extent, terms, chosen, begin)
    return _found(ws, sought, total, rows, terms)


def narrowed(readings: pa.Table, sought: Sought) -> pa.Table:
    """Return the readings of that problem type, feeling and touchpoint."""
    if sought.kind is not None:
        place = 1 << KINDS.index(sought.kind)
        hit = pc.bit_wise_and(readings.column("kinds"), pa.scalar(place, pa.int16()))
        readings = readings.filter(pc.greater(hit, 0))
    if sought.mood is not None:
        readings = readings.filter(pc.equal(readings.column("mood"), code_of(sought.mood)))
    if sought.touchpoint is not None:
        readings = readings.filter(pc.equal(readings.column("meant"), sought.touchpoint))
    return readings


def told(ws: Workspace, events: Sequence[str], extent: EventScope) -> list[Row]:
    """Return the events' texts in the given order; those outside `extent` are left out."""
    if not events:
        return []
    rows = ws.query(lambda view: queries.these(view, events, extent)).to_pylist()
    by_id = {row["event_id"]: row for row in rows}
    return [by_id[one] for one in events if one in by_id]


def _ranked(
    ws: Workspace, extent: EventScope, terms: Sequence[str], matching: pa.Table | None, begin: int
) -> tuple[int, list[Row]]:
    counted = ws.query(lambda view: queries.frequencies(view, extent, terms)).to_pylist()[0]
    texts = int(counted["texts"])
    if not texts:
        return 0, []
    mean = float(counted["letters"]) / texts
    weights = [_rarity(texts, int(counted[f"df{place}"] or 0)) for place in range(len(terms))]

    def scored(view: View) -> ir.Table:
        hits = queries.matching(view, extent, terms, matching)
        norm = hits["size"].cast("float64") / mean * B + (1 - B)
        score = ibis.literal(0.0)
        for place, weight in enumerate(weights):
            times = hits[f"tf{place}"]
            score = score + weight * (times * (K1 + 1)) / (times + K1 * norm)
        return hits.mutate(rank=score)

    total = ws.query(lambda view: queries.matching(view, extent, terms, matching).agg(
        total=lambda t: t.count())).to_pylist()[0]["total"]  # fmt: skip
    order = [ibis.desc("rank"), ibis.desc("occurred_at"), "event_id"]
    table = ws.query(lambda view: scored(view).order_by(order).limit(SIZE, offset=begin))
    return int(total), table.to_pylist()


def _rarity(texts: int, holding: int) -> float:
    return math.log(1 + (texts - holding + 0.5) / (holding + 0.5))


def _found(
    ws: Workspace, sought: Sought, total: int, rows: list[Row], terms: list[str]
) -> SearchResult:
    number = max(sought.number, 1)
    more = number * SIZE < total
    return SearchResult(total, shown(ws, rows, terms), number, more, terms)


def shown(ws: Workspace, rows: list[Row], terms: Sequence[str] = ()) -> list[ReadText]:
    """Return the texts with what was read in them, the evidence and the words sought marked."""
    readings, lexicons = keeping.load(ws), editing.current(ws)
    ids = pa.array([row["event_id"] for row in rows], pa.string())
    hit = readings.filter(pc.is_in(readings.column("event_id"), ids))
    read = {row["event_id"]: row for row in hit.to_pylist()}
    checked = editing.corrected(ws)
    page = []
    for row in rows:
        item = read.get(row["event_id"])
        text = row["text"]
        if item is None:  # not read yet
            item = {"language": "other", "mood": 0, "kinds": 0, "meant": row["touchpoint"]}
        kinds = kinds_of(item["kinds"])
        why = reading.evidence(text, item["language"], lexicons, kinds)
        marks = [*terms, *(item.words for item in why)] if not terms else list(terms)
        page.append(
            ReadText(
                row["event_id"], row["person_id"], row["occurred_at"], text,
                reading.marked(text, marks), item["language"], mood_of(item["mood"]), kinds, why,
                row["touchpoint"], item["meant"], row["channel"], row["place"],
                row["event_id"] in checked,
            )
        )  # fmt: skip
    return page
