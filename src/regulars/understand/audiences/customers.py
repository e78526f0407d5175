"""The customer table: one row a customer, kept as a Parquet file for each scope."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import ibis
import pyarrow as pa
import sqlalchemy as sa

from regulars.company.rights.model import Scope
from regulars.timeline import currency as currencies
from regulars.timeline import duck, erasure, inbox
from regulars.timeline.engine.base import Amended
from regulars.timeline.erasure import erasable
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import assembling, queries
from regulars.understand.audiences.model import CustomerTable
from regulars.understand.churn import service as churn
from regulars.understand.churn.model import EarlyWarning
from regulars.understand.costs import service as costs
from regulars.understand.costs.model import FOLLOW_UP_DAYS
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding, slice_hash
from regulars.understand.levels import service as levels
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.lifetime_value.model import LifetimeValue
from regulars.understand.needs import service as needs
from regulars.understand.needs.model import Needs
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter
from regulars.understand.value_groups import service as value_groups
from regulars.understand.words import service as words

if TYPE_CHECKING:
    import ibis.expr.types as ir

FOLDER = "customers"
NEWER, REPLACED = ".newer.parquet", ".replaced.parquet"
"""Beside the table of everybody: rows made since, and whose rows these replace."""
STAMP = "stamp"
"""What a table of everybody is called when rows made since are kept; a new one with each."""
Payload = TypeVar("Payload")
NOTHING_FORETOLD = pa.table(
    {
        name: pa.array([], kind)
        for name, kind in (
            ("person_id", pa.string()),
            *((name, pa.float64()) for name in ("value", "alive", "chance", "chance_1")),
            ("want_1", pa.string()),
        )
    }
)
SHARE = 0.25
"""Part of the workspace's memory that one question to the table may use."""


def about(scope: Scope) -> dict[str, Any]:
    """Return the slice that the table of a scope is kept under."""
    return {"scope": None if scope is None else sorted(scope)}


def stored(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[CustomerTable] | None:
    """Return what is known of the table as last made; None where it is not there."""
    found = findings.find(ws, KIND, about(scope), now=now)
    return found if found is not None and _path(ws, scope).exists() else None


def answered(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[CustomerTable]:
    """Return what is known of the table, made anew where the timeline has moved on."""
    found = findings.answer(ws, KIND, about(scope), now=now)
    if not _path(ws, scope).exists():  # restored from a backup without its files
        make(ws, scope, now)
    return found


@contextmanager
def opened(
    ws: Workspace, scope: Scope, day: date | None = None
) -> Iterator[tuple[ir.Table, Callable[[Any], pa.Table]]]:
    """Give the table as Ibis, and what runs an expression of it.

    Days since something are counted until `day` (None: that of the finding).
    """
    connection = duck.connect(ws, share=SHARE)
    try:
        backend = ibis.duckdb.from_connection(connection)
        duck.set_zone(connection, ws)
        path = _path(ws, scope)
        table = assembling.view(connection, path, _on_top(path), day or _day(ws, scope))
        yield backend.table(table), backend.to_pyarrow
    finally:
        connection.close()


def _day(ws: Workspace, scope: Scope) -> date | None:
    known = findings.latest(ws, KIND.key, CustomerTable, about=about(scope), version=KIND.version)
    return known.payload.as_of.astimezone(ws.zone).date() if known and known.payload.as_of else None


def make(ws: Workspace, scope: Scope, now: datetime) -> CustomerTable:
    """Compute the table and put it in the place of the one before.

    If somebody is erased meanwhile, once more: their erasure may have passed by the file.
    """
    while True:
        with ws.database.reading() as connection:
            before = inbox.erased_so_far(connection)
        made = _made(ws, scope, now)
        with ws.database.reading() as connection:
            forget(ws, connection, erasure.under_way(connection))
            if inbox.erased_so_far(connection) == before:
                return made


def _made(ws: Workspace, scope: Scope, now: datetime) -> CustomerTable:
    reach = scopes.reach(ws)
    as_of = min(now, reach.end) if reach.end else None
    currency = currencies.of_orders(ws, scope).code
    end = scopes.usual(ws, now).end or now
    asked = queries.CustomerSource(scope, end, currency)
    key = ("answers by base", scope, ws.engine.settled(end), asked.since)
    counted = ws.engine.summed(
        key, lambda view: queries.bases(view, asked), by=queries.BASES
    ).to_pylist()
    nps = _basis(counted, "nps", queries.NPS_SCALE)
    csat = _basis(counted, "csat", None)
    asked = queries.CustomerSource(scope, end, currency, nps, csat)
    day = (as_of or now).astimezone(ws.zone).date()
    pains = _pains(ws, scope, day, now)
    rows = _renew(ws, asked, pains, day, now)
    return CustomerTable(
        as_of,
        rows,
        currency,
        nps[0] if nps else None,
        csat[0] if csat else None,
        csat[1] if csat else None,
        pains,
    )


def _pains(ws: Workspace, scope: Scope, day: date, now: datetime) -> dict[str, bool]:
    """Return the touchpoints that are pain points, and those that were since Monday.

    One at the margin comes and goes; the table need not be made anew each time it does.
    """
    present = {pain.step: pain.left for pain in costs.pains(ws, EventFilter(), now=now)}
    before = findings.latest(ws, KIND.key, CustomerTable, about=about(scope), version=KIND.version)
    made = before.payload.as_of if before is not None else None
    if before is None or made is None or made.astimezone(ws.zone).date() < _monday(day):
        return present
    return before.payload.pains | present


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _renew(
    ws: Workspace, source: queries.CustomerSource, pains: dict[str, bool], day: date, now: datetime
) -> int:
    """Write what is known of every customer, in a refresh only of those touched; return how many.

    What does not come from a customer's own events is learnt weekly; then, and from every Monday
    on, those columns are made anew for everybody. So is what goes with the days themselves.
    """
    scope, path = source.scope, _path(ws, source.scope)
    parts, keys = _parts(ws, source, pains, day, now)
    said = words.customers(ws, scope)

    def joined() -> pa.Table:
        own = {
            "seen": ws.query(partial(queries.seen, asked=source)),
            "spoken": ws.query(partial(queries.spoken, asked=source)),
            "deeds": ws.query(partial(queries.deeds, source=source)),
            "said": said,
        }
        return _with(ws, assembling.joined, own | {name: make() for name, make in parts.items()})

    def replaced(table: pa.Table, stamp: str) -> pa.Schema:
        schema: pa.Schema = table.schema
        _write(ws, path, table, keys | {STAMP: stamp})
        _put_on_top(ws, scope, Amended(schema.empty_table(), pa.array([], pa.string())))
        return schema

    def everybody() -> pa.Schema:
        return replaced(joined(), stamp)

    before = assembling.noted(path)
    stamp = before.get(STAMP) or secrets.token_hex(8)
    about_own = (about(scope), source.currency, words.state(ws))
    found = ws.engine.amended(
        ("customer_table", about_own, stamp), everybody, joined, of="person_id"
    )
    if found is not None and STAMP not in before:
        everybody()  # restored from a backup without its files
        _put_on_top(ws, scope, found)
    elif found is not None:
        _put_on_top(ws, scope, found)
        changed = {name: make() for name, make in parts.items() if before.get(name) != keys[name]}
        if changed:
            table = _with(ws, assembling.exchanged, path, _on_top(path), changed)
            anew = secrets.token_hex(8)
            ws.engine.amended(
                ("customer_table", about_own, anew),
                lambda: replaced(table, anew),
                joined,
                of="person_id",
            )
    with opened(ws, scope, day) as (table, run):
        rows: int = run(table.aggregate(n=table.count())).column("n")[0].as_py()
    return rows


def _parts(
    ws: Workspace, source: queries.CustomerSource, pains: dict[str, bool], day: date, now: datetime
) -> tuple[dict[str, Callable[[], pa.Table]], dict[str, str]]:
    """Return what makes the columns that do not come from own events alone, and their keys."""
    scope, monday = source.scope, _monday(day)
    value = _predicted(ws, lifetime_value.KIND, lifetime_value.about(scope), scope, now)
    leaving = _predicted(ws, churn.KIND, churn.about(scope), scope, now)
    wants = _predicted(ws, needs.KIND, needs.about(scope), scope, now)
    met_from = monday - timedelta(days=FOLLOW_UP_DAYS)
    felt = levels.customers(ws, scope)
    parts = {
        "valued": lambda: value_groups.customers(ws, scope),
        "worth": lambda: _worth(ws, scope, value),
        "leaving": lambda: _leaving(ws, scope, leaving, now),
        "wanting": lambda: _wanting(ws, scope, wants),
        "felt": lambda: felt,
        "met": lambda: costs.customers(ws, scope, pains, met_from, day),
        "answered": lambda: ws.query(partial(queries.answered, source=source)),
    }
    rests_on = {
        "valued": (monday, value_groups.stamps(ws)[:1]),
        "worth": (monday, value and value.learnt),
        "leaving": (monday, leaving and leaving.learnt),
        "wanting": (monday, wants and wants.watched_to),
        "felt": (monday, levels.rules(ws)),
        "met": (monday, sorted(pains.items())),
        "answered": (source.nps, source.csat, source.since),
    }
    return parts, {name: slice_hash({name: repr(told)}) for name, told in rests_on.items()}


def _with(ws: Workspace, work: Callable[..., pa.Table], *given: Any) -> pa.Table:
    """Return what `work` makes of what is given on a connection of its own."""
    connection = duck.connect(ws)
    try:
        return work(connection, *given)
    finally:
        connection.close()


def _on_top(path: Path) -> tuple[Path, Path]:
    return path.with_suffix(NEWER), path.with_suffix(REPLACED)


def _put_on_top(ws: Workspace, scope: Scope, found: Amended) -> None:
    newer, replaced = _on_top(_path(ws, scope))
    _write(ws, newer, found.rows)
    _write(ws, replaced, pa.table({"person_id": found.replaced}))


@erasable("customer table")
def forget(ws: Workspace, _connection: sa.Connection, identities: frozenset[str]) -> int:
    """Take the people out of every kept table; the others' rows stay as they are."""
    gone = 0
    for file in sorted((ws.folder / FOLDER).glob("*.parquet")) if identities else []:
        aside = _aside(file)
        connection = duck.connect(ws, share=SHARE)
        try:
            gone += assembling.without(connection, file, sorted(identities), aside)
        finally:
            connection.close()
        aside.replace(file)
    return gone


def tidy(ws: Workspace, now: datetime, days: int = 30) -> int:
    """Delete the tables of scopes that nobody has asked for in so many days; return how many."""
    gone = 0
    for file in (ws.folder / FOLDER).glob("*"):
        if now.timestamp() - file.stat().st_mtime > days * 86_400:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def _write(
    ws: Workspace, target: Path, table: pa.Table, noted: dict[str, str] | None = None
) -> None:
    target.parent.mkdir(exist_ok=True)
    aside = _aside(target)
    connection: duckdb.DuckDBPyConnection = duck.connect(ws)
    try:
        assembling.write(connection, table, aside, noted or {})
    finally:
        connection.close()
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(target)


def _aside(target: Path) -> Path:
    return target.with_name(f"{target.stem}-{secrets.token_hex(4)}.part")


def _path(ws: Workspace, scope: Scope) -> Path:
    return ws.folder / FOLDER / f"{slice_hash(about(scope))}.parquet"


def _basis(
    counted: list[dict[str, Any]], metric: str, scale: tuple[float, float] | None
) -> queries.Basis | None:
    """Return the kind of survey and the scale with most answers: two are never mixed."""
    rows = [
        row
        for row in counted
        if row["metric"] == metric
        and (scale is None or (row["scale_min"], row["scale_max"]) == scale)
    ]
    if not rows:
        return None
    most = max(rows, key=lambda row: (row["n"], row["survey_kind"] or "", row["scale_max"]))
    return most["survey_kind"], (most["scale_min"], most["scale_max"])


def _worth(ws: Workspace, scope: Scope, found: LifetimeValue | None) -> pa.Table:
    """Return each customer's lifetime value and chance of still buying, where a model is known."""
    return lifetime_value.customers(ws, scope, found) if found is not None else NOTHING_FORETOLD


def _leaving(ws: Workspace, scope: Scope, found: EarlyWarning | None, now: datetime) -> pa.Table:
    """Return each customer's chance of no own action in the next three months."""
    if found is None:
        return NOTHING_FORETOLD
    return churn.customers(ws, scope, found, now=now).select(["person_id", "chance"])


def _wanting(ws: Workspace, scope: Scope, found: Needs | None) -> pa.Table:
    """Return what each customer will likeliest want next."""
    if found is None:
        return NOTHING_FORETOLD
    return needs.customers(ws, scope, found).select(["person_id", "want_1", "chance_1"])


def _predicted(
    ws: Workspace,
    kind: findings.ResultType[Payload],
    about: dict[str, Any],
    scope: Scope,
    now: datetime,
) -> Payload | None:
    """Return the company's model, made now if need be; of a scope the one that is there, if any.

    Otherwise each manager who looks at audiences would have models of the own places learnt anew
    by every refresh.
    """
    if scope is None:
        return findings.answer(ws, kind, about, now=now).payload
    known = findings.latest(ws, kind.key, kind.payload, about=about, version=kind.version)
    return known.payload if known is not None else None


def _compute(ws: Workspace, asked: dict[str, Any], now: datetime) -> CustomerTable:
    scope = asked.get("scope")
    return make(ws, None if scope is None else frozenset(scope), now)


KIND = findings.declare(
    findings.ResultType("customer_table", 4, CustomerTable, _compute, standing=({"scope": None},))
)
