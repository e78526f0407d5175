"""A lane is a loop over tasks of one kind; one process holds it at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from regulars.jobs.runs.model import Clock
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline.lease import Holder
from regulars.timeline.workspace import Workspace


class Lane(StrEnum):
    """What kind of work: the quick before the long, each in a loop of its own."""

    REACT = "react"
    DELIVER = "deliver"
    REFRESH = "refresh"
    MAINTAIN = "maintain"


QUICK = (Lane.REACT, Lane.DELIVER)
"""Lanes beside the pages, which somebody waits for."""
LONG = (Lane.REFRESH, Lane.MAINTAIN)
"""Lanes that take cores and memory for minutes: in a process of their own."""

SERVER_SHARE, CHILD_SHARE = 0.4, 0.6
"""Shares of the workspace's memory where a server keeps a process for the long lanes."""

NAMES: dict[Lane, Text] = {
    Lane.REACT: Text("React to events", "响应事件"),
    Lane.DELIVER: Text("Deliver messages", "发送消息"),
    Lane.REFRESH: Text("Refresh findings", "刷新分析结果"),
    Lane.MAINTAIN: Text("Maintain the data lake", "维护数据湖"),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a lane looks: at least every `beat`, at most every `rest`; at first after `first`.

    What failed is tried again after `pause`, then after twice as long, up to `longest`.
    """

    beat: float
    rest: float
    first: float
    pause: timedelta
    longest: timedelta

    def pause_after(self, failures: int) -> timedelta:
        """Return how long to wait after so many failures in a row."""
        times = 2.0 ** min(failures - 1, 20)
        return min(self.pause * times, self.longest)


PACES: dict[Lane, Pace] = {
    Lane.REACT: Pace(1.0, 0.05, 0.2, timedelta(seconds=1), timedelta(minutes=5)),
    Lane.DELIVER: Pace(1.0, 0.5, 0.5, timedelta(seconds=1), timedelta(minutes=5)),
    # The first pages come first: what is due on start is done a few seconds later.
    Lane.REFRESH: Pace(5.0, 1.0, 5.0, timedelta(minutes=1), timedelta(hours=1)),
    Lane.MAINTAIN: Pace(2.0, 2.0, 2.0, timedelta(seconds=5), timedelta(minutes=10)),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What a task is told when it is its turn; `clock` for what takes long."""

    now: datetime
    clock: Clock
    reason: str
    stopping: Callable[[], bool]
    """True when the process is to end: what takes long stops where it can be continued."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: how much was done, whether there is more at once, and what went wrong."""

    done: int = 0
    more: bool = False
    error: str | None = None
    next_at: datetime | None = None
    """Not before then; without it at the next commit or beat."""


@dataclass(frozen=True, slots=True)
class Task:
    """Work of a lane. `due` says why it is to be done now (None: it is not) and must be cheap.

    It is told when the task was last done. A `long` task is shown while it is done. An `askable`
    one is a job that people may want now.
    """

    key: str
    lane: Lane
    name: Text
    run: Callable[[Workspace, Turn], Outcome]
    due: Callable[[Workspace, datetime, datetime | None], str | None] = lambda *_: "always"
    long: bool = False
    askable: bool = False


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """How a task fared: when it last did something, and what went wrong since it last went well."""

    key: str
    lane: Lane
    name: Text
    done_at: datetime | None = None
    failures: int = 0
    error: str | None = None
    next_at: datetime | None = None

    def failed(self, error: str, now: datetime, pace: Pace) -> TaskRecord:
        """Return it after one more failure."""
        failures = self.failures + 1
        wait = pace.pause_after(failures)
        return replace(self, failures=failures, error=error[:2000], next_at=now + wait)

    def went_well(self, now: datetime, outcome: Outcome) -> TaskRecord:
        """Return it after it was done."""
        done_at = now if outcome.done else self.done_at
        return replace(self, done_at=done_at, failures=0, error=None, next_at=outcome.next_at)


@dataclass(frozen=True, slots=True)
class LaneState:
    """A lane as it stands: who runs it since when, and what it does now."""

    lane: Lane
    holder: Holder | None = None
    since: datetime | None = None
    task: Text | None = None
    task_since: datetime | None = None
    progress: float | None = None
    tasks: tuple[TaskRecord, ...] = ()

    @property
    def name(self) -> Text:
        """What the lane does."""
        return NAMES[self.lane]

    @property
    def failing(self) -> tuple[TaskRecord, ...]:
        """The tasks that went wrong the last time."""
        return tuple(one for one in self.tasks if one.error is not None)

    @property
    def done_at(self) -> datetime | None:
        """When it last did something."""
        return max((one.done_at for one in self.tasks if one.done_at), default=None)


@dataclass(frozen=True, slots=True)
class ChildState:
    """The process that a server keeps for the long lanes."""

    server: Holder
    process: int | None
    started_at: datetime | None
    deaths: int = 0
    exit_code: int | None = None
    died_at: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which lanes a server runs itself, and which in a process of their own."""

    inside: tuple[Lane, ...]
    apart: tuple[Lane, ...] = ()


SPLIT, ALL, NONE = "split", "all", "none"


def parse(words: str) -> tuple[Lane, ...]:
    """Return the lanes that a list with commas names. Raises Invalid for what is none."""
    return tuple(dict.fromkeys(_lane(word) for word in words.split(",")))


def choose(words: str) -> Chosen:
    """Return what a server runs: `split`, `all`, `none`, or the lanes that the words name."""
    ways = {
        SPLIT: Chosen(QUICK, LONG),
        ALL: Chosen(tuple(Lane)),
        NONE: Chosen(()),
    }
    return ways[words] if words in ways else Chosen(parse(words))


def _lane(word: str) -> Lane:
    try:
        return Lane(word.strip())
    except ValueError:
        known = ", ".join(Lane)
        raise Invalid(
            "lanes.unknown",
            Text(f"There is no lane “{word}”: {known}.", f"没有通道“{word}”：{known}。"),
            field="lanes",
        ) from None
