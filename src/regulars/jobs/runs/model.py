"""A job is an ordered list of steps; a run is one time it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace

Progress = Callable[[float], None]
"""Called by a step with its share done, 0 to 1."""
Clock = Callable[[], datetime]

RESUME_WITHIN = timedelta(hours=1)
"""An interrupted run is continued if it began less than this ago; else a new one begins."""


class Cancelled(BaseException):
    """Somebody cancelled the run; no `Exception`, so that a step cannot take it for its own."""


class Stopping(BaseException):
    """The process ends: the run is continued by whoever comes next."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a job. `run(ws, now, progress)` must be safe to do twice."""

    key: str
    name: Text
    run: Callable[[Workspace, datetime, Progress], None]


Watch = Callable[[Step, float], None]
"""Told which step runs and its share done."""


@dataclass(frozen=True, slots=True)
class Job:
    """Ordered steps under a name."""

    key: str
    name: Text
    steps: tuple[Step, ...]


class State(StrEnum):
    """How a run or a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


STATES: dict[State, Text] = {
    State.WAITING: Text("waiting", "排队中"),
    State.RUNNING: Text("running", "进行中"),
    State.DONE: Text("done", "已完成"),
    State.FAILED: Text("failed", "失败"),
    State.INTERRUPTED: Text("interrupted", "已中断"),
    State.CANCELLED: Text("cancelled", "已取消"),
}
REASONS: dict[str, Text] = {
    "first": Text("the first time", "首次运行"),
    "schedule": Text("hourly", "每小时"),
    "import": Text("new data came in", "有新导入的数据"),
    "interrupted": Text("to finish an interrupted run", "继续中断的任务"),
    "asked": Text("started by hand", "手动触发"),
    "command": Text("command", "命令行"),
    "retry": Text("to repeat steps that failed", "重试失败的步骤"),
}
"""Why runs begin, in words."""


@dataclass(frozen=True, slots=True)
class StepRun:
    """One step of a run. `progress` is 0 to 1; `error` is the last line of what went wrong."""

    key: str
    name: Text
    state: State
    progress: float
    started_at: datetime | None
    ended_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One time a job was done. Its numbers are as of `as_of`."""

    id: int
    job: str
    state: State
    reason: str
    as_of: datetime
    started_at: datetime
    ended_at: datetime | None
    steps: tuple[StepRun, ...]
    cancel_at: datetime | None = None
    """When somebody asked for it to end; it does at the next sign of progress."""

    @property
    def progress(self) -> float:
        """The mean progress of the steps, 0 to 1."""
        return sum(step.progress for step in self.steps) / len(self.steps) if self.steps else 1.0

    @property
    def errors(self) -> str | None:
        """What went wrong, step by step; None when nothing did."""
        told = [f"{step.name.en}: {step.error}" for step in self.steps if step.error]
        return "; ".join(told) or None

    @property
    def current(self) -> StepRun | None:
        """The step under way."""
        return next((step for step in self.steps if step.state == State.RUNNING), None)
