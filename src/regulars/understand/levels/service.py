"""The verbs of experience levels: compute, list whom to rescue, explain one person, set rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.company.documents import service as documents
from regulars.company.rights.model import Principal, Scope
from regulars.kit.ranked import ranked
from regulars.listen.catalog import service as catalog_service
from regulars.timeline import people as timeline_people
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.levels import experiences, reading, summing
from regulars.understand.levels.experiences import MICRO, Experiences
from regulars.understand.levels.model import (
    Experience,
    Ints,
    LevelRules,
    Levels,
    values_of,
)
from regulars.understand.levels.reading import rules
from regulars.understand.levels.references import References
from regulars.understand.levels.wording import told
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter, EventScope

__all__ = [
    "answered",
    "customers",
    "levels",
    "listed",
    "of_person",
    "refresh",
    "rules",
    "set_rules",
    "stored",
    "touchpoints",
    "versions",
]

RECENT_DAYS = 91
"""Whom to rescue and who may recommend is read from so many days up to the last event."""
MAX_OF_ONE = 50
NUMBERS = ("points", "expectation", "participation", "repetition", "impact", "gap", "depth")


def levels(ws: Workspace, extent: EventScope, *, as_of: datetime | None = None) -> Levels:
    """Return shares, changes, moves and marks of the extent's period against the one before it.

    Expectations come from all that was known by `as_of`, not only from the period and the places.
    Channels of the extent are not looked at: an experience may have several.
    """
    scored = reading.every(ws, as_of)
    period, used, places = extent.period, rules(ws), (extent.places, extent.scope)
    now = experiences.within(scored, period.start, period.end, *places)
    start = _earlier(period.start, period.end)
    before = now & False
    if start is not None:
        before = experiences.within(scored, start, period.start, *places)
    known = experiences.within(scored, None, period.end, *places)
    points = []
    for code in range(len(scored.touchpoints)):
        one = summing.at(scored, now, before, code)
        if one is not None:
            points.append(replace(one, fading=summing.fading(scored, known, code, used)))
    points, tested = summing.marked(points)
    points.sort(key=lambda one: (-(one.shares[0].value or 0.0), one.touchpoint or ""))
    return Levels(
        period.start,
        period.end,
        start,
        used,
        summing.at(scored, now, before, None),
        points,
        summing.moves(scored, now, before),
        summing.cells(scored, now, used),
        tested,
    )


def stored(ws: Workspace, look: EventFilter, *, now: datetime) -> Finding[Levels] | None:
    """Return the stored answer, or None; notes that it was asked for."""
    return findings.find(ws, FINDING, _about(ws, look), now=now)


def answered(ws: Workspace, look: EventFilter, *, now: datetime) -> Finding[Levels]:
    """Return the answer: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, look), now=now)


def refresh(ws: Workspace, *, now: datetime) -> None:
    """Work out anew what pages and persons' pages show, if the timeline has moved on."""
    answered(ws, EventFilter(), now=now)
    findings.answer(ws, REFERENCES, _reference_about(ws), now=now)


def customers(ws: Workspace, scope: Scope) -> pa.Table:
    """Return one row a person with a scored experience.

    Columns: person_id, experiences, negative, high (counts), last_level (1-5), last_touchpoint,
    last_at; of the last 91 days, what is still open: rescue_touchpoint, rescue_at, rescue_depth
    and scream_touchpoint, scream_at (null without).
    """
    found = reading.every(ws, fresh=False)
    return experiences.customers(found, _shown(found, scope), _recent(found))


def listed(ws: Workspace, scope: Scope, name: str, *, touchpoint: str | None = None) -> pa.Table:
    """Return the list `rescue` or `scream`: a row a person, with the numbers that `told` words.

    `rescue`: the deepest negative experience of the last 91 days without a positive one at the
    same touchpoint since, the deepest first. `scream`: the latest high experience of those days
    without a negative one anywhere since. Ordered by its column `rank`.
    """
    scored = reading.every(ws, fresh=False)
    pick = experiences.to_rescue if name == "rescue" else experiences.screaming
    rows = pick(scored, _shown(scored, scope), _recent(scored))
    if touchpoint is not None:
        code = scored.touchpoints.index(touchpoint) if touchpoint in scored.touchpoints else -1
        rows = rows[scored.touchpoint[rows] == code]
    rank = scored.felt.depth if name == "rescue" else scored.at.astype(np.float64)
    return ranked(_table(scored, rows).append_column("rank", pa.array(rank[rows])), "rank")


def touchpoints(ws: Workspace, scope: Scope) -> list[str]:
    """Return the touchpoints that have scored experiences."""
    found = reading.every(ws, fresh=False)
    codes = np.unique(found.touchpoint[_shown(found, scope)])
    return sorted(found.touchpoints[code] for code in codes)


def of_person(ws: Workspace, scope: Scope, person: str, *, now: datetime) -> list[Experience]:
    """Return one person's experiences in the scope, the latest first, from the person's own events.

    What is usual and how much others take part comes from the references of the last refresh.
    """
    about = _reference_about(ws)
    stored = findings.find(ws, REFERENCES, about, now=now)
    # A day's events hardly move what is usual: whatever the refresh left is good enough here.
    references = (stored or findings.answer(ws, REFERENCES, about, now=now)).payload
    source = reading.source(ws)
    identities = timeline_people.identities_of(ws, person)
    table = reading.table(ws, source, references.usual, identities=identities)
    if not table.num_rows:
        return []
    found = experiences.of_table(table, source.rules, references.ladders)
    rows: Ints = np.flatnonzero(_shown(found, scope))[::-1][:MAX_OF_ONE]
    return [told(row) for row in _table(found, rows).to_pylist()]


def versions(ws: Workspace) -> list[tuple[LevelRules, datetime, str]]:
    """Return every version of the parameters with when and by whom, the newest first."""
    return documents.history(ws, reading.RULES)


def set_rules(
    ws: Workspace, values: Mapping[str, float], *, by: Principal, now: datetime
) -> LevelRules:
    """Put new parameters in force; those not given keep their value.

    Raises Invalid, and Conflict where somebody else sets some at the same moment.
    """
    old = reading.rules(ws)
    made = {**values_of(old), **values}
    return documents.save(
        ws, reading.RULES, json.dumps(made), by, now=now, based_on=old.number, details=made
    )


def _earlier(start: datetime | None, end: datetime | None) -> datetime | None:
    return None if start is None or end is None else start - (end - start)


def _shown(found: Experiences, scope: Scope) -> experiences.Flags:
    return experiences.within(found, None, None, scope)


def _recent(found: Experiences) -> int:
    last = int(found.at[-1]) if len(found) else 0
    return last - round(timedelta(days=RECENT_DAYS).total_seconds() * MICRO)


def _table(scored: Experiences, rows: Ints) -> pa.Table:
    """Return experiences as a table, the numbers of each with its case."""
    felt, case = scored.felt, scored.case[rows]
    names = pa.array(scored.touchpoints, pa.string())
    at = pa.array(scored.at[rows], pa.int64()).cast(pa.timestamp("us", "UTC"))
    return pa.table(
        {
            "person_id": scored.people.take(pa.array(scored.person[rows])),
            "touchpoint": names.take(pa.array(scored.touchpoint[rows])),
            "at": at,
            "case": case,
            "held": case < felt.case[rows],
            **{name: getattr(felt, name)[rows] for name in NUMBERS},
        }
    )


def _about(ws: Workspace, look: EventFilter) -> dict[str, object]:
    return look.about(catalog=catalog_service.current(ws).version, rules=rules(ws).number)


def _reference_about(ws: Workspace) -> dict[str, object]:
    return {"catalog": catalog_service.current(ws).version, "rules": rules(ws).number}


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Levels:
    return levels(ws, scopes.resolve(ws, EventFilter.of(about), now))


def _compute_references(ws: Workspace, _about: dict[str, Any], _now: datetime) -> References:
    usual = reading.usual(ws, reading.source(ws))
    return References(usual, reading.every(ws).ladders)


FINDING = findings.declare(findings.ResultType("levels", 3, Levels, _compute))
REFERENCES = findings.declare(
    findings.ResultType("level_references", 2, References, _compute_references)
)
