"""Checks of who works: that every lane is run, that nothing fails for long, and nothing lags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from regulars.jobs.doctor.model import Finding, Severity, well
from regulars.jobs.lanes import service
from regulars.jobs.lanes.model import LaneState, TaskRecord
from regulars.kit.text import Text
from regulars.timeline.lagging import LATE, Lag
from regulars.timeline.workspace import Workspace

TITLE = Text("Background work", "后台任务")
REACTIONS = Text("Reactions", "响应")
_RUN_REACT = Text(
    "Run the lane: regulars work --lanes react",
    "请运行该通道：regulars work --lanes react",
)


def lanes(workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Check that somebody runs each lane, that no task fails, and that no child process dies."""
    states = service.states(workspace, now)
    idle = [one for one in states if one.holder is None]
    failing = [record for one in states for record in one.failing]
    dying = [one for one in service.children(workspace) if one.deaths]
    if not idle and not failing and not dying:
        yield well("lanes", TITLE, _who(states))
    if idle:
        yield _nobody(idle)
    for record in failing:
        yield _failing(record)
    for child in dying:
        yield Finding(
            "lanes", TITLE, Severity.WARN,
            Text(f"the process for it ended with code {child.exit_code}, {child.deaths} times",
                 f"后台进程以代码 {child.exit_code} 退出，共 {child.deaths} 次"),
            Text("It is started again by itself; read the server's log for why it ended.",
                 "系统会自动重新启动；请查看服务器日志了解退出原因。"),
        )  # fmt: skip


def reactions(workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Check that reactions keep up with what is taken in, and that acts become events."""
    staged, since = service.staged(workspace)
    if since is not None and now - since >= LATE:
        minutes = (now - since).total_seconds() / 60
        yield Finding(
            "acts", Text("Acts", "操作记录"), Severity.WARN,
            Text(f"{staged:,} acts wait to become events, the oldest for {minutes:.0f} min",
                 f"{staged:,} 条操作等待记入事件，最早的已等待 {minutes:.0f} 分钟"),
            _RUN_REACT,
        )  # fmt: skip
    lags = service.lags(workspace, now)
    if lags and all(one.well for one in lags):
        seen = Text(f"{len(lags)} keep up", f"{len(lags)} 个均已跟上")
        yield well("reactions", REACTIONS, seen)
    for lag in lags:
        if not lag.well:
            yield Finding("reactions", REACTIONS, Severity.WARN, _lagging(lag), _advice(lag))


def _who(states: Sequence[LaneState]) -> Text:
    by = [f"{one.lane} {one.holder.process}" for one in states if one.holder is not None]
    listed = ", ".join(by)
    return Text(f"run by processes: {listed}", f"运行进程：{listed}")


def _nobody(idle: Sequence[LaneState]) -> Finding:
    listed = ",".join(one.lane for one in idle)
    return Finding(
        "lanes", TITLE, Severity.WARN,
        Text(f"nobody runs: {listed}", f"无人运行：{listed}"),
        Text(f"Start “regulars serve”, or run: regulars work --lanes {listed}",
             f"请启动“regulars serve”，或运行：regulars work --lanes {listed}"),
    )  # fmt: skip


def _failing(record: TaskRecord) -> Finding:
    when = "" if record.next_at is None else f"{record.next_at:%Y-%m-%d %H:%M} UTC"
    said = f"{record.error}"
    return Finding(
        "lanes", TITLE, Severity.WARN,
        Text(f"“{record.name.en}” failed {record.failures} times in a row: {said}",
             f"“{record.name.zh}”连续失败 {record.failures} 次：{said}"),
        Text(f"Mend what it says; it is tried again by itself: {when}",
             f"请按提示处理；系统会自动重试：{when}"),
    )  # fmt: skip


def _lagging(lag: Lag) -> Text:
    minutes = lag.seconds / 60
    error = f": {lag.error}" if lag.error else ""
    aside, count = Text("", ""), lag.set_aside
    if count:
        aside = Text(f", {count:,} events set aside", f"，{count:,} 个事件已搁置")
    return Text(
        f"“{lag.reaction}” lags by {minutes:.0f} min, {lag.groups:,} groups{aside.en}{error}",
        f"“{lag.reaction}”落后 {minutes:.0f} 分钟，{lag.groups:,} 组{aside.zh}{error}",
    )


def _advice(lag: Lag) -> Text:
    if lag.set_aside:
        again = f"regulars reactions retry {lag.reaction}"
        return Text(
            f"See regulars reactions list; once it is mended: {again}",
            f"请查看 regulars reactions list，处理后运行：{again}",
        )
    if lag.error is not None:
        return Text(
            "Mend what it says; it is tried again by itself.", "请按提示处理；系统会自动重试。"
        )
    if lag.undeclared_at is not None:
        return Text(
            "No noun or plugin declares it any more: install it again, or let it be dropped.",
            "已没有模块或插件声明它：请重新安装，否则它将被移除。",
        )
    return _RUN_REACT
