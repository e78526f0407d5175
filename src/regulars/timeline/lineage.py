"""Whether database and lake belong together, and which of them is older.

Each remembers the other: the store which lake it has and how far that had come (`memory`), the
lake whose it is (`belonging`) and who was erased (`erased`). `docs/adr` tells why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from regulars.timeline import belonging, erasure, lake, lake_log, memory
from regulars.timeline import erased as record
from regulars.timeline.inbox import tombstone
from regulars.timeline.memory import Memory
from regulars.timeline.tables import inbox, tombstones

if TYPE_CHECKING:
    from regulars.timeline.lake_log import Log
    from regulars.timeline.workspace import Workspace


class LineageFit(StrEnum):
    """How the database and the lake stand to each other."""

    WHOLE = "whole"
    LEARN = "learn"
    """The database was in use before stores noted their lake, or both are new."""
    OLD_DATABASE = "old_database"
    EMPTY_DATABASE = "empty_database"
    OLD_LAKE = "old_lake"
    FOREIGN_KEY = "foreign_key"
    FOREIGN_LAKE = "foreign_lake"
    CUT = "cut"
    """Entries of the Delta log are missing below the newest."""
    NO_LAKE = "no_lake"
    """There is none, and the database does not know how far it had come."""


@dataclass(frozen=True, slots=True)
class LineageJudgement:
    """How the two fit, with what was read of each."""

    fit: LineageFit
    memory: Memory | None
    log: Log


@dataclass(frozen=True, slots=True)
class Missing:
    """What an older lake lacks: how many events, and since when."""

    events: int
    since: datetime | None


def judge(workspace: Workspace) -> LineageJudgement:
    """Compare the database with the lake, both ways; opens the lake only if need be.

    The log is looked at before and after the database is read: a commit of another process in
    between makes neither of them old.
    """
    before = lake_log.look(workspace.lake.folder)
    with workspace.database.reading() as connection:
        noted = memory.read(connection)
        drawn = last_number(connection)
    after = lake_log.look(workspace.lake.folder)
    owner, ours = belonging.read(workspace.lake), belonging.key_print(workspace)
    fit = _foreign(noted, owner, ours) or _cut(before, after) or _age(noted, before, after)
    if fit is LineageFit.LEARN and after.newest and lake.watermark(workspace.lake.open()) > drawn:
        fit = LineageFit.OLD_DATABASE
    return LineageJudgement(fit, noted, after)


def _foreign(known: Memory | None, owner: belonging.Owner | None, ours: str) -> LineageFit | None:
    """Tell whether one of key, database and lake belongs to another workspace."""
    prints = {known.key_print if known else None, owner.key_print if owner else None} - {None}
    ids = {known.workspace_id if known else None, owner.workspace_id if owner else None} - {None}
    if prints and ours not in prints:
        return LineageFit.FOREIGN_KEY
    return LineageFit.FOREIGN_LAKE if len(prints) > 1 or len(ids) > 1 else None


def _cut(before: Log, after: Log) -> LineageFit | None:
    return LineageFit.CUT if before.missing and after.missing else None


def _age(noted: Memory | None, before: Log, after: Log) -> LineageFit:
    if noted is None:
        return LineageFit.EMPTY_DATABASE if before.newest else LineageFit.LEARN
    if noted.version == memory.UNKNOWN:
        return LineageFit.NO_LAKE if after.newest is None else LineageFit.LEARN
    if after.newest is None or after.newest < noted.version:
        return LineageFit.OLD_LAKE
    if before.newest is not None and before.newest > noted.announced:
        return LineageFit.OLD_DATABASE
    return LineageFit.WHOLE


def missing(workspace: Workspace, noted: Memory) -> Missing:
    """Return what the lake lacks that the database knows of, but for what the inbox still has."""
    if lake_log.look(workspace.lake.folder).newest is None:
        return Missing(noted.events, None)
    handle = workspace.lake.open()
    there = lake.events(handle)
    since = next((one.get("timestamp") for one in handle.history(1)), None)
    waiting = sa.select(sa.func.coalesce(sa.func.sum(inbox.c.events), 0)).where(
        inbox.c.seq > lake.watermark(handle), inbox.c.seq <= noted.watermark
    )
    with workspace.database.reading() as connection:
        held = int(connection.execute(waiting).scalar_one())
    lost = max(noted.events - there - held, 0)
    return Missing(lost, datetime.fromtimestamp(since / 1000, UTC) if since else None)


def last_number(connection: sa.Connection) -> int:
    """Return the last sequence number that the inbox has given out."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT max(seq) FROM sqlite_sequence WHERE name = 'inbox'"
        return int(connection.exec_driver_sql(asked).scalar() or 0)
    name = connection.execute(sa.text("SELECT pg_get_serial_sequence('inbox', 'seq')")).scalar()
    row = connection.execute(sa.text(f"SELECT last_value, is_called FROM {name}")).one()
    return int(row.last_value) if row.is_called else 0


def unknown_erasures(workspace: Workspace) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """Return the erasures that only the lake's record knows, and those that only the database.

    Erasures under way are in neither: whoever carries them out tells both sides.
    """
    recorded = record.read(record.path_of(workspace.lake))
    with workspace.database.reading() as connection:
        rows = connection.execute(sa.select(tombstones.c.hash, tombstones.c.erased_at)).all()
        begun = {tombstone(workspace, one) for one in erasure.under_way(connection)}
    ours = {row.hash: row.erased_at for row in rows}
    only_lake = {one: at for one, at in recorded.items() if one not in ours}
    only_database = {
        one: at for one, at in ours.items() if one not in recorded and one not in begun
    }
    return only_lake, only_database
