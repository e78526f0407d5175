"""Checks of the machine: versions, disk, memory, files, clock, zones."""

from __future__ import annotations

import platform
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from regulars.jobs.doctor.model import Finding, Severity, size_words, well
from regulars.kit import machine as computer
from regulars.kit.text import Text
from regulars.store import private, spill
from regulars.store.workspace import SECRET_FILE, Store
from regulars.timeline import duck
from regulars.timeline.workspace import Workspace

LIMITS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "duckdb": ((1, 5, 5), (2,)),
    "ibis-framework": ((12,), (13,)),
    "sqlglot": ((0,), (30,)),
    "deltalake": ((1, 6), (2,)),
    "sqlalchemy": ((2, 1), (2, 2)),
}
"""Package → (at least, below), as in pyproject.toml: outside them answers or speed were wrong."""
MIN_FREE, LITTLE_FREE = 1_000_000_000, 5_000_000_000
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this version was written is wrong."""
SKEW = timedelta(seconds=5)


def versions() -> Iterator[Finding]:
    """Check Python and the libraries whose other versions are known to go wrong."""
    title = Text("Versions", "版本")
    wrong, installed = [], []
    for package, (least, below) in LIMITS.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            found = "0"
        parts = tuple(int(part) for part in re.findall(r"\d+", found)[:3])
        installed.append(f"{package} {found}")
        if not least <= parts < below:
            wrong.append(f"{package} {found}")
    if wrong:
        yield Finding(
            "versions", title, Severity.BAD,
            Text(f"outside the limits: {', '.join(wrong)}", f"版本不符：{'、'.join(wrong)}"),
            Text("Install again: pip install --upgrade regulars",
                 "请重新安装：pip install --upgrade regulars"),
        )  # fmt: skip
        return
    here = f"Regulars {version('regulars')}, Python {platform.python_version()}"
    yield well(
        "versions",
        title,
        Text(f"{here}, {', '.join(installed)}", f"{here}，{'，'.join(installed)}"),
    )


def disk(store: Store) -> Iterator[Finding]:
    """Check free space, and that the folder can be written."""
    title = Text("Disk", "磁盘")
    usage = shutil.disk_usage(store.folder)
    free, share = size_words(usage.free), 100 * usage.free / max(1, usage.total)
    seen = Text(f"{free} free ({share:.0f}%)", f"可用 {free}（{share:.0f}%）")
    if usage.free >= LITTLE_FREE:
        yield well("disk", title, seen)
        return
    yield Finding(
        "disk",
        title,
        Severity.BAD if usage.free < MIN_FREE else Severity.WARN,
        seen,
        Text(
            "Make room: compaction needs as much again as the largest month, and a full disk "
            "stops the intake.",
            "请释放空间：整理数据需要与最大月份相同的空间，磁盘写满会使接收停止。",
        ),
    )


def spilled(store: Store) -> Iterator[Finding]:
    """Check that no process that died has left customers' data among the working files."""
    title, left = Text("Working files", "临时文件"), spill.left_behind(store.folder)
    if not left:
        yield well("spill", title, Text("nothing left behind", "没有遗留"))
        return
    size = size_words(sum(_size(path) for path in left))
    yield Finding(
        "spill", title, Severity.WARN,
        Text(f"{len(left)} left behind by processes that died, {size}",
             f"异常终止的进程遗留 {len(left)} 项，共 {size}"),
        Text("They may hold customers' data. The next command or start deletes them.",
             "其中可能含有客户数据，下次运行命令或启动时会自动删除。"),
    )  # fmt: skip


def memory(store: Store) -> Iterator[Finding]:
    """Check that the engine's share fits into this machine's memory."""
    title, wish = Text("Memory", "内存"), store.settings.engine.memory
    total, wanted = computer.memory(), duck.memory_bytes(wish)
    if total is None:
        return
    seen = Text(
        f"the engine may use {wish} of {size_words(total)}",
        f"引擎可用 {wish}，本机共 {size_words(total)}",
    )
    if wanted <= 0.8 * total:
        yield well("memory", title, seen)
        return
    yield Finding(
        "memory", title, Severity.WARN, seen,
        Text("Set engine.memory in regulars.toml to at most 60% of the machine's.",
             "请将 regulars.toml 的 engine.memory 设为不超过本机内存的 60%。"),
    )  # fmt: skip


def files(store: Store) -> Iterator[Finding]:
    """Check that the secret is whole, and that no other account of the machine reads the data."""
    title, path = Text("Secret key", "密钥文件"), store.folder / SECRET_FILE
    words = path.read_text("ascii", "replace").strip() if path.is_file() else ""
    if not re.fullmatch(r"[0-9a-f]{64}", words):
        yield Finding(
            "secret", title, Severity.BAD,
            Text(f"{SECRET_FILE} is missing or damaged", f"{SECRET_FILE} 缺失或已损坏"),
            Text("Put it back from a backup: without it nobody's events are found again.",
                 "请从备份恢复：没有它，客户与事件的关联将无法恢复。"),
        )  # fmt: skip
        return
    if private.open_to_others(path):
        yield Finding(
            "secret", title, Severity.BAD,
            Text(f"others on this machine can read {SECRET_FILE}",
                 f"本机其他用户可以读取 {SECRET_FILE}"),
            Text(f"Run: chmod 600 {path}", f"请运行：chmod 600 {path}"),
        )  # fmt: skip
    elif private.open_to_others(store.folder):
        yield Finding(
            "secret", title, Severity.WARN,
            Text("the key is private, the folder with the customers' data is not",
                 "密钥仅所有者可读，但存有客户数据的文件夹可被他人读取"),
            Text(f"Run: chmod 700 {store.folder}", f"请运行：chmod 700 {store.folder}"),
        )  # fmt: skip
    else:
        yield well("secret", title, Text("whole, and only its owner's", "完整，仅所有者可读"))


def private_files(store: Store) -> Iterator[Finding]:
    """Check that settings, database and backups are their owner's alone, too."""
    title = Text("Private files", "私有文件")
    found = [
        one for one in private.of(store.folder, store.database_file) if private.open_to_others(one)
    ]
    others = [one for one in found if one.name != SECRET_FILE]  # which has a check of its own
    if not others:
        yield well("private", title, Text("only their owner's", "仅所有者可读"))
        return
    names = ", ".join(one.name for one in others[:4])
    paths = " ".join(str(one) for one in others)
    yield Finding(
        "private", title, Severity.BAD,
        Text(f"others on this machine can read {names}", f"本机其他用户可以读取 {names}"),
        Text(f"Run: chmod 600 {paths}", f"请运行：chmod 600 {paths}"),
    )  # fmt: skip


def clock(store: Store, now: datetime, newest: datetime | None) -> Iterator[Finding]:
    """Check this machine's clock against the disk, the past, and what was recorded."""
    title = Text("Clock", "时钟")
    with tempfile.NamedTemporaryFile(dir=store.folder) as file:
        on_disk = datetime.fromtimestamp(Path(file.name).stat().st_mtime, UTC)
    advice = Text(
        "Set the clock, and keep it by NTP: times of events and sessions depend on it.",
        "请校准时钟并启用 NTP：事件和会话的时间依赖它。",
    )
    wrong = None
    if now < WRITTEN:
        wrong = Text(f"it says {now:%Y-%m-%d}", f"显示为 {now:%Y-%m-%d}")
    elif newest is not None and newest > now + SKEW:
        wrong = Text(
            f"something was recorded in the future, at {newest:%Y-%m-%d %H:%M} UTC",
            f"有记录的时间在未来：{newest:%Y-%m-%d %H:%M} UTC",
        )
    elif abs(on_disk - now) > SKEW:
        apart = abs(on_disk - now).total_seconds()
        wrong = Text(f"{apart:.0f} s apart from the disk's", f"与磁盘时钟相差 {apart:.0f} 秒")
    if wrong is not None:
        yield Finding("clock", title, Severity.WARN, wrong, advice)
        return
    yield well("clock", title, Text(f"{now:%Y-%m-%d %H:%M} UTC", f"{now:%Y-%m-%d %H:%M} UTC"))


def zones(workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Check that Python and the engine agree on the reporting zone, summer and winter."""
    title, name = Text("Time zone", "时区"), workspace.settings.workspace.time_zone
    apart = []
    with closing(duck.connect(workspace, share=0.1)) as connection:
        for moment in (now, now + timedelta(days=91), now + timedelta(days=182)):
            ours = moment.astimezone(workspace.zone).replace(tzinfo=None, microsecond=0)
            asked = f"SELECT TIMESTAMPTZ '{moment:%Y-%m-%d %H:%M:%S}+00'::TIMESTAMP"
            row = connection.execute(asked).fetchone()
            if row is None or row[0] != ours:
                apart.append(moment)
    if apart:
        yield Finding(
            "zones", title, Severity.BAD,
            Text(f"Python and DuckDB disagree on {name}",
                 f"Python 与 DuckDB 对 {name} 的时间不一致"),
            Text("Update both: pip install --upgrade tzdata duckdb",
                 "请同时更新：pip install --upgrade tzdata duckdb"),
        )  # fmt: skip
        return
    local = now.astimezone(workspace.zone)
    yield well("zones", title, Text(f"{name}, {local:%H:%M (%z)}", f"{name}，{local:%H:%M（%z）}"))


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
