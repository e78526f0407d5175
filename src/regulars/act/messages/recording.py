"""What becomes of letters is written down by one thread: what comes together, in one commit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType

import structlog

from regulars.act.messages import queries
from regulars.act.messages.model import Letter, MessageState, Reason, Result
from regulars.store.database import Database

log = structlog.get_logger(__name__)
ANSWERS = (None, Reason.TEMPORARY, Reason.PERMANENT)
ATTEMPTS = 3
"""How often a commit of results is tried; what is never written down is uncertain later."""


class Recorder:
    """Commits for several connections at once, in the order in which each of them asked."""

    def __init__(self, database: Database, worker: str, now: datetime) -> None:
        self._database, self._worker, self._now = database, worker, now
        self._asked: SimpleQueue[tuple[Letter, Future[bool]] | Result | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="outbox-recorder", daemon=True)
        self.taken = self.answered = 0
        """How many letters the server took; and answered, by taking or refusing them."""

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._asked.put(None)
        self._thread.join()

    def begin(self, letter: Letter) -> bool:
        """Return once it is committed that the letter is being sent; False if it must not be."""
        done: Future[bool] = Future()
        self._asked.put((letter, done))
        return done.result()

    def end(self, result: Result) -> None:
        """Write down what became of a letter, soon."""
        self._asked.put(result)

    def _run(self) -> None:
        going = True
        while going:
            together = [self._asked.get()]
            try:
                while True:
                    together.append(self._asked.get_nowait())
            except Empty:
                pass
            going = None not in together
            self._commit(
                [one for one in together if isinstance(one, tuple)],
                [one for one in together if isinstance(one, Result)],
            )

    def _commit(
        self, begun: Sequence[tuple[Letter, Future[bool]]], ended: Sequence[Result]
    ) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                started = self._write([letter.id for letter, _done in begun], ended)
            except Exception as error:
                log.warning("messages.not_recorded", attempt=attempt, exc_info=True)
                if attempt == ATTEMPTS:
                    for _letter, done in begun:
                        done.set_exception(error)
                    return
                time.sleep(0.2 * attempt)
            else:
                for letter, done in begun:
                    done.set_result(letter.id in started)
                return

    def _write(self, begun: Sequence[int], ended: Sequence[Result]) -> set[int]:
        with self._database.transaction() as connection:
            for result in ended:
                queries.end(connection, result, self._worker, self._now)
            started = queries.begin(connection, begun, self._worker, self._now)
        self.taken += sum(one.state is MessageState.SENT for one in ended)
        self.answered += sum(one.reason in ANSWERS for one in ended)
        return started
