"""The verbs of words: what customers speak of, what rose, who is left behind, and search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.company.rights.model import Scope
from regulars.kit.codes import coded
from regulars.kit.period import Period
from regulars.kit.stats.proportion import proportion
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.listen.profiles import service as profiles
from regulars.timeline import people as timeline_people
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.policy import MIN_GROUP
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter, EventScope
from regulars.understand.value_groups import service as value_groups
from regulars.understand.value_groups.model import GROUP_TITLES
from regulars.understand.words import counting, keeping, queries, rising, searching
from regulars.understand.words import divide as divides
from regulars.understand.words.analysing import (
    analyse,
    analyse_few,
    quality,
    unread,
    unread_now,
)
from regulars.understand.words.divide import Divide
from regulars.understand.words.editing import (
    base,
    correct,
    corrections,
    current,
    draw,
    history,
    note_export,
    restore,
    save,
    take_back,
    version,
)
from regulars.understand.words.model import KINDS, ReadText, Rise, TextKind, Words, WordsParameters
from regulars.understand.words.searching import SearchResult, Sought, search

__all__ = [
    "SearchResult",
    "Sought",
    "WordsParameters",
    "analyse",
    "analyse_few",
    "answered",
    "base",
    "correct",
    "corrections",
    "current",
    "customers",
    "divide",
    "divided",
    "draw",
    "history",
    "note_export",
    "of_person",
    "quality",
    "restore",
    "rise",
    "save",
    "search",
    "state",
    "stored",
    "take_back",
    "texts",
    "unread",
    "unread_now",
    "version",
    "words",
]

MONTH = timedelta(days=30)
LONGEST_COMPARED = timedelta(days=100)
CUSTOMERS = pa.schema(
    [
        ("person_id", pa.string()),
        ("texts", pa.int64()),
        ("negative", pa.int64()),
        ("positive", pa.int64()),
        *((str(kind), pa.int64()) for kind in KINDS),
        ("last_said_at", pa.timestamp("us", tz="UTC")),
    ]
)


def words(ws: Workspace, parameters: WordsParameters, *, now: datetime) -> Words:
    """Return what customers speak of within the extent asked for. Raises Invalid for its period."""
    extent = scopes.resolve(ws, parameters.look, now)
    stamp = keeping.stamp(ws)
    whole = keeping.load(ws, words=True)
    readings = keeping.within(whole, extent)
    moods, kinds, touchpoints, cells = counting.lines(readings)
    tongues = readings.group_by("language").aggregate([([], "count_all")]).to_pylist()
    return Words(
        texts=readings.num_rows,
        people=len(pc.unique(readings.column("speaker"))),
        unread=unread(ws),
        languages={row["language"]: row["count_all"] for row in tongues},
        moods=moods,
        kinds=kinds,
        touchpoints=touchpoints,
        cells=cells,
        top=counting.top(readings),
        months=counting.months(readings, ws.zone),
        rise=_rise(ws, parameters, extent, now, whole),
        version=stamp,
        start=extent.period.start,
        end=extent.period.end,
    )


def _rise(
    ws: Workspace, parameters: WordsParameters, extent: EventScope, now: datetime, whole: pa.Table
) -> Rise | None:
    """Return what rose in the period asked for if it is short, else in its last 30 days."""
    start, end = extent.period.start, extent.period.end
    if end is None or start is None:
        reach = scopes.reach(ws)
        end = end or reach.end
    if end is None:
        return None
    short = start is not None and end - start <= LONGEST_COMPARED
    middle = start if short and start is not None else end - MONTH
    before = middle - (end - middle)
    if parameters.against:
        named = replace(
            parameters.look, period="", start=parameters.against, end=middle.isoformat()
        )
        before = scopes.resolve(ws, named, now).period.start or before
    return _risen(whole, extent, before, middle, end)


def rise(
    ws: Workspace, extent: EventScope, start: datetime, middle: datetime, end: datetime
) -> Rise:
    """Return which words and pooled categories more customers spoke of from `middle` to `end`.

    Compared with `start` to `middle`, within the places and channels of `extent`; told are shares
    of the customers who said anything in each window.
    """
    return _risen(keeping.load(ws, words=True), extent, start, middle, end)


def _risen(
    whole: pa.Table, extent: EventScope, start: datetime, middle: datetime, end: datetime
) -> Rise:
    earlier = keeping.within(whole, extent.during(Period(start, middle)))
    later = keeping.within(whole, extent.during(Period(middle, end)))
    size = [len(pc.unique(part.column("speaker"))) for part in (earlier, later)]
    found = rising.compare(rising.counted(earlier), rising.counted(later), size[0], size[1])
    risen = [one for one in found if one.risen]
    closest = [one for one in found if not one.risen and one.now >= MIN_GROUP]
    return Rise(
        start, middle, end, size[0], size[1], len(found), risen[: rising.MAX_SHOWN], closest[:10]
    )


def stored(ws: Workspace, asked: WordsParameters, *, now: datetime) -> Finding[Words] | None:
    """Return the stored answer if it shows the present readings, else None."""
    found = findings.find(ws, FINDING, asked.about(), now=now)
    return found if found is not None and found.payload.version == keeping.stamp(ws) else None


def answered(ws: Workspace, parameters: WordsParameters, *, now: datetime) -> Finding[Words]:
    """Return the answer: the stored one if it still holds, else computed and stored now.

    Texts that came since the last refresh are read first if they are few.
    """
    if unread(ws):
        analyse_few(ws, now=now)
    found = findings.answer(ws, FINDING, parameters.about(), now=now)
    if found.payload.version == keeping.stamp(ws):
        return found
    # Lexicon, corrections or readings have changed while the timeline has not.
    return _again(ws, parameters, now)


def _again(ws: Workspace, parameters: WordsParameters, now: datetime) -> Finding[Words]:
    watermark, payload = ws.engine.watermark(), words(ws, parameters, now=now)
    findings.store(
        ws, FINDING.key, payload, as_of=now, now=now, about=parameters.about(),
        version=FINDING.version, watermark=watermark,
    )  # fmt: skip
    return Finding(
        FINDING.key, parameters.about(), now, now, FINDING.version, watermark, None, payload
    )


def divided(ws: Workspace, look: EventFilter, *, now: datetime) -> Finding[Divide]:
    """Return the digital divide of an extent: the stored answer if it still holds."""
    return findings.answer(ws, DIVIDE, look.about(), now=now)


def divide(ws: Workspace, look: EventFilter, *, now: datetime) -> Divide:
    """Return which groups of customers fare worse in digital service than their gap elsewhere."""
    extent = scopes.resolve(ws, look, now)
    served = _digital_touchpoints(ws)
    scores = ws.query(lambda view: queries.scores(view, extent, divides.DIGITAL, served), as_of=now)
    groups = _groups(ws, look.scope, now)
    gaps = divides.compared(scores, groups)
    known = divides.known(scores, groups)
    digital = sorted({gap.where for gap in gaps if gap.by == "channel"})
    return Divide(gaps, known, digital, _said(ws, extent, groups))


def _digital_touchpoints(ws: Workspace) -> list[str]:
    """Return touchpoints that are digital service when met in a digital channel.

    Those of the stages in which the catalog marks any: a parcel rated in the app is none.
    """
    catalog = catalog_service.current(ws)
    stages = {point.stage for point in catalog.touchpoints if point.digital}
    found = [point.key for point in catalog.touchpoints if point.stage in stages]
    return sorted(found) or [""]


def _said(
    ws: Workspace, extent: EventScope, groups: dict[str, tuple[pa.Table, dict[str, Text]]]
) -> dict[str, tuple[Any, Any]]:
    """Return "sort.group" → the shares of its writers, and of the rest, with a digital problem."""
    told = _per_person(ws, extent)
    hit = pc.greater(told.column(str(TextKind.DIGITAL_DIVIDE)), 0).to_numpy(zero_copy_only=False)
    sayings = {}
    for sort, (members, titles) in groups.items():
        places = pc.index_in(
            told.column("person_id").combine_chunks(), members.column("person_id").combine_chunks()
        )
        keys = members.column("key").combine_chunks().take(places).to_numpy(zero_copy_only=False)
        known = keys != np.array(None)
        for key in titles:
            inside, rest = known & (keys == key), known & (keys != key)
            sayings[f"{sort}.{key}"] = (
                proportion(int(hit[inside].sum()), int(inside.sum())),
                proportion(int(hit[rest].sum()), int(rest.sum())),
            )
    return sayings


def _groups(
    ws: Workspace, scope: Scope, now: datetime
) -> dict[str, tuple[pa.Table, dict[str, Text]]]:
    groups: dict[str, tuple[pa.Table, dict[str, Text]]] = {}
    ages = _ages(ws, now)
    if ages.num_rows:
        groups["age"] = (
            ages,
            {str(low): title for (low, _high), title in divides.BANDS.items()},
        )
    people = value_groups.customers(ws, scope)
    if people.num_rows:
        members = people.select(["person_id", "group"]).rename_columns(["person_id", "key"])
        groups["value_group"] = (members, {str(key): title for key, title in GROUP_TITLES.items()})
    return groups


def _ages(ws: Workspace, now: datetime) -> pa.Table:
    """Return person_id and `key`, the lower edge of the age band, from birthdays."""
    held = profiles.held(ws, "birthday")
    born = pc.cast(
        pc.if_else(
            pc.match_substring_regex(held.column("folded"), r"^(19|20)\d{6}$"),
            pc.utf8_slice_codeunits(held.column("folded"), 0, 4),
            None,
        ),
        pa.int64(),
    )
    age = pc.subtract(now.astimezone(ws.zone).year, born)
    key = pc.cast(pa.nulls(held.num_rows), pa.string())
    for low, high in divides.AGES:
        inside = pc.and_(pc.greater_equal(age, low), pc.less(age, high))
        key = pc.if_else(pc.fill_null(inside, False), str(low), key)
    made = pa.table({"identity_id": held.column("identity_id"), "key": key}).drop_null()
    return _folded(ws, made).group_by("person_id").aggregate([("key", "max")]).rename_columns(
        {"key_max": "key"}
    ).select(["person_id", "key"])  # fmt: skip


def _folded(ws: Workspace, table: pa.Table) -> pa.Table:
    """Return the table with `person_id`: the folded person of each identity_id."""
    with ws.database.reading() as connection:
        linked = timeline_people.folded(ws, connection).people
    code, known = coded(table.column("identity_id"))
    linked = linked.filter(pc.is_in(linked.column("identity_id"), known))
    places = pc.index_in(known, linked.column("identity_id").combine_chunks())
    person = pc.coalesce(linked.column("person_id").combine_chunks().take(places), known)
    return table.append_column("person_id", person.take(pa.array(code)))


def _per_person(ws: Workspace, extent: EventScope) -> pa.Table:
    readings = keeping.within(keeping.load(ws), extent)
    readings = readings.filter(pc.is_valid(readings.column("identity_id")))
    flags = counting.flags(readings)
    flags = flags.append_column("identity_id", readings.column("identity_id"))
    flags = flags.append_column("occurred_at", readings.column("occurred_at"))
    wanted = ["negative", "positive", *(str(kind) for kind in KINDS)]
    found = _folded(ws, flags).group_by("person_id").aggregate(
        [([], "count_all"), *((name, "sum") for name in wanted), ("occurred_at", "max")]
    )  # fmt: skip
    names = {"count_all": "texts", "occurred_at_max": "last_said_at"}
    names |= {f"{name}_sum": name for name in wanted}
    return found.rename_columns([names.get(name, name) for name in found.column_names])


def state(ws: Workspace) -> str:
    """Return what changes when texts that were read before are read or corrected otherwise."""
    return keeping.state(ws)


def customers(ws: Workspace, scope: Scope) -> pa.Table:
    """Return what each customer's words told, for audiences: one row a customer who wrote.

    Columns of CUSTOMERS: person_id, how many texts, of them negative, positive, and of each
    problem type, and when the last was written.
    """
    return _per_person(ws, EventScope(scope=scope)).select(CUSTOMERS.names).cast(CUSTOMERS)


def of_person(ws: Workspace, person: str, *, scope: Scope, most: int = 8) -> list[ReadText]:
    """Return the newest texts of one person with what was read in them."""
    theirs = pa.array(timeline_people.identities_of(ws, person), pa.string())
    readings = keeping.within(keeping.load(ws), EventScope(scope=scope))
    readings = readings.filter(pc.is_in(readings.column("identity_id"), theirs))
    order = [("occurred_at", "descending"), ("event_id", "ascending")]
    ids = readings.sort_by(order).column("event_id").slice(0, most).to_pylist()
    return texts(ws, ids, scope=scope)


def texts(ws: Workspace, events: Sequence[str], *, scope: Scope) -> list[ReadText]:
    """Return texts with what was read in them, in the order of `events`; unseen ones left out."""
    return searching.shown(ws, searching.told(ws, events, EventScope(scope=scope)))


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Words:
    return words(ws, WordsParameters.of(about), now=now)


def _compute_divide(ws: Workspace, about: dict[str, Any], now: datetime) -> Divide:
    return divide(ws, EventFilter.of(about), now=now)


FINDING = findings.declare(
    findings.ResultType("words", 2, Words, _compute, (EventFilter().about(),))
)
DIVIDE = findings.declare(
    findings.ResultType(
        "digital_divide", 2, Divide, _compute_divide, (EventFilter().about(),), learnt=True
    )
)
