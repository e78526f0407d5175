"""Checks that database, lake and key belong together, and that the lake's bytes are whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from regulars.jobs.doctor.model import Finding, Severity, well
from regulars.kit.text import Text
from regulars.timeline import checksums, duck, lake, lake_log, lineage, memory, refusing
from regulars.timeline.lake import LakeFile
from regulars.timeline.lineage import LineageFit, LineageJudgement
from regulars.timeline.workspace import Workspace

TITLE = Text("Database and lake", "数据库与数据湖")
TOGETHER = Text("they fit", "两者一致")
OLD = Text(
    "The next start keeps all events; accounts, catalog and links stay as they were then. A newer "
    "backup brings them: regulars restore",
    "下次启动会保留全部事件；账号、触点清单和身份关联停留在当时的状态。"
    "可从较新的备份恢复：regulars restore",
)
EMPTY = Text(
    "The next start keeps all events, but accounts, catalog and links are gone. A backup brings "
    "them: regulars restore",
    "下次启动会保留全部事件，但账号、触点清单和身份关联已丢失。可从备份恢复：regulars restore",
)
CLOSED = Text(
    "Until then the workspace stays closed: nothing more can be lost.",
    "在此之前工作区保持关闭，不会再丢失数据。",
)


def together(workspace: Workspace) -> Iterator[Finding]:
    """Check that database, lake and key are of one workspace and of one time."""
    judged = lineage.judge(workspace)
    if judged.fit is LineageFit.WHOLE:
        yield _counted(workspace, judged)
    elif judged.fit is LineageFit.LEARN:
        yield well("fit", TITLE, Text("they meet at the next start", "下次启动时建立联系"))
    elif judged.fit is LineageFit.OLD_DATABASE:
        yield Finding("fit", TITLE, Severity.BAD, _older(workspace, judged), OLD)
    elif judged.fit is LineageFit.EMPTY_DATABASE:
        yield Finding("fit", TITLE, Severity.BAD, emptied(workspace), EMPTY)
    elif judged.fit is LineageFit.OLD_LAKE and (lost := _lost_entries(workspace, judged)):
        yield Finding("fit", TITLE, Severity.BAD, lost, CLOSED)
    else:
        words = refusing.words(workspace, judged)
        yield Finding("fit", TITLE, Severity.BAD, words or Text(judged.fit, judged.fit), CLOSED)


def emptied(workspace: Workspace) -> Text:
    """Return in words that the database is empty beside a lake that is not."""
    count = lake.events(workspace.lake.open())
    return Text(
        f"the database is empty, while the lake holds {count:,} events",
        f"数据库为空，而数据湖中有 {count:,} 个事件",
    )


def lake_in_use(workspace: Workspace) -> bool:
    """Tell whether anything was ever written to the lake."""
    return bool(lake_log.look(workspace.lake.folder).newest)


def database_in_use(workspace: Workspace) -> bool:
    """Tell whether the database has tables; looking must not make its file."""
    file = workspace.database_file
    if file is not None and not (file.is_file() and file.stat().st_size):
        return False
    with workspace.database.reading() as connection:
        return sa.inspect(connection).has_table("alembic_version")


def _counted(workspace: Workspace, judged: LineageJudgement) -> Finding:
    """Compare what the lake holds with what the database knows, where they are at one version."""
    handle = workspace.lake.open()
    there = lake.events(handle)
    with workspace.database.reading() as connection:
        noted = memory.read(connection)
    same = noted is not None and noted == judged.memory and handle.version() == noted.version
    if not same or noted is None or noted.events == there:
        return well("fit", TITLE, TOGETHER)
    return Finding(
        "fit", TITLE, Severity.BAD,
        Text(f"the lake holds {there:,} events, the database knows of {noted.events:,}",
             f"数据湖中有 {there:,} 个事件，数据库记录的是 {noted.events:,} 个"),
        Text("Put lake/ back from a backup: regulars restore",
             "请从备份恢复 lake/：regulars restore"),
    )  # fmt: skip


def _older(workspace: Workspace, judged: LineageJudgement) -> Text:
    known = judged.memory
    version = known.version if known else memory.UNKNOWN
    if known is None or version == memory.UNKNOWN:
        return Text("the database is older than the lake", "数据库比数据湖旧")
    at = f"{known.noted_at.astimezone(workspace.zone):%Y-%m-%d %H:%M}"
    behind = (judged.log.newest or 0) - version
    return Text(
        f"the database is older than the lake: it is of {at}, {behind} commits before",
        f"数据库比数据湖旧：其状态为 {at}，落后 {behind} 次提交",
    )


def _lost_entries(workspace: Workspace, judged: LineageJudgement) -> Text | None:
    """Return in words that log entries are lost whose data files are still there."""
    noted, newest = judged.memory, judged.log.newest
    if noted is None or newest is None:
        return None
    handle = workspace.lake.open()
    named = {file.path for file in lake.files(handle)} | lake.removed(handle)
    loose = [one for one in workspace.lake.folder.glob("*.parquet") if one.name not in named]
    if not loose:
        return None
    lost = lineage.missing(workspace, noted).events
    last = f"{noted.version:020d}.json"
    return Text(
        f"the Delta log has lost its last {noted.version - newest} entries, up to {last}, and with "
        f"them {lost:,} events; their data files are still there: put lake/events/_delta_log back "
        "from a backup",
        f"Delta 日志丢失了最后 {noted.version - newest} 条记录（至 {last}），涉及 {lost:,} 个事件；"
        "数据文件仍在：请从备份恢复 lake/events/_delta_log",
    )


def bytes_whole(workspace: Workspace) -> Iterator[Finding]:
    """Read every byte of the lake's files; those of earlier releases have no checksum."""
    title = Text("Bytes of the lake", "数据湖文件内容")
    files = lake.files(workspace.lake.open())
    damaged = [file.path for file in files if not _whole(workspace, file)]
    if damaged:
        names = ", ".join(damaged[:3]) + ("…" if len(damaged) > 3 else "")
        yield Finding(
            "bytes", title, Severity.BAD,
            Text(f"{len(damaged)} of {len(files)} files are damaged: {names}",
                 f"{len(files)} 个文件中有 {len(damaged)} 个已损坏：{names}"),
            Text("Put these files back from a backup; those that are there keep their names.",
                 "请从备份恢复这些文件；备份中的文件名相同。"),
        )  # fmt: skip
        return
    seen = Text(f"{len(files)} files read, all whole", f"已读取 {len(files)} 个文件，全部完好")
    yield well("bytes", title, seen)


def _whole(workspace: Workspace, file: LakeFile) -> bool:
    path = Path(workspace.lake.absolute(file))
    if not path.is_file():
        return False
    told = checksums.intact(path)
    return _readable(workspace, path, file) if told is None else told


def _readable(workspace: Workspace, path: Path, file: LakeFile) -> bool:
    import duckdb

    connection = duck.connect(workspace, share=0.5)
    try:
        source = f"read_parquet({duck.file_list([str(path)])})"
        columns = connection.execute(f"SELECT hash(COLUMNS(*)) FROM {source}")
        rows = 0
        while batch := columns.fetchmany(10_000):
            rows += len(batch)
    except duckdb.Error:
        return False
    finally:
        connection.close()
    return rows == file.events
