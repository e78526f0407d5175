"""Which tasks each lane has; each calls one service of a lower floor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache

from regulars.act.messages import service as messages
from regulars.jobs.lanes.model import Lane, Outcome, Task, Turn
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs.model import State
from regulars.kit import registry
from regulars.kit.text import Text
from regulars.timeline import acts, cleaning, compaction, erasure, maintenance, reacting
from regulars.timeline.flush import flush, tidy
from regulars.timeline.reacting import Reaction
from regulars.timeline.workspace import Workspace

DAY = timedelta(hours=24)
DECLARE = timedelta(hours=1)
ERASURES_LOOK = timedelta(hours=1)
LAKE_LOOK = timedelta(seconds=60)
"""Time between two looks at the lake's files."""


def of(lane: Lane) -> list[Task]:
    """Return the lane's tasks in the order in which they are looked at; new ones at each call."""
    return MAKERS[lane]()


def _react() -> list[Task]:
    declared = reactions()
    declaring = _Declaring(declared)
    return [
        Task("reactions", Lane.REACT, Text("Know the reactions", "登记响应"), declaring.run,
             declaring.due),
        Task("acts", Lane.REACT, Text("Acts become events", "操作记入事件"), _acts),
        *(_reaction(one) for one in declared),
    ]  # fmt: skip


@cache
def reactions() -> tuple[Reaction, ...]:
    """Return what the nouns, and plugins, declare in their files `reactions.py`."""
    modules = list(registry.import_roles("regulars", "reactions"))
    registry.import_plugins()
    declared = (value for module in modules for value in vars(module).values())
    return tuple({one.name: one for one in declared if isinstance(one, Reaction)}.values())


class _Declaring:
    """Tells the database which reactions there are, at first and every hour."""

    def __init__(self, known: Sequence[Reaction]) -> None:
        self._known = known
        self._at: datetime | None = None

    def due(self, _ws: Workspace, now: datetime, _done: datetime | None) -> str | None:
        """Let it be done at first, and then now and then: what is gone is dropped after a day."""
        return None if self._at is not None and now - self._at < DECLARE else "schedule"

    def run(self, ws: Workspace, turn: Turn) -> Outcome:
        """Tell it."""
        reacting.declare(ws, self._known, now=turn.now)
        self._at = turn.now
        return Outcome()


def _reaction(reaction: Reaction) -> Task:
    def run(ws: Workspace, turn: Turn) -> Outcome:
        seen = reacting.advance(ws, reaction, now=turn.now)
        return Outcome(seen, more=seen > 0)

    return Task(f"reaction:{reaction.name}", Lane.REACT, Text(reaction.name, reaction.name), run)


def _acts(ws: Workspace, turn: Turn) -> Outcome:
    return Outcome(acts.move(ws, now=turn.now))


def _deliver() -> list[Task]:
    return [Task("messages", Lane.DELIVER, Text("Send messages", "发送消息"), _messages)]


def _messages(ws: Workspace, turn: Turn) -> Outcome:
    sent = messages.deliver(ws, now=turn.now)
    return Outcome(sent, more=sent > 0)


def _refresh() -> list[Task]:
    name = Text("Refresh findings", "刷新分析结果")
    return [Task(refresh.KEY, Lane.REFRESH, name, _findings, _refresh_due, long=True, askable=True)]


def _refresh_due(ws: Workspace, now: datetime, _done: datetime | None) -> str | None:
    return refresh.due(ws, now)


def _findings(ws: Workspace, turn: Turn) -> Outcome:
    run = refresh.run(ws, reason=turn.reason, clock=turn.clock, stopping=turn.stopping)
    failed = run.state is State.FAILED
    return Outcome(len(run.steps), error=run.errors or "?" if failed else None)


def _maintain() -> list[Task]:
    looked = _Looked()
    return [
        Task("erasures", Lane.MAINTAIN, Text("Finish erasures", "完成清除"), looked.erasures,
             looked.erasures_due),
        Task("flush", Lane.MAINTAIN, Text("Move new events to the lake", "写入数据湖"), _flush,
             _flush_due, long=True),
        Task("inbox", Lane.MAINTAIN, Text("Clean the inbox", "清理已写入的事件"), _seen, _seen_due),
        Task("compact", Lane.MAINTAIN, Text("Sort the lake's files", "整理数据湖文件"), _compact,
             looked.compaction_due, long=True),
        Task("tidy", Lane.MAINTAIN, Text("Clean up", "清理过期数据"), _tidy, _tidy_due, long=True),
    ]  # fmt: skip


class _Looked:
    """What this process has looked at since it has the lane."""

    def __init__(self) -> None:
        self._erasures: datetime | None = None
        self._lake: datetime | None = None

    def erasures_due(self, _ws: Workspace, now: datetime, _done: datetime | None) -> str | None:
        """Look for erasures that were cut off at first, then now and then."""
        lately = self._erasures is not None and now - self._erasures < ERASURES_LOOK
        return None if lately else "schedule"

    def erasures(self, ws: Workspace, turn: Turn) -> Outcome:
        """Finish those that were cut off."""
        finished = erasure.resume(ws, now=turn.now)
        self._erasures = turn.now
        return Outcome(finished)

    def compaction_due(self, ws: Workspace, now: datetime, _done: datetime | None) -> str | None:
        """Look at the lake's files now and then."""
        if self._lake is not None and now - self._lake < LAKE_LOOK:
            return None
        self._lake = now
        return "schedule" if maintenance.compaction_due(ws) else None


def _flush_due(ws: Workspace, now: datetime, _done: datetime | None) -> str | None:
    return "schedule" if maintenance.flush_due(ws, now) else None


def _flush(ws: Workspace, turn: Turn) -> Outcome:
    return Outcome(flush(ws, now=turn.now).events)


def _seen_due(ws: Workspace, now: datetime, _done: datetime | None) -> str | None:
    return "schedule" if cleaning.due(ws, now) else None


def _seen(ws: Workspace, turn: Turn) -> Outcome:
    tidy(ws, now=turn.now)
    return Outcome(1)


def _compact(ws: Workspace, _turn: Turn) -> Outcome:
    return Outcome(compaction.compact(ws).before)


def _tidy_due(_ws: Workspace, now: datetime, done: datetime | None) -> str | None:
    return "schedule" if done is None or now - done >= DAY else None


def _tidy(ws: Workspace, turn: Turn) -> Outcome:
    maintenance.clean(ws, turn.now)
    return Outcome(1)


MAKERS: dict[Lane, Callable[[], list[Task]]] = {
    Lane.REACT: _react,
    Lane.DELIVER: _deliver,
    Lane.REFRESH: _refresh,
    Lane.MAINTAIN: _maintain,
}
