"""Writing down who is in which audience, and every change as an event on the timeline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.timeline import acts, inbox, people
from regulars.timeline.erasure import erasable
from regulars.timeline.event import MOMENT, SCHEMA
from regulars.timeline.vocabulary import AUDIENCE_ENTERED, AUDIENCE_EXITED
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import choosing, storing
from regulars.understand.audiences.model import ENTERED, Audience, CustomerTable, Membership
from regulars.understand.audiences.reading import read

NOBODY = pa.array([], pa.string())


@dataclass(frozen=True, slots=True)
class _Step:
    """Whose members change, as of which table, and when that is written down."""

    audience: Audience
    as_of: datetime
    now: datetime


def write_down(
    ws: Workspace, audiences: list[Audience], table: CustomerTable, *, now: datetime
) -> dict[str, tuple[int, int]]:
    """Write down the members of each audience; return key → how many entered and left.

    State and events stand or fall together, and an event's id is made of audience, person and
    the moment of the table, so that a repeat adds nothing.
    """
    if table.as_of is None or not audiences:
        return {}
    found = choosing.masks(ws, None, [read(one.where) for one in audiences])
    with ws.database.reading() as connection:
        fold = people.folded(ws, connection).people
    changed = {}
    for place, audience in enumerate(audiences):
        persons = choosing.with_bit(found, place)
        with ws.database.transaction() as connection:
            before = _as_linked(fold, storing.members(connection, audience.key))
            persons = _without_erased(ws, connection, before, persons)
            step = _Step(audience, table.as_of, now)
            changed[audience.key] = _change(ws, connection, step, before, persons)
            state = Membership(audience.key, audience.number, table.as_of, len(persons))
            storing.put_members(connection, state, persons)
    return changed


def let_go(ws: Workspace, connection: sa.Connection, audience: Audience, *, now: datetime) -> int:
    """Let everybody leave an audience that goes out of force; return how many left."""
    last = storing.memberships(connection).get(audience.key)
    if last is None:
        return 0
    before = storing.members(connection, audience.key)
    _entered, left = _change(ws, connection, _Step(audience, last.as_of, now), before, NOBODY)
    storing.drop_members(connection, audience.key)
    return left


@erasable("audiences")
def forget(_ws: Workspace, connection: sa.Connection, identities: frozenset[str]) -> int:
    """Take the people out of every audience's members."""
    return storing.forget(connection, identities)


def _change(
    ws: Workspace, connection: sa.Connection, step: _Step, before: pa.Array, after: pa.Array
) -> tuple[int, int]:
    """Write the difference as events; return how many entered and left."""
    entered = after.filter(pc.invert(pc.is_in(after, value_set=before)))
    left = before.filter(pc.invert(pc.is_in(before, value_set=after)))
    for name, some in ((AUDIENCE_ENTERED, entered), (AUDIENCE_EXITED, left)):
        acts.stage(ws, connection, _events(step, name, some), now=step.now)
    return len(entered), len(left)


def _without_erased(
    ws: Workspace, connection: sa.Connection, before: pa.Array, persons: pa.Array
) -> pa.Array:
    """Leave out whoever was erased since the table was read; those of before went then."""
    fresh = persons.filter(pc.invert(pc.is_in(persons, value_set=before)))
    erased = inbox.erased_among(ws, connection, set(fresh.to_pylist()))
    if not erased:
        return persons
    return persons.filter(pc.invert(pc.is_in(persons, value_set=pa.array(sorted(erased)))))


def _as_linked(fold: pa.Table, persons: pa.Array) -> pa.Array:
    """Return the persons as linked today: a merge is neither an entry nor an exit."""
    if not fold.num_rows or not len(persons):
        return persons
    place = pc.index_in(persons, value_set=fold.column("identity_id").combine_chunks())
    today = fold.column("person_id").combine_chunks().take(place)
    return pc.unique(pc.coalesce(today, persons))


def _events(step: _Step, name: str, persons: pa.Array) -> pa.Table:
    """Return one event a person. It happens with the last event that the table knows of.

    So it never moves the end of the timeline, which is what pages call "to the last event".
    """
    one, as_of, now = step.audience, step.as_of, step.now
    count = len(persons)
    way = ENTERED if name == AUDIENCE_ENTERED else "exited"
    facts = {"audience": one.key, "name": one.name, "version": one.number}
    head = f"audience-{one.key}-{one.number}-{way}-{as_of.isoformat()}-"
    same = {
        "actor": "system",
        "name": name,
        "source": "regulars",
        "properties": json.dumps(facts, ensure_ascii=False),
    }
    moments = {
        "occurred_at": as_of - timedelta(microseconds=1), "received_at": now, "known_at": now
    }  # fmt: skip
    columns = {
        "event_id": pc.binary_join_element_wise(pa.scalar(head), persons, ""),
        "identity_id": persons,
        **{key: pa.repeat(pa.scalar(value, pa.string()), count) for key, value in same.items()},
        **{key: pa.repeat(pa.scalar(value, MOMENT), count) for key, value in moments.items()},
    }
    arrays = [
        columns[field.name] if field.name in columns else pa.nulls(count, field.type)
        for field in SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
