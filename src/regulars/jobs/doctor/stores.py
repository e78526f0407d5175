"""Checks of what a workspace keeps: database, lake, inbox, findings, staff."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from regulars.company.rights.model import Role
from regulars.company.staff import service as staff
from regulars.jobs.doctor import fit
from regulars.jobs.doctor.model import Finding, Severity, size_words, well
from regulars.jobs.runs import service as runs
from regulars.jobs.runs.model import State as RunState
from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.store import upgrade
from regulars.store.workspace import Store
from regulars.timeline import inbox, lake, lake_log
from regulars.timeline.workspace import Workspace

LARGEST_CHECKED = 2_000_000_000
"""A SQLite file up to this size is read through for damage."""
MANY_FILES = 500
SKEW = timedelta(seconds=5)


def database(workspace: Workspace, *, deep: bool = False) -> Iterator[Finding]:
    """Check that the database is there, answers, is whole, and agrees on the time."""
    title, began = Text("Database", "数据库"), clock.monotonic()
    try:
        if not fit.database_in_use(workspace):
            yield _empty(workspace)
            return
        with workspace.database.reading() as connection:
            connection.execute(sa.text("SELECT 1"))
            took = (clock.monotonic() - began) * 1000
            kind = f"{workspace.database.dialect}, {took:.0f} ms"
            wrong = _damage(connection, workspace, deep) or _skew(connection)
    except sa.exc.DatabaseError as error:
        if workspace.database_file is None or isinstance(error, sa.exc.OperationalError):
            raise
        wrong = _damaged(str(error.orig))
    yield wrong if wrong is not None else well("database", title, Text(kind, kind))


def _empty(workspace: Workspace) -> Finding:
    title = Text("Database", "数据库")
    if fit.lake_in_use(workspace):
        return Finding("database", title, Severity.BAD, fit.emptied(workspace), fit.EMPTY)
    return Finding(
        "database", title, Severity.BAD, Text("there is none yet", "尚未建立"),
        Text("The next command or start makes it.", "下次运行命令或启动时会自动建立。"),
    )  # fmt: skip


def _damage(connection: sa.Connection, store: Store, deep: bool) -> Finding | None:
    file = store.database.file
    if file is None or (file.stat().st_size > LARGEST_CHECKED and not deep):
        return None
    check = "integrity_check" if deep else "quick_check"
    said = connection.exec_driver_sql(f"PRAGMA {check}(1)").scalar()
    return None if said == "ok" else _damaged(str(said))


def _damaged(why: str) -> Finding:
    return Finding(
        "database", Text("Database", "数据库"), Severity.BAD,
        Text(f"damaged: {why}", f"已损坏：{why}"),
        Text("Stop the server and put a backup back: regulars restore BACKUP DIR --replace",
             "请停止服务并恢复备份：regulars restore 备份 文件夹 --replace"),
    )  # fmt: skip


def _skew(connection: sa.Connection) -> Finding | None:
    if connection.dialect.name != "postgresql":
        return None
    apart = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one() - clock.now()
    if abs(apart) <= SKEW:
        return None
    seconds = abs(apart).total_seconds()
    return Finding(
        "database", Text("Database", "数据库"), Severity.WARN,
        Text(f"its clock is {seconds:.0f} s apart from ours", f"其时钟与本机相差 {seconds:.0f} 秒"),
        Text("Keep both clocks by NTP.", "请让两台机器都使用 NTP 校时。"),
    )  # fmt: skip


def revision(store: Store) -> Iterator[Finding]:
    """Check that the database is at this version's revision."""
    title = Text("Database version", "数据库版本")
    current, wanted = upgrade.current(store.database), upgrade.newest()
    if current == wanted:
        yield well("revision", title, Text(f"{current}, the newest", f"{current}，最新"))
        return
    try:
        upgrade.refuse_newer(current)
    except Unavailable:
        yield Finding(
            "revision", title, Severity.BAD,
            Text(f"{current} is newer than this version knows", f"{current} 比当前程序更新"),
            Text("Upgrade Regulars: pip install --upgrade regulars",
                 "请升级：pip install --upgrade regulars"),
        )  # fmt: skip
        return
    yield Finding(
        "revision", title, Severity.WARN,
        Text(f"{current or 'empty'}; this version works on {wanted}",
             f"{current or '空'}；当前程序需要 {wanted}"),
        Text("It is backed up and brought up to date by the next command or start.",
             "下次运行命令或启动时会先备份再自动升级。"),
    )  # fmt: skip


def events(workspace: Workspace) -> Iterator[Finding]:
    """Check that the lake opens and that every file it names is there and whole."""
    title, log = Text("Lake", "数据湖"), lake_log.look(workspace.lake.folder)
    if log.newest is None or log.missing:
        gone = ", ".join(f"{one:020d}.json" for one in log.missing[:3])
        yield Finding(
            "lake", title, Severity.BAD,
            Text(f"the Delta log was cut: {gone} missing", f"Delta 日志不完整：缺少 {gone}")
            if gone else Text("there is none", "不存在"),
            Text("Put the folder lake/ back from a backup: regulars restore",
                 "请从备份恢复 lake/ 文件夹：regulars restore"),
        )  # fmt: skip
        return
    handle = workspace.lake.open()
    files = lake.files(handle)
    lost = [file for file in files if _size(workspace.lake.absolute(file)) != file.size]
    count, total = (
        sum(file.events for file in files if not file.aside),
        size_words(sum(f.size for f in files)),
    )
    if lost:
        yield Finding(
            "lake", title, Severity.BAD,
            Text(f"{len(lost)} of {len(files)} files are missing or cut short",
                 f"{len(files)} 个文件中有 {len(lost)} 个缺失或不完整"),
            Text("Put the folder lake/ back from a backup; do not write to it before.",
                 "请从备份恢复 lake/ 文件夹；在此之前不要写入。"),
        )  # fmt: skip
        return
    seen = Text(
        f"{count:,} events in {len(files)} files, {total}",
        f"{count:,} 个事件，{len(files)} 个文件，{total}",
    )
    loose = sum(file.month is None for file in files)
    if loose > MANY_FILES:
        yield Finding(
            "lake", title, Severity.WARN, seen,
            Text(f"{loose} files wait for compaction: keep “regulars serve” running.",
                 f"{loose} 个文件等待整理：请保持“regulars serve”运行。"),
        )  # fmt: skip
        return
    yield well("lake", title, seen)


def backlog(workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Check that what waits in the inbox is flushed in time."""
    title = Text("Inbox", "待入库事件")
    waiting, since = inbox.backlog(workspace)
    age = now - since if since is not None else timedelta()
    minutes = age.total_seconds() / 60
    seen = Text(
        f"{waiting:,} events wait, the oldest for {minutes:.0f} min",
        f"{waiting:,} 个事件等待写入，最早的已等待 {minutes:.0f} 分钟",
    )
    if not waiting:
        yield well("inbox", title, Text("empty", "空"))
    elif age <= 3 * timedelta(seconds=workspace.settings.intake.flush_seconds):
        yield well("inbox", title, seen)
    else:
        yield Finding(
            "inbox", title, Severity.WARN, seen,
            Text("Nothing is lost and all of it is counted, but nobody flushes: start "
                 "“regulars serve”, or look at its log.",
                 "数据没有丢失且已计入指标，但未写入数据湖："
                 "请启动“regulars serve”或查看其日志。"),
        )  # fmt: skip


def numbers(workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Check that the stored findings were computed, and not long ago."""
    title = Text("Findings", "分析结果")
    recent = runs.recent(workspace, "refresh", 1)
    if not recent:
        yield Finding(
            "findings", title, Severity.WARN, Text("never computed", "尚未计算"),
            Text("Run: regulars refresh", "请运行：regulars refresh"),
        )  # fmt: skip
        return
    run = recent[0]
    hours = (now - run.started_at).total_seconds() / 3600
    if run.state is RunState.FAILED:
        failed = ", ".join(step.name.en for step in run.steps if step.error)
        yield Finding(
            "findings", title, Severity.WARN,
            Text(f"the last computation failed at: {failed}", f"上次计算失败：{failed}"),
            Text("Run it and read what it says: regulars refresh",
                 "请运行并查看提示：regulars refresh"),
        )  # fmt: skip
        return
    words = Text(f"last computed {hours:.1f} h ago", f"{hours:.1f} 小时前计算")
    yield well("findings", title, words)


def people(store: Store) -> Iterator[Finding]:
    """Check that somebody can administer."""
    title, accounts = Text("Members and access", "成员与权限"), staff.everyone(store)
    able = [
        account
        for account in accounts
        if account.role is Role.ADMIN
        and account.disabled_at is None
        and account.password_changed_at is not None
    ]
    seen = Text(
        f"{len(accounts)} accounts, {len(able)} administrators",
        f"{len(accounts)} 个账号，其中 {len(able)} 个管理员",
    )
    if able:
        yield well("staff", title, seen)
        return
    yield Finding(
        "staff", title, Severity.WARN, seen,
        Text("Run: regulars user add NAME --role admin",
             "请运行：regulars user add NAME --role admin"),
    )  # fmt: skip


def engine(store: Store) -> Iterator[Finding]:
    """Check what Spark needs, where it is chosen."""
    if store.settings.engine.backend != "spark":
        return
    title = Text("Spark", "Spark")
    java = shutil.which("java") or os.environ.get("JAVA_HOME")
    if importlib.util.find_spec("pyspark") is None or java is None:
        yield Finding(
            "spark", title, Severity.BAD,
            Text("pyspark or Java is missing", "缺少 pyspark 或 Java"),
            Text("Install Java 17 and: pip install 'regulars[spark]'",
                 "请安装 Java 17 并运行：pip install 'regulars[spark]'"),
        )  # fmt: skip
        return
    yield well("spark", title, Text(f"Java at {java}", f"Java：{java}"))


def _size(path: str) -> int | None:
    try:
        return Path(path).stat().st_size
    except FileNotFoundError:
        return None
