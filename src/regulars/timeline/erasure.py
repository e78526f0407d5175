"""Erasure: nothing that a person said or was remains, wherever it lay.

First a tombstone, so that intake refuses what still arrives; then inbox, lake, and every place
registered as erasable. An erasure that was cut off is taken up again by maintenance.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from regulars.faces.language import gettext_noop
from regulars.kit import registry
from regulars.kit.registry import Registry
from regulars.kit.text import Text
from regulars.store import spill
from regulars.store.database import insert_or_ignore
from regulars.timeline import batches, duck, erased, lake, linking
from regulars.timeline.engine import standing
from regulars.timeline.inbox import lock_inbox, tombstone
from regulars.timeline.lease import MAINTENANCE, Lease, lease
from regulars.timeline.tables import (
    backups,
    erasures,
    inbox,
    reaction_backlog,
    reactions,
    set_aside,
    staged_acts,
    tombstones,
)

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

Forget = Callable[["Workspace", sa.Connection, frozenset[str]], int]
PLACES: Registry[Forget] = Registry(Text("place that can be erased", "可清除的位置"))
COUNTS: Registry[Forget] = Registry(Text("place that is counted", "可清点的位置"))

WAITING = {
    gettext_noop("acts on their way to the inbox"): staged_acts,
    gettext_noop("events that reactions have yet to see"): reaction_backlog,
    gettext_noop("events that reactions failed on"): set_aside,
}
"""Tables of events that are not on the timeline yet, or that stand there too."""
REACTING_LOCK = 7_236_402
"""Key of PostgreSQL's advisory lock by which reactions and erasures wait for each other."""


def erasable(name: str) -> Callable[[Forget], Forget]:
    """Register a place of personal data: a function that forgets identities, returning rows."""

    def keep(forget: Forget) -> Forget:
        return PLACES.add(name, forget)

    return keep


def counted(name: str) -> Callable[[Forget], Forget]:
    """Register a function that counts what a place holds which is not on the timeline."""

    def keep(count: Forget) -> Forget:
        return COUNTS.add(name, count)

    return keep


def held(workspace: Workspace, identities: Iterable[str]) -> dict[str, int]:
    """Return what is held of identities beside their timeline: place → rows, none that are 0."""
    wanted = frozenset(identities)
    registry.import_all("service")
    with workspace.database.reading() as connection:
        rows = {name: COUNTS.get(name)(workspace, connection, wanted) for name in COUNTS}
    return {name: count for name, count in rows.items() if count}


def places() -> Registry[Forget]:
    """Return every place of personal data, whatever this process has imported so far.

    Places are registered by the services that hold them, and a command or a notebook needs few
    of these: before an erasure all are imported.
    """
    registry.import_all("service")
    return PLACES


@erasable("answers kept for repeated calls")
def _forget_answers(
    _workspace: Workspace, connection: sa.Connection, _identities: frozenset[str]
) -> int:
    from regulars.faces import idempotency

    return idempotency.forget_all(connection)


@erasable("sums kept between refreshes")
def _forget_sums(
    workspace: Workspace, _connection: sa.Connection, _identities: frozenset[str]
) -> int:
    return drop_sums(workspace)


def drop_sums(workspace: Workspace) -> int:
    """Drop the sums kept between refreshes; return how many."""
    return standing.Kept(workspace.folder / standing.FOLDER).sweep(None)


@dataclass(frozen=True, slots=True)
class Erased:
    """What went from where, and the backups that still hold it until they are deleted."""

    rows: dict[str, int]
    backups: list[str]


def hold_off(connection: sa.Connection) -> None:
    """Let no erasure begin or go on before the caller's transaction has ended.

    Who was erased before is known in it, and what it writes is there for the erasure to find. Many
    may hold them off at once; SQLite's lock does it by itself.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(REACTING_LOCK)))


def _lock(connection: sa.Connection) -> None:
    """Wait for whoever holds erasures off, then for whoever writes the inbox."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(REACTING_LOCK)))
    lock_inbox(connection)


def erase(workspace: Workspace, identities: Iterable[str], *, by: str, now: datetime) -> Erased:
    """Erase all identities of one person. They should be all of `people.identities_of`."""
    wanted = frozenset(identities)
    number = secrets.token_hex(16)
    with workspace.database.transaction() as connection:
        _lock(connection)
        connection.execute(
            insert_or_ignore(connection, tombstones),
            [{"hash": tombstone(workspace, one), "erased_at": now} for one in wanted],
        )
        connection.execute(
            sa.insert(erasures).values(
                erasure_id=number, identities=json.dumps(sorted(wanted)), by=by, started_at=now
            )
        )
    return _carry_out(workspace, number, wanted, now)


def resume(workspace: Workspace, *, now: datetime) -> int:
    """Finish erasures that were cut off; return how many there were."""
    with workspace.database.reading() as connection:
        query = sa.select(erasures.c.erasure_id, erasures.c.identities)
        open_ones = connection.execute(query.where(erasures.c.ended_at.is_(None))).all()
    for row in open_ones:
        _carry_out(workspace, row.erasure_id, frozenset(json.loads(row.identities)), now)
    return len(open_ones)


def under_way(connection: sa.Connection) -> frozenset[str]:
    """Return the identities of erasures that have begun and not ended.

    Who keeps a table of people that took a while to compute leaves them out when it is written:
    their erasure may have passed by that table already.
    """
    query = sa.select(erasures.c.identities).where(erasures.c.ended_at.is_(None))
    return frozenset(one for row in connection.execute(query).scalars() for one in json.loads(row))


def _carry_out(
    workspace: Workspace, number: str, identities: frozenset[str], now: datetime
) -> Erased:
    rows: dict[str, int] = {}
    erasers = places()
    hashes = [tombstone(workspace, one) for one in identities]
    erased.append(erased.path_of(workspace.lake), hashes, now)
    with lease(workspace.database, MAINTENANCE, patience=600.0) as held:
        watermark = lake.watermark(workspace.lake.open())
        with workspace.database.transaction() as connection:
            rows |= _from_waiting(connection, identities, watermark)
            for name in erasers:
                rows[name] = erasers.get(name)(workspace, connection, identities)
            rows["links"] = linking.forget(connection, identities)
        rows["lake"] = _from_lake(workspace, held, identities)
        lake.vacuum(workspace.lake, held, hours=0)
        drop_sums(workspace)  # of a refresh that began while the files were there
        spill.sweep(workspace.folder)
        spill.drop_copies(workspace.folder)
        with workspace.database.transaction() as connection:
            connection.execute(
                sa.update(erasures)
                .where(erasures.c.erasure_id == number)
                .values(ended_at=now, identities="[]")
            )
    _scrub(workspace)
    return Erased(rows, sorted(_backups(workspace)))


def _backups(workspace: Workspace) -> set[str]:
    """Return the backups there are, and those on a disk that is not there now."""
    with workspace.database.reading() as connection:
        made = [Path(one) for one in connection.execute(sa.select(backups.c.path)).scalars()]
    elsewhere = {str(one) for one in made if one.exists() or not one.parent.exists()}
    return elsewhere | {str(file) for file in workspace.folder.glob("backups/*")}


def _from_waiting(
    connection: sa.Connection, identities: frozenset[str], watermark: int
) -> dict[str, int]:
    """Rewrite what holds the person on its way to the lake, and copies that are still needed.

    What a reaction said when it failed may quote somebody, and goes.
    """
    _lock(connection)
    connection.execute(sa.update(reactions).values(error=None, failures=0))
    rows = {"inbox": batches.take_out(connection, inbox, identities, above=watermark)}
    for name, table in WAITING.items():
        rows[name] = batches.take_out(connection, table, identities)
    return rows


def _from_lake(workspace: Workspace, held: Lease, identities: frozenset[str]) -> int:
    """Rewrite the files that hold the person, in one commit; return the events gone.

    Of an event that is theirs every earlier telling goes too, whoever that was told of.
    """
    handle = workspace.lake.open()
    every = [file for file in lake.files(handle) if file.may_hold(sorted(identities))]
    connection = duck.connect(workspace, share=0.5)
    connection.execute("CREATE TEMP TABLE theirs (event_id VARCHAR)")
    named = "identity_id IN (" + ", ".join(f"'{one}'" for one in sorted(identities)) + ")"
    told = f"(({named}) OR event_id IN (SELECT event_id FROM theirs))"
    try:
        gone, adds, removes = 0, [], []
        for file in sorted(every, key=lambda one: one.aside):
            theirs = told if file.aside else named
            source = f"read_parquet({duck.file_list([workspace.lake.absolute(file)])})"
            row = connection.execute(f"SELECT count(*) FROM {source} WHERE {theirs}").fetchone()
            if row is None or row[0] == 0:
                continue
            gone += row[0]
            removes.append(file)
            connection.execute(
                f"INSERT INTO theirs SELECT event_id FROM {source} WHERE {theirs} AND $present",
                {"present": not file.aside},
            )
            select = f"SELECT * FROM {source} WHERE ({theirs}) IS NOT TRUE"
            action = lake.write(
                workspace.lake, connection, select, month=file.month, bucket=file.bucket
            )
            adds += [action] if action else []
    finally:
        connection.close()
    if removes:
        lake.commit(held, handle, adds, removes)
    return gone


def _scrub(workspace: Workspace) -> None:
    """Leave nothing in the database's free pages, its log, or dead rows."""
    engine = workspace.database.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if workspace.database.dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql("VACUUM")
