"""Group commit: what waits is made durable together, and only then answered.

One thread takes everything that waits, stores it in one transaction and wakes the requests. While
it commits, the next group gathers; so a group is as large as the load asks for.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.listen.intake.model import Arrival, Outcome

log = structlog.get_logger(__name__)

Keep = Callable[[Sequence[Arrival]], list[Outcome]]
MOST_WAITING = 50_000
"""Events that may wait; beyond it senders are told to come back."""
GROUP = 5_000
"""Events after which a group is closed, so that no request waits for a very long transaction."""
TIDY_SECONDS = 3_600.0
JOIN_SECONDS = 30.0


@dataclass(slots=True)
class _Parcel:
    """The events of one request, and where its answer is awaited."""

    arrivals: list[Arrival]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[list[Outcome]]


class Committer:
    """Owns the thread; `keep` makes events durable, `tidy` runs about once an hour."""

    def __init__(self, keep: Keep, tidy: Callable[[], object]) -> None:
        self._keep = keep
        self._tidy = tidy
        self._waiting: deque[_Parcel] = deque()
        self._events = 0
        self._wake = threading.Condition()
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

    async def put(self, arrivals: list[Arrival]) -> list[Outcome]:
        """Return what became of the events, once they are durable.

        Raises Unavailable when too much waits, at the end of the server, or when storing failed;
        nothing of the request was kept then, and it may be sent again.
        """
        loop = asyncio.get_running_loop()
        parcel = _Parcel(arrivals, loop, loop.create_future())
        with self._wake:
            if self._stopping or self._events + len(arrivals) > MOST_WAITING:
                raise _busy()
            self._waiting.append(parcel)
            self._events += len(arrivals)
            self._wake.notify()
        return await parcel.answer

    def _run(self) -> None:
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

    def _take(self) -> list[_Parcel]:
        group: list[_Parcel] = []
        size = 0
        while self._waiting and (not group or size + len(self._waiting[0].arrivals) <= GROUP):
            group.append(self._waiting.popleft())
            size += len(group[-1].arrivals)
        self._events -= size
        return group

    def _commit(self, group: list[_Parcel]) -> None:
        """Store the group; if that fails, each request alone, so that one cannot stop the rest."""
        try:
            outcomes = self._store(group)
        except Exception as error:
            if len(group) == 1 or isinstance(error, OperationalError | InterfaceError):
                log.exception("intake.failed")
                _wake_up(group, None)
                return
            for parcel in group:
                self._commit([parcel])
            return
        _wake_up(group, outcomes)

    def _store(self, group: list[_Parcel]) -> list[Outcome]:
        arrivals = [arrival for parcel in group for arrival in parcel.arrivals]
        return self._keep(arrivals)

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
    )


def _wake_up(group: list[_Parcel], outcomes: list[Outcome] | None) -> None:
    """Hand each request its part; one call into each event loop for the whole group."""
    answers: dict[asyncio.AbstractEventLoop, list[tuple[_Parcel, list[Outcome] | None]]] = {}
    start = 0
    for parcel in group:
        end = start + len(parcel.arrivals)
        part = None if outcomes is None else outcomes[start:end]
        answers.setdefault(parcel.loop, []).append((parcel, part))
        start = end
    for loop, parts in answers.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, parts)


def _resolve(parts: list[tuple[_Parcel, list[Outcome] | None]]) -> None:
    for parcel, outcomes in parts:
        if parcel.answer.done():
            continue  # the sender went away
        if outcomes is None:
            parcel.answer.set_exception(_busy())
        else:
            parcel.answer.set_result(outcomes)
