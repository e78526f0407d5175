"""Whether the parts that every request needs answer: the database, and the disk beside it."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable

import sqlalchemy as sa

from regulars.kit import clock
from regulars.kit.text import Text
from regulars.store import faults
from regulars.store.database import patience
from regulars.store.faults import Fault
from regulars.store.workspace import Store

REASONS = {
    "database.away": Text("does not answer", "没有响应"),
    "database.busy": Text("is held by something else", "被其他进程占用"),
    "disk.full": Text("is full", "已满"),
    "disk.unusable": Text("cannot be read or written", "无法读写"),
    "work.late": Text("lags behind what was taken in", "落后于已接收的事件"),
}
"""Why a part is away, for anybody who asks: without addresses, names or folders."""
PROBE = b"\0" * 65_536
ASK_WITHIN = 2.0
EVERY = 1.0
"""Seconds for which what was asked holds: anybody may ask, and asking writes."""
REMEMBERED = 15.0
"""Seconds for which a fault is told that a request met and that asking cannot find."""


class Health:
    """What one server knows of its parts; threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._met: dict[str, tuple[float, Fault]] = {}
        self._asked: tuple[float, list[Fault]] | None = None
        self.late: list[Callable[[], bool]] = []
        """Functions that tell whether work behind the pages lags; nouns add theirs."""
        self._late: tuple[float, bool] | None = None
        self._lock = threading.Lock()

    def note(self, fault: Fault) -> None:
        """Remember a fault that a request met, such as the full disk of a database elsewhere."""
        if fault.code != "database.away":  # whether it is back is best asked of itself
            self._met[fault.part] = (clock.monotonic(), fault)

    def now(self) -> list[Fault]:
        """Return what is wrong with the parts now, or was met a moment ago; each part once."""
        with self._lock:
            if self._asked is None or clock.monotonic() - self._asked[0] >= EVERY:
                self._asked = (clock.monotonic(), list(_ask(self._store)))
            found = list(self._asked[1])
        oldest = clock.monotonic() - REMEMBERED
        met = [fault for at, fault in list(self._met.values()) if at >= oldest]
        return list({fault.part: fault for fault in [*met, *found]}.values())

    def lagging(self) -> bool:
        """Tell whether work behind the pages lags; the pages and the intake are well without it."""
        with self._lock:
            if self._late is None or clock.monotonic() - self._late[0] >= EVERY:
                self._late = (clock.monotonic(), any(one() for one in self.late))
            return self._late[1]


def _ask(store: Store) -> list[Fault]:
    checks: tuple[Callable[[Store], None], ...] = (_database, _disk)
    return [fault for check in checks if (fault := _fault(check, store)) is not None]


def _fault(check: Callable[[Store], None], store: Store) -> Fault | None:
    """Return the fault that a check meets; what is no fault of a part is not hidden."""
    try:
        check(store)
    except Exception as error:
        fault = faults.told(error)
        if fault is None:
            raise
        return fault
    return None


def _database(store: Store) -> None:
    before = patience.set(ASK_WITHIN)
    try:
        with store.database.reading() as connection:
            connection.execute(sa.text("SELECT version_num FROM alembic_version"))
    finally:
        patience.reset(before)


def _disk(store: Store) -> None:
    """Write a little beside the data, to the disk itself: space told as free may be reserved."""
    with tempfile.TemporaryFile(dir=store.folder, prefix=".health-") as file:
        file.write(PROBE)
        file.flush()
        os.fsync(file.fileno())
