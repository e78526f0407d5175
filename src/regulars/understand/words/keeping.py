"""Readings as they are kept: Parquet in batches in the database, whole columns in memory."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

from regulars.kit.memo import Memo
from regulars.timeline.erasure import erasable
from regulars.timeline.event import MOMENT
from regulars.timeline.inbox import erased_among, lock_inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventScope
from regulars.understand.words import queries

BATCH = 20_000
"""Texts of a batch; small enough that an erasure rewrites little."""
SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("identity_id", pa.string()),
        ("occurred_at", MOMENT),
        ("speaker", pa.string()),
        ("touchpoint", pa.string()),
        ("channel", pa.string()),
        ("place", pa.string()),
        ("language", pa.string()),
        ("mood", pa.int8()),
        ("kinds", pa.int16()),
        ("meant", pa.string()),
        ("words", pa.list_(pa.string())),
    ]
)
"""One row a text. `speaker` is the identity, else the session, else the event. `meant` is the
touchpoint that the text is about: what its words name, else the event's own."""
PLAIN = tuple(name for name in SCHEMA.names if name != "words")
_loaded: Memo[pa.Table] = Memo(2)


def pack(readings: pa.Table) -> bytes:
    """Return a batch as bytes."""
    sink = io.BytesIO()
    pq.write_table(readings, sink, compression="zstd")
    return sink.getvalue()


def unpack(data: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """Return what `pack` wrote, or some of its columns."""
    return pq.read_table(io.BytesIO(data), columns=None if columns is None else list(columns))


def served(connection: sa.Connection) -> str | None:
    """Return the version whose readings pages show: the newest finished, else the newest."""
    known = queries.versions(connection)
    finished = [version for version, _begun, ended in known if ended is not None]
    usable = finished or [version for version, _begun, _ended in known]
    return usable[0] if usable else None


def stamp(ws: Workspace) -> str:
    """Return what changes whenever readings, corrections or their version change."""
    with ws.database.reading() as connection:
        version = served(connection)
        numbers = queries.stamp(connection, version or "")
    return "-".join([version or "none", *(str(number) for number in numbers)])


def state(ws: Workspace) -> str:
    """Return what changes with the version of readings and with corrections, not with new texts."""
    with ws.database.reading() as connection:
        told = queries.corrections(connection)
        version = served(connection)
    newest = told[0]["made_at"].isoformat() if told else ""
    return f"{version}-{len(told)}-{newest}"


def append(ws: Workspace, connection: sa.Connection, version: str, readings: pa.Table) -> None:
    """Keep new readings: in the last batch while it has room, then in new ones.

    Whoever was erased since the texts were fetched is left out; the inbox's lock orders the two.
    """
    lock_inbox(connection)
    names = set(pc.unique(readings.column("identity_id").drop_null()).to_pylist())
    gone = pa.array(sorted(erased_among(ws, connection, names)), pa.string())
    if len(gone):
        theirs = pc.fill_null(pc.is_in(readings.column("identity_id"), gone), False)
        readings = readings.filter(pc.invert(theirs))
    last = queries.last_batch(connection, version, BATCH // 2)
    if last is not None:
        room = BATCH - last.texts
        joined = pa.concat_tables([unpack(last.readings), readings.slice(0, room)])
        queries.change_batch(connection, last.id, joined.num_rows, pack(joined))
        readings = readings.slice(room)
    for begin in range(0, readings.num_rows, BATCH):
        some = readings.slice(begin, BATCH)
        queries.add_batch(connection, version, some.num_rows, pack(some))


def load(ws: Workspace, *, words: bool = False) -> pa.Table:
    """Return all readings that pages show, corrections applied; without `words` from memory."""
    key = (str(ws.folder), stamp(ws))
    if not words:
        return _loaded.get(key, lambda: _load(ws, PLAIN))
    whole = _load(ws, SCHEMA.names)
    _loaded.get(key, lambda: whole.select(PLAIN))
    return whole


def within(readings: pa.Table, extent: EventScope) -> pa.Table:
    """Return the readings of the events within `extent`."""
    tests = []
    at = readings.column("occurred_at")
    if extent.period.start is not None:
        tests.append(pc.greater_equal(at, pa.scalar(extent.period.start, MOMENT)))
    if extent.period.end is not None:
        tests.append(pc.less(at, pa.scalar(extent.period.end, MOMENT)))
    for allowed in (extent.places, extent.scope):
        if allowed is not None:
            places = pa.array(sorted(allowed), pa.string())
            tests.append(pc.is_in(readings.column("place"), places))
    if extent.channels:
        channels = pa.array(list(extent.channels), pa.string())
        tests.append(pc.is_in(readings.column("channel"), channels))
    for test in tests[1:]:
        tests[0] = pc.and_kleene(tests[0], test)
    return readings.filter(tests[0]) if tests else readings


def known(ws: Workspace, version: str) -> pa.Table:
    """Return the ids of the events that were read by `version`, as one column."""
    with ws.database.reading() as connection:
        parts = [unpack(row.readings, ["event_id"]) for row in queries.batches(connection, version)]
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table().select(["event_id"])


def _load(ws: Workspace, columns: Sequence[str]) -> pa.Table:
    with ws.database.reading() as connection:
        version = served(connection)
        rows = queries.batches(connection, version) if version else []
        parts = [unpack(row.readings, columns) for row in rows]
        told = queries.corrections(connection)
    if not parts:
        return SCHEMA.empty_table().select(list(columns))
    whole = pa.concat_tables(parts).combine_chunks()
    return _corrected(whole, {row["event_id"]: row for row in told})


def _corrected(readings: pa.Table, corrections: dict[str, sa.RowMapping]) -> pa.Table:
    """Return the readings with what people said in place of what was read."""
    if not corrections:
        return readings
    ids = pa.array(list(corrections), pa.string())
    places = pc.index_in(readings.column("event_id"), ids).to_numpy(zero_copy_only=False)
    hit = np.flatnonzero(~np.isnan(places.astype(np.float64)))
    mood = readings.column("mood").to_numpy().copy()
    kinds = readings.column("kinds").to_numpy().copy()
    meant = readings.column("meant").to_numpy(zero_copy_only=False).copy()
    keys = list(corrections)
    for row in hit:
        said = corrections[keys[int(places[row])]]
        mood[row], kinds[row], meant[row] = said["mood"], said["kinds"], said["touchpoint"]
    for name, values in (("mood", mood), ("kinds", kinds), ("meant", meant)):
        at = readings.schema.get_field_index(name)
        readings = readings.set_column(at, name, pa.array(values, SCHEMA.field(name).type))
    return readings


@erasable("words")
def forget(_ws: Workspace, connection: sa.Connection, identities: frozenset[str]) -> int:
    """Take the people's readings and the corrections of their texts away."""
    theirs = pa.array(sorted(identities), pa.string())
    gone = queries.forget_corrections(connection, identities)
    for row in queries.batches(connection):
        owner = unpack(row.readings, ["identity_id"]).column("identity_id")
        hit = int(pc.sum(pc.is_in(owner, theirs)).as_py() or 0)
        if hit:
            kept = unpack(row.readings).filter(pc.invert(pc.is_in(owner, theirs)))
            queries.change_batch(connection, row.id, kept.num_rows, pack(kept))
            gone += hit
    return gone
