"""Settling: a workspace whose database and lake do not fit is made whole before it is used.

With an old or empty database nothing of the lake is lost, with an old lake nothing happens unless
the loss is accepted; and every erasure that either side knows of is carried out on both.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.kit import clock, registry
from regulars.kit.registry import Registry
from regulars.kit.text import Text
from regulars.timeline import (
    belonging,
    cleaning,
    cursors,
    duck,
    erasure,
    inbox,
    lake,
    lake_log,
    lineage,
    memory,
    reapplying,
    seen,
)
from regulars.timeline.lineage import LineageFit, LineageJudgement
from regulars.timeline.refusing import refusal
from regulars.timeline.tables import inbox as waiting

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

Settle = Callable[["Workspace", sa.Connection, datetime], object]
AFTER: Registry[Settle] = Registry(Text("thing done after a restore", "恢复后的处理"))
SLACK = timedelta(minutes=5)
"""How much earlier than the database's last note ids of the lake are remembered from."""
ID_PORTION = 100_000
TOLD = {
    LineageFit.OLD_DATABASE: Text(
        "The database is older than the lake: all events are kept. What else was changed since "
        "{at} (accounts, catalog, links, targets) is as it was then.",
        "数据库比数据湖旧：所有事件均已保留。自 {at} 以来的其他修改"
        "（账号、触点清单、身份关联、目标）恢复为当时的状态。",
    ),
    LineageFit.EMPTY_DATABASE: Text(
        "The database was empty: all events of the lake are kept, but accounts, catalog, links "
        "and targets are gone. “regulars restore” puts them back from a backup.",
        "数据库为空：数据湖中的事件均已保留，但账号、触点清单、身份关联和目标已丢失。"
        "可用“regulars restore”从备份恢复。",
    ),
    LineageFit.OLD_LAKE: Text(
        "{count} events that the database knew of are lost; they may be sent or imported again.",
        "数据库所知的 {count} 个事件已丢失，可以重新发送或导入。",
    ),
}


def after_restore(name: str) -> Callable[[Settle], Settle]:
    """Register what must be done in the database of a workspace that was put back."""

    def keep(settle: Settle) -> Settle:
        return AFTER.add(name, settle)

    return keep


def settle(workspace: Workspace, *, now: datetime, accept_loss: bool = False) -> list[Text]:
    """Make database and lake fit; return what is to be told. Costs next to nothing if they do.

    Raises Unavailable when they cannot be brought together: with a foreign key or lake, a log
    that was cut, or an older lake unless its loss is accepted.
    """
    judged = lineage.judge(workspace)
    refused = refusal(workspace, judged, accept_loss=accept_loss)
    if refused is not None:
        raise refused
    notes = _told(workspace, judged)
    if judged.fit is not LineageFit.WHOLE:
        _begin(workspace, judged)
        _adopt(workspace, judged, now)
        _learn(workspace)
    _erase_again(workspace, now)
    _finish(workspace, now)
    return notes


def _told(workspace: Workspace, judged: LineageJudgement) -> list[Text]:
    text, noted = TOLD.get(judged.fit), judged.memory
    if text is None or (noted is not None and noted.unsettled == "restored"):
        return []
    at = "?" if noted is None else f"{noted.noted_at.astimezone(workspace.zone):%Y-%m-%d %H:%M}"
    lost = (
        lineage.missing(workspace, noted).events
        if judged.fit is LineageFit.OLD_LAKE and noted
        else 0
    )
    return [Text(*(one.format(at=at, count=f"{lost:,}") for one in (text.en, text.zh)))]


def _begin(workspace: Workspace, judged: LineageJudgement) -> None:
    """Note why, so that a crash on the way is taken up again at the next opening."""
    if judged.fit is not LineageFit.LEARN:
        with workspace.database.transaction() as connection:
            memory.write(connection, unsettled=judged.fit.value)


def _adopt(workspace: Workspace, judged: LineageJudgement, now: datetime) -> None:
    """Take over what the lake has: numbers above its watermark, hidden events, known ids."""
    since = _ids_since(workspace, judged, now)
    if judged.fit is LineageFit.OLD_LAKE:
        lake_log.drop_empty(workspace.lake.folder)
    workspace.lake.create()
    handle = workspace.lake.open()
    mark = lake.watermark(handle)
    counting = [file for file in lake.files(handle) if not file.aside]
    paths = [workspace.lake.absolute(file) for file in counting]
    with workspace.database.transaction() as connection:
        inbox.lock_inbox(connection)
        _draw_above(connection, mark)
        _show_hidden(workspace, connection, paths, mark, now)
        if judged.fit is LineageFit.OLD_LAKE:
            seen.forget_since(connection, seen.day_of(since))
            _remember_waiting(connection, now)
    if judged.fit is not LineageFit.LEARN:
        _remember_lake(workspace, paths, since, now)


def _ids_since(workspace: Workspace, judged: LineageJudgement, now: datetime) -> datetime:
    """Return from when the database's remembered ids cannot be relied upon."""
    window = now - timedelta(days=workspace.settings.intake.remember_days)
    remembered = judged.memory
    if judged.fit is LineageFit.OLD_LAKE and remembered is not None:
        since = lineage.missing(workspace, remembered).since or clock.EPOCH
        return datetime(since.year, since.month, since.day, tzinfo=UTC)
    if remembered is None or remembered.version == memory.UNKNOWN:
        return window
    return max(window, remembered.noted_at - SLACK)


def _draw_above(connection: sa.Connection, mark: int) -> None:
    """Let the next group's number be above the watermark, or no reader would ever see it."""
    if lineage.last_number(connection) >= mark:
        return
    if connection.dialect.name == "postgresql":
        sequence = "pg_get_serial_sequence('inbox', 'seq')"
        connection.execute(sa.text(f"SELECT setval({sequence}, :mark)"), {"mark": mark})
        return
    connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'inbox'")
    connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES ('inbox', ?)", (mark,))


def _show_hidden(
    workspace: Workspace, connection: sa.Connection, paths: list[str], mark: int, now: datetime
) -> None:
    """Give groups at or below the watermark new numbers where the lake does not have their events.

    They were acknowledged by a database that had been put back and drew its numbers anew.
    """
    rows = connection.execute(sa.select(waiting).where(waiting.c.seq <= mark)).all()
    if not rows:
        return
    groups = pa.Table.from_batches([inbox.decode(row.batch) for row in rows])
    lost = groups.filter(pc.invert(_in_lake(workspace, paths, groups)))
    who = {one for one in lost.column("identity_id").to_pylist() if one is not None}
    gone = sorted(inbox.erased_among(workspace, connection, who))
    lost = lost.filter(pc.invert(pc.is_in(lost.column("identity_id"), pa.array(gone, pa.string()))))
    cleaning.put_by(connection, mark, without=lost.column("event_id").to_pylist())
    connection.execute(sa.delete(waiting).where(waiting.c.seq <= mark))
    if lost.num_rows:
        values = {"events": lost.num_rows, "appended_at": now, "batch": inbox.encode(lost)}
        connection.execute(sa.insert(waiting).values(revision=0, **values))


def _in_lake(workspace: Workspace, paths: list[str], groups: pa.Table) -> pa.Array:
    """Tell of each event of the groups whether the lake has its id."""
    if not paths:
        return pa.array([False] * groups.num_rows)
    connection = duck.connect(workspace, share=0.5)
    try:
        connection.register("hidden", groups.select(["event_id"]))
        asked = f"SELECT DISTINCT event_id FROM read_parquet({duck.file_list(paths)}) "
        found = connection.execute(asked + "SEMI JOIN hidden USING (event_id)").to_arrow_table()
    finally:
        connection.close()
    return pc.is_in(groups.column("event_id"), found.column(0).combine_chunks()).combine_chunks()


def _remember_waiting(connection: sa.Connection, now: datetime) -> None:
    for batch in connection.execute(sa.select(waiting.c.batch)).scalars():
        seen.know(connection, inbox.decode(batch).column("event_id").to_pylist(), now)


def _remember_lake(workspace: Workspace, paths: list[str], since: datetime, now: datetime) -> None:
    """Let intake know the ids of what reached the lake since then."""
    if not paths:
        return
    connection = duck.connect(workspace, share=0.5)
    try:
        found = connection.execute(
            f"SELECT event_id FROM read_parquet({duck.file_list(paths)}) WHERE received_at >= ?",
            [since],
        )
        while rows := found.fetchmany(ID_PORTION):
            seen.remember(workspace, [row[0] for row in rows], now=now)
    finally:
        connection.close()


def _learn(workspace: Workspace) -> None:
    """Let both sides remember each other as they are now; two processes agree on one id."""
    erasure.drop_sums(workspace)
    lake.remember(workspace.database, workspace.lake.open())
    with workspace.database.transaction() as connection:
        inbox.lock_inbox(connection)
        known = memory.read(connection)
        owner = belonging.read(workspace.lake) or belonging.new_owner(workspace)
        if known is not None and known.workspace_id is not None:
            owner = belonging.Owner(known.workspace_id, belonging.key_print(workspace))
        belonging.write(workspace.lake, owner)
        memory.write(connection, workspace_id=owner.workspace_id, key_print=owner.key_print)


def _erase_again(workspace: Workspace, now: datetime) -> None:
    """Carry out on both sides what either knows to be erased."""
    only_lake, only_database = lineage.unknown_erasures(workspace)
    if only_lake or only_database:
        with workspace.database.transaction() as connection:
            known = memory.read(connection)
            if known is not None and known.unsettled is None:
                memory.write(connection, unsettled="erasures")
        reapplying.erase(workspace, only_lake, only_database, now)


def _finish(workspace: Workspace, now: datetime) -> None:
    """Do what a restore asks of each noun, and note that all is settled."""
    with workspace.database.reading() as connection:
        remembered = memory.read(connection)
    if remembered is None or remembered.unsettled is None:
        return
    from regulars.company.sign_in import service as sign_in

    erasure.resume(workspace, now=now)
    put_back = remembered.unsettled in (
        "restored",
        LineageFit.OLD_DATABASE,
        LineageFit.EMPTY_DATABASE,
    )
    if put_back:
        registry.import_all("service")
    with workspace.database.transaction() as connection:
        if put_back:
            sign_in.end_all(connection)
            cursors.pass_over(connection, lake.watermark(workspace.lake.open()))
        for name in AFTER if put_back else ():
            AFTER.get(name)(workspace, connection, now)
        restored = {"restored_at": now} if put_back else {}
        memory.write(connection, unsettled=None, **restored)
