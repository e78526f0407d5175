"""All scored experiences as columns: felt by the rule, and what follows for each person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.kit.codes import coded
from regulars.understand.levels.habits import expected, habit_of
from regulars.understand.levels.model import (
    LEVEL,
    Case,
    Felt,
    Floats,
    Ints,
    LevelRules,
    feel,
    unrepeated,
)
from regulars.understand.levels.references import Ladders, ladders_of, participation

Flags = NDArray[np.bool_]
MICRO = 1_000_000


@dataclass(frozen=True)
class Experiences:
    """Every experience in the order of time; `person`, `touchpoint` and `place` are codes.

    `at` counts microseconds since 1970, `case` is that of the rule after what went before.
    """

    people: pa.Array
    touchpoints: list[str]
    places: list[str]
    person: Ints
    touchpoint: Ints
    place: Ints
    at: Ints
    felt: Felt
    case: Ints
    ladders: dict[str, Ladders]

    @property
    def level(self) -> Ints:
        """The level, 1 to 5, of each experience."""
        found: Ints = LEVEL[self.case]
        return found

    def __len__(self) -> int:
        return len(self.at)


def of_table(
    table: pa.Table, rules: LevelRules, ladders: dict[str, Ladders] | None = None
) -> Experiences:
    """Return the experiences of `queries.experiences` as felt by the rule.

    Participation is ranked among the rows themselves, or on `ladders` of all experiences.
    """
    keys = [("at", "ascending"), ("person", "ascending"), ("touchpoint", "ascending")]
    table = table.take(pc.sort_indices(table, sort_keys=keys))
    person, people = _coded(table, "person")
    touchpoint, touchpoints = _coded(table, "touchpoint")
    place, places = _coded(table, "place")
    acts, names = _floats(table, "acts"), touchpoints.to_pylist()
    month, repetition = (table.column(name).to_numpy() for name in ("month", "repetition"))
    if ladders is None:
        ladders = ladders_of(acts, person, touchpoint, month, names)
    usual, above, earlier = (_floats(table, name) for name in ("usual", "above", "earlier"))
    habit = habit_of(usual, above, earlier, rules)
    felt = feel(
        _floats(table, "points"),
        expected(habit, rules),
        participation(acts, touchpoint, month, names, ladders),
        repetition.astype(np.int64),
        rules,
    )
    return Experiences(
        people,
        names,
        places.to_pylist(),
        person,
        touchpoint,
        place,
        table.column("at").cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy(),
        felt,
        unrepeated(felt.case, stimulus(felt.points, person, touchpoint)),
        ladders,
    )


def stimulus(points: Floats, person: Ints, touchpoint: Ints) -> Ints:
    """Number what is the same content for the same person: a touchpoint with a score."""
    score = np.round(points * 100).astype(np.int64)
    spots = int(touchpoint.max(initial=0)) + 1
    found: Ints = (person * spots + touchpoint) * 10_001 + score
    return found


def _coded(table: pa.Table, name: str) -> tuple[Ints, pa.Array]:
    return coded(pc.fill_null(table.column(name), ""))


def _floats(table: pa.Table, name: str) -> Floats:
    found: Floats = table.column(name).cast(pa.float64()).to_numpy()
    return found


def within(
    scored: Experiences,
    start: datetime | None,
    end: datetime | None,
    *places: frozenset[str] | None,
) -> Flags:
    """Return which experiences lie in a period and in all of the given sets of places."""
    inside = np.ones(len(scored), bool)
    if start is not None:
        inside &= scored.at >= round(start.timestamp() * MICRO)
    if end is not None:
        inside &= scored.at < round(end.timestamp() * MICRO)
    for allowed in places:
        if allowed is not None:
            codes = [code for code, name in enumerate(scored.places) if name in allowed]
            inside &= np.isin(scored.place, codes)
    return inside


def to_rescue(scored: Experiences, shown: Flags, since: int) -> Ints:
    """Return one row a person: the deepest negative since a moment with nothing positive after.

    Of those `shown` to the caller; what came after counts wherever it was. Only something positive
    (level 3 or more) at the same touchpoint makes up for it. The deepest first.
    """
    pair = scored.person * len(scored.touchpoints) + scored.touchpoint
    _keys, pair = np.unique(pair, return_inverse=True)
    rows = np.arange(len(scored))
    good = scored.level >= 3
    last = np.full(int(pair.max(initial=-1)) + 1, -1)
    last[pair[good]] = rows[good]
    open_ = (scored.case == Case.NEGATIVE) & (scored.at >= since) & (rows > last[pair]) & shown
    return _one_a_person(scored, rows[open_], scored.felt.depth)


def screaming(scored: Experiences, shown: Flags, since: int) -> Ints:
    """Return one row a person: the latest high experience since a moment, none negative after.

    Of those `shown` to the caller; what came after counts wherever it was.
    """
    rows = np.arange(len(scored))
    bad = scored.case == Case.NEGATIVE
    last = np.full(len(scored.people), -1)
    last[scored.person[bad]] = rows[bad]
    open_ = (scored.case == Case.HIGH) & (scored.at >= since) & (rows > last[scored.person]) & shown
    return _one_a_person(scored, rows[open_], scored.at.astype(np.float64))


def _one_a_person(found: Experiences, rows: Ints, weight: Floats) -> Ints:
    """Return each person's row of the most weight, those of the most weight first."""
    falling = rows[np.lexsort((-rows, -weight[rows]))]
    _people, first = np.unique(found.person[falling], return_index=True)
    chosen: Ints = falling[np.sort(first)]
    return chosen


def customers(scored: Experiences, shown: Flags, since: int) -> pa.Table:
    """Return one row a person: the last experience, and what stands open of the recent ones."""
    count = len(scored.people)
    last = np.full(count, -1)
    last[scored.person[shown]] = np.flatnonzero(shown)

    def counted(case: Case) -> Ints:
        return np.bincount(scored.person[shown & (scored.case == case)], minlength=count)

    columns: dict[str, Any] = {
        "person_id": scored.people,
        "experiences": np.bincount(scored.person[shown], minlength=count),
        "negative": counted(Case.NEGATIVE),
        "high": counted(Case.HIGH),
        "last_level": scored.level[last],
        **_told(scored, "last", last),
    }
    for name, pick in (("rescue", to_rescue), ("scream", screaming)):
        picked = pick(scored, shown, since)
        row = np.full(count, -1)
        row[scored.person[picked]] = picked
        columns |= _told(scored, name, row)
        if name == "rescue":
            depth = np.where(row >= 0, scored.felt.depth[row], np.nan)
            columns["rescue_depth"] = pa.array(depth, from_pandas=True)
    return pa.table(columns).filter(pa.array(last >= 0))


def _told(found: Experiences, name: str, rows: Ints) -> dict[str, Any]:
    none = rows < 0
    spots = pa.array(found.touchpoint[rows], mask=none)
    return {
        f"{name}_touchpoint": pa.array(found.touchpoints, pa.string()).take(spots),
        f"{name}_at": pa.array(found.at[rows], mask=none).cast(pa.timestamp("us", tz="UTC")),
    }
