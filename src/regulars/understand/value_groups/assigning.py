"""Assign groups from the timeline, and keep the assignments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from numpy.typing import NDArray

from regulars.kit.memo import Memo
from regulars.kit.period import add_months, day_start
from regulars.timeline import currency, erasure, inbox
from regulars.timeline.erasure import erasable
from regulars.timeline.workspace import Workspace
from regulars.understand.scope import service as scopes
from regulars.understand.value_groups import queries
from regulars.understand.value_groups.model import (
    DIMENSIONS,
    Rules,
    place,
    segments,
)
from regulars.understand.value_groups.weighting import rules

KEPT = 13
"""So many assignments are kept, a year of months and one more."""
DAY = 86_400e6
_computed: Memo[tuple[pa.Table, dict[str, float | None]]] = Memo(1)


@dataclass(frozen=True)
class Assignment:
    """One assignment: `people` has a row a customer, ordered by person; spend is in `currency`.

    Columns: person_id, spend, frequency, depth, silent (days), score, group and segment
    (positions in GROUPS and SEGMENTS), drawn.
    """

    id: int
    as_of: datetime
    rules: Rules
    cuts: dict[str, float | None]
    people: pa.Table
    currency: str

    def column(self, name: str) -> NDArray[np.float64]:
        """Return a column as doubles."""
        found: NDArray[np.float64] = self.people.column(name).to_numpy().astype(np.float64)
        return found


def computed(
    ws: Workspace, rule: Rules, as_of: datetime, money: str
) -> tuple[pa.Table, dict[str, float | None]]:
    """Return the assignment from the events known at `as_of`, and its cuts; nothing is kept.

    Spend is that in the currency `money`. Within a refresh, which reads one state, the accuracy of
    what was just assigned is told without reading all events a second time.
    """
    if not ws.engine.refreshing:
        return _rolled_up(ws, rule, as_of, money)
    asked = (str(ws.folder), rule, as_of, money, ws.engine.watermark())
    return _computed.get(asked, lambda: _rolled_up(ws, rule, as_of, money))


def _rolled_up(
    ws: Workspace, rule: Rules, as_of: datetime, money: str
) -> tuple[pa.Table, dict[str, float | None]]:
    table = ws.query(lambda view: queries.roll_up(view, rule, as_of, money), as_of=as_of)
    table = table.take(pc.sort_indices(table, sort_keys=[("person_id", "ascending")]))
    people = table.column("person_id").to_numpy(zero_copy_only=False)
    values = [table.column(name).to_numpy().astype(np.float64) for name in DIMENSIONS]
    placed = place(values, people, rule, key(ws))
    first, last = (_days(table, name) for name in ("first", "last"))
    moment = as_of.timestamp() * 1e6 / DAY
    active = table.column("active").to_numpy().astype(np.float64)
    second = segments(placed.groups, moment - last, active, np.nan_to_num(last - first))
    made = pa.table(
        {
            "person_id": table.column("person_id"),
            **{name: pa.array(value) for name, value in zip(DIMENSIONS, values, strict=True)},
            "silent": pa.array(np.round(moment - last, 2)),
            "score": pa.array(placed.scores),
            "group": pa.array(placed.groups),
            "segment": pa.array(second),
            "drawn": pa.array(placed.drawn),
        }
    )
    return made, placed.cuts


def assign(ws: Workspace, as_of: datetime, *, now: datetime) -> int:
    """Assign and keep the groups as of a moment, by the rules in force; return how many."""
    while (made := _kept(ws, rules(ws), as_of, now)) is None:
        pass  # somebody was erased meanwhile: once more, without them
    return made


def _kept(ws: Workspace, rule: Rules, as_of: datetime, now: datetime) -> int | None:
    """Compute and keep an assignment; None, and nothing kept, if an erasure came between."""
    with ws.database.reading() as connection:
        before = inbox.erased_so_far(connection)
    money = currency.of_orders(ws).code
    people, cuts = computed(ws, rule, as_of, money)
    row = {
        "as_of": as_of,
        "computed_at": now,
        "rules": msgspec.json.encode(rule).decode(),
        "cuts": msgspec.json.encode(cuts).decode(),
        "customers": people.num_rows,
        "assigned": _pack(people),
        "currency": money,
    }
    with ws.database.transaction() as connection:
        if inbox.erased_so_far(connection) != before:
            return None
        queries.put_run(connection, row)
        forget(ws, connection, erasure.under_way(connection))
        old = [number for number, _moment in queries.run_moments(connection)[KEPT:]]
        queries.drop_runs(connection, old)
    return int(people.num_rows)


def assign_due(ws: Workspace, *, now: datetime) -> int:
    """Assign as of the start of this month, and of the month before if nothing comparable is older.

    What was assigned in another currency than money is summed in now is not comparable.

    Of an archive, the start of the month after its last event counts, so that all of it takes
    part. Returns how many assignments were made: none while the month's stands, the rules are the
    same, and money is summed in the same currency.
    """
    reach = scopes.reach(ws)
    if reach.start is None or reach.end is None:
        return 0
    ended = reach.end.astimezone(ws.zone).date().replace(day=1)
    edge = min(now.astimezone(ws.zone).date().replace(day=1), add_months(ended, 1))
    wanted = [_start(ws, edge, 0)]
    found = runs(ws)
    latest = load(ws, found[0][0]) if found else None
    money = currency.of_orders(ws).code
    if latest is not None and latest.currency != money:
        found = []
    if not any(moment < wanted[0] for _number, moment in found):
        wanted.insert(0, _start(ws, edge, -1))
    wished = (wanted[-1], rules(ws), money)
    if latest is not None and (latest.as_of, latest.rules, latest.currency) == wished:
        return 0
    made = [moment for moment in wanted if moment > reach.start]
    for moment in made:
        assign(ws, moment, now=now)
    return len(made)


def again(ws: Workspace, *, now: datetime) -> int:
    """Assign the last month anew by the rules in force; return how many customers have a group.

    Where nothing was assigned yet, the months that are due are.
    """
    found = runs(ws)
    if not found:
        assign_due(ws, now=now)
        found = runs(ws)
        latest = load(ws, found[0][0]) if found else None
        return latest.people.num_rows if latest else 0
    return assign(ws, found[0][1], now=now)


def unlearn(connection: sa.Connection, since: datetime) -> int:
    """Drop the assignments computed since then; the next refresh makes what is due anew.

    For when events turn out to have been left out since a moment.
    """
    gone = [row[0] for row in queries.stamps(connection) if row[2] >= since]
    queries.drop_runs(connection, gone)
    return len(gone)


def runs(ws: Workspace) -> list[tuple[int, datetime]]:
    """Return (id, as_of) of the kept assignments, the newest first."""
    with ws.database.reading() as connection:
        return queries.run_moments(connection)


def in_force(ws: Workspace, moment: datetime) -> Assignment | None:
    """Return the assignment in force at a moment, else the first one after it; None before any."""
    known = runs(ws)
    if not known:
        return None
    return load(ws, next((number for number, at in known if at <= moment), known[-1][0]))


def stamps(ws: Workspace) -> list[tuple[int, datetime, datetime, int]]:
    """Return (id, as_of, computed_at, bytes) of the kept assignments, the newest first."""
    with ws.database.reading() as connection:
        return queries.stamps(connection)


def load(ws: Workspace, number: int) -> Assignment | None:
    """Return a kept assignment, or None."""
    with ws.database.reading() as connection:
        row = queries.run(connection, number)
    if row is None:
        return None
    return Assignment(
        row.id,
        row.as_of,
        msgspec.json.decode(row.rules, type=Rules),
        msgspec.json.decode(row.cuts, type=dict[str, float | None]),
        _unpack(row.assigned),
        row.currency or ws.settings.workspace.currency,
    )


def key(ws: Workspace) -> bytes:
    """Return the key of the draw at a cut, this workspace's and this purpose's own."""
    return ws.keyed_hash("value groups", "draw").encode()


@erasable("value groups")
def forget(ws: Workspace, connection: sa.Connection, identities: frozenset[str]) -> int:
    """Take the people out of every kept assignment; the others keep their groups."""
    _computed.clear()
    gone = 0
    if not identities:
        return gone
    for number, _moment in queries.run_moments(connection):
        row = queries.run(connection, number)
        if row is None:
            continue
        people = _unpack(row.assigned)
        hit = pc.is_in(people.column("person_id"), pa.array(sorted(identities), pa.string()))
        found = int(pc.sum(hit).as_py() or 0)
        if found:
            queries.change_assigned(connection, number, _pack(people.filter(pc.invert(hit))))
            gone += found
    return gone


def _start(ws: Workspace, first: date, months: int) -> datetime:
    return day_start(add_months(first, months), ws.zone)


def _days(table: pa.Table, name: str) -> NDArray[np.float64]:
    """Return moments as days since 1970; NaN for none."""
    whole = pc.cast(table.column(name), pa.timestamp("us", "UTC")).cast(pa.int64())
    found: NDArray[np.float64] = whole.to_numpy(zero_copy_only=False).astype(np.float64) / DAY
    return found


def _pack(people: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, people.schema, options=options) as writer:
        writer.write_table(people)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _unpack(data: bytes) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()
