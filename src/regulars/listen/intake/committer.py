"""Group commit: what waits is made durable together, and only then answered.

One thread takes everything that waits, stores it in one transaction and wakes the requests. While
it commits, the next group is read and gathers; so a group is as large as the load asks for.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.store import faults
from regulars.store.database import patience

log = structlog.get_logger(__name__)

Load = TypeVar("Load")
Result = TypeVar("Result")
MAX_WAITING = 50_000
"""Events that may wait; beyond it senders are told to come back."""
GROUP = 800
"""Events after which a group is closed: the next is read and sent while it is committed."""
ENOUGH = 200
"""Events for which it does not matter whether others that were sent with them come along."""
TIDY_SECONDS = 3_600.0
JOIN_SECONDS = 30.0
WAIT_SECONDS = 10.0
"""How long a group waits for SQLite's lock: soon after senders give up."""


@dataclass(slots=True)
class _Parcel(Generic[Load, Result]):
    """The load of one request, its number of events, and where its answer is awaited."""

    load: Load
    size: int
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Result]


class Committer(Generic[Load, Result]):
    """Owns the thread; `keep` makes loads durable, `tidy` runs about once an hour."""

    def __init__(
        self, keep: Callable[[Sequence[Load]], list[Result]], tidy: Callable[[], object]
    ) -> None:
        self._keep = keep
        self._tidy = tidy
        self._waiting: deque[_Parcel[Load, Result]] = deque()
        self._events = 0
        self._wake = threading.Condition()
        self._called = False
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to commit."""
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits, take nothing more, and end."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)

    def require_room(self, size: int) -> None:
        """Raise Unavailable when a load of `size` events would not be taken now."""
        if self._stopping or self._events + size > MAX_WAITING:
            raise _busy()

    async def put(self, load: Load, size: int) -> Result:
        """Return what became of a load of `size` events, once it is durable.

        Raises Unavailable when too much waits, at the end of the server, or when storing failed;
        nothing of the request was kept then, and it may be sent again.
        """
        loop = asyncio.get_running_loop()
        parcel: _Parcel[Load, Result] = _Parcel(load, size, loop, loop.create_future())
        with self._wake:
            self.require_room(size)
            self._waiting.append(parcel)
            self._events += size
            if self._events >= ENOUGH:
                self._wake.notify()
            elif not self._called:
                self._called = True
                loop.call_soon(self._call)
        return await parcel.answer

    def _call(self) -> None:
        """Wake the thread, when all requests that came in at the same time have been read."""
        with self._wake:
            self._called = False
            self._wake.notify()

    def _run(self) -> None:
        patience.set(WAIT_SECONDS)
        due = clock.monotonic() + TIDY_SECONDS
        while True:
            with self._wake:
                while not self._waiting and not self._stopping:
                    if not self._wake.wait(max(0.0, due - clock.monotonic())):
                        break
                if self._stopping and not self._waiting:
                    return
                group = self._take()
            if group:
                self._commit(group)
            if clock.monotonic() >= due:
                self._clean_up()
                due = clock.monotonic() + TIDY_SECONDS

    def _take(self) -> list[_Parcel[Load, Result]]:
        group: list[_Parcel[Load, Result]] = []
        size = 0
        while self._waiting and (not group or size + self._waiting[0].size <= GROUP):
            group.append(self._waiting.popleft())
            size += group[-1].size
        self._events -= size
        return group

    def _commit(self, group: list[_Parcel[Load, Result]]) -> None:
        """Store the group; if that fails, each request alone, so that one cannot stop the rest."""
        try:
            results = self._keep([parcel.load for parcel in group])
        except Exception as error:
            fault = faults.told(error)
            if fault is None and len(group) > 1:
                for parcel in group:
                    self._commit([parcel])
                return
            log.exception("intake.failed")
            _wake_up([(parcel, fault or _failed()) for parcel in group])
            return
        _wake_up(list(zip(group, results, strict=True)))

    def _clean_up(self) -> None:
        try:
            self._tidy()
        except Exception:
            log.exception("intake.tidy_failed")


def _busy() -> Unavailable:
    return Unavailable(
        "intake.busy",
        Text(
            "Too much is waiting; send again in a moment.", "等待处理的数据过多，请稍后重新发送。"
        ),
        retry_after=1,
    )


def _failed() -> Unavailable:
    return Unavailable(
        "intake.failed",
        Text(
            "Storing failed for a reason that stands in the server's log; nothing was kept.",
            "保存失败，原因见服务器日志；未保存任何内容。",
        ),
    )


Part = tuple[_Parcel[Load, Result], Result | Unavailable]


def _wake_up(parts: Sequence[Part[Load, Result]]) -> None:
    """Hand each request its result; one call into each event loop for the whole group."""
    loops: dict[asyncio.AbstractEventLoop, list[Part[Load, Result]]] = {}
    for part in parts:
        loops.setdefault(part[0].loop, []).append(part)
    for loop, theirs in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, theirs)


def _resolve(parts: list[Part[Load, Result]]) -> None:
    for parcel, result in parts:
        if parcel.answer.done():
            continue  # the sender went away
        if isinstance(result, Unavailable):
            parcel.answer.set_exception(result)
        else:
            parcel.answer.set_result(result)
