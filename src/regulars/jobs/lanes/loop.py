"""The loop of one lane: it takes the lane when it is free, and looks at its tasks, one by one."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from regulars.jobs.lanes import queries
from regulars.jobs.lanes.model import PACES, Lane, Outcome, Task, TaskRecord, Turn
from regulars.jobs.runs import service as runs
from regulars.jobs.runs.model import Clock, Stopping
from regulars.kit import clock as machine
from regulars.kit.errors import Conflict, RegularsError
from regulars.timeline.bell import Bell
from regulars.timeline.lease import Lease, holder
from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)
FIRST_LOOK = 0.0
"""Seconds before any lane is looked at, at least."""
STANDBY = 1.0
"""Seconds between two looks whether a lane that another process holds is free."""
NOTED = timedelta(seconds=10)
"""Time between two notes that a quick task did something: each is a write."""
BUSY = timedelta(seconds=5)
"""Time after which a task is tried again that another's work keeps from its own."""
ASKED = "asked"
NICE = 10
"""Priority of the thread that maintains: low, because requests are answered beside it."""


def name_of(lane: Lane) -> str:
    """Return the name of the lane's lease."""
    return f"lane:{lane}"


class Loop:
    """One thread that works on a lane while it holds its lease, and waits for it while not.

    What fails is noted with its error and tried again after growing pauses; the lane's other tasks
    go on.
    """

    def __init__(self, ws: Workspace, lane: Lane, tasks: Sequence[Task], clock: Clock) -> None:
        self.lane = lane
        self._ws = ws
        self._tasks = tuple(tasks)
        self._clock = clock
        self._pace = PACES[lane]
        self._ended = threading.Event()
        self._records: dict[str, TaskRecord] = {}
        self._noted: dict[str, datetime] = {}
        self._thread = threading.Thread(target=self._go, name=f"lane-{lane}", daemon=True)

    def start(self) -> None:
        """Begin in a thread that does not keep the process alive."""
        self._thread.start()

    def end(self) -> None:
        """Let it end soon; what takes long ends at its next sign of progress."""
        self._ended.set()

    def join(self, patience: float) -> bool:
        """Wait until it has ended; False when it has not in time."""
        self._thread.join(patience)
        return not self._thread.is_alive()

    def look(self) -> bool:
        """Do once what is due; True when there is more at once."""
        more = False
        for task in self._tasks:
            if self._ended.is_set():
                return False
            more = self._attempt(task) or more
        return more

    def _go(self) -> None:
        if self.lane is Lane.MAINTAIN:
            _stand_back()
        if self._ended.wait(max(FIRST_LOOK, self._pace.first)):
            return
        bell = Bell(self._ws.database)
        try:
            while not self._ended.is_set():
                try:
                    self._stint(bell)
                except Exception:
                    # A database that is away for a moment must not end the lane for good.
                    log.exception("lane.failed", lane=self.lane)
                    self._ended.wait(STANDBY)
        finally:
            bell.close()

    def _stint(self, bell: Bell) -> None:
        """Take the lane if it is free, and work on it until told to end, or until it is lost."""
        with self._ws.database.reading() as connection:
            held = holder(connection, name_of(self.lane), machine.now()) is not None
        lease = Lease(self._ws.database, name_of(self.lane))
        if held or not lease.take():
            self._ended.wait(STANDBY)
            return
        lease.start()
        try:
            self._begin()
            self._work(lease, bell)
        finally:
            lease.release()

    def _begin(self) -> None:
        """Note who has the lane now, and read how its tasks fared before."""
        mine = {task.key for task in self._tasks}
        with self._ws.database.transaction() as connection:
            queries.taken(connection, self.lane, machine.now())
            queries.forget_tasks(connection, self.lane, mine)
            self._records = {one.key: one for one in queries.tasks(connection)}

    def _work(self, lease: Lease, bell: Bell) -> None:
        while not self._ended.is_set():
            if not lease.sure:
                lease.require()
            began = machine.monotonic()
            if self.look():
                continue
            self._ended.wait(max(0.0, began + self._pace.rest - machine.monotonic()))
            bell.wait(self._pace.beat, self._ended)

    def _attempt(self, task: Task) -> bool:
        """Do a task if it is due; True when it has more to do at once."""
        now = self._clock()
        record = self._records.get(task.key) or TaskRecord(task.key, self.lane, task.name)
        try:
            reason = self._reason(task, record, now)
            if reason is None:
                return False
            turn = Turn(now, self._clock, reason, self._ended.is_set)
            outcome = self._done(task, turn)
        except Stopping:
            return False
        except Exception as error:
            mishap = self._mishap(task, error)
            if mishap is None:
                self._records[task.key] = replace(record, next_at=now + BUSY)
                return False
            outcome = mishap
        self._note(record, outcome)
        return outcome.more and outcome.error is None

    def _reason(self, task: Task, record: TaskRecord, now: datetime) -> str | None:
        """Return why it is to be done now; None when it is not, or is to be waited with."""
        if task.askable and task.key in runs.requested(self._ws):
            return ASKED
        if record.next_at is not None and now < record.next_at:
            return None
        reason = task.due(self._ws, now, record.done_at)
        return runs.RETRY if reason is None and record.failures else reason

    def _done(self, task: Task, turn: Turn) -> Outcome:
        if not task.long:
            return task.run(self._ws, turn)
        self._show(task.key)
        try:
            return task.run(self._ws, turn)
        finally:
            self._show(None)

    def _show(self, key: str | None) -> None:
        with self._ws.database.transaction() as connection:
            queries.doing(connection, self.lane, key, self._clock() if key else None)

    def _mishap(self, task: Task, error: Exception) -> Outcome | None:
        """Return what to note of an error; None where others' work is merely waited for."""
        code = error.code if isinstance(error, RegularsError) else None
        if isinstance(error, Conflict) or code == "lease.busy":
            log.info("lane.later", task=task.key, reason=code)
            return None
        log.error("lane.task_failed", task=task.key, exc_info=error)
        said = error.message.en if isinstance(error, RegularsError) else str(error)
        return Outcome(error=f"{type(error).__name__}: {said}")

    def _note(self, record: TaskRecord, outcome: Outcome) -> None:
        """Keep how a task fared; written where somebody would miss it."""
        now = self._clock()
        if outcome.error is not None:
            changed = record.failed(outcome.error, now, self._pace)
        else:
            changed = record.went_well(now, outcome)
        self._records[record.key] = changed
        lately = now - self._noted.get(record.key, now - NOTED) < NOTED
        if record.failures or outcome.error is not None or (outcome.done and not lately):
            self._noted[record.key] = now
            with self._ws.database.transaction() as connection:
                queries.put_task(connection, changed)


def _stand_back() -> None:
    """Let this thread, and those that DuckDB starts for it, yield to whoever is waited for."""
    if sys.platform == "linux":  # only there a thread has a priority of its own
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
