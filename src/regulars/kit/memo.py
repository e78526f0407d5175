"""Answers kept in memory for a while: the latest few, each worked out once at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Memo(Generic[Answer]):
    """The `size` answers asked for last; who asks for one that is being worked out waits for it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._working: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self._cleared = 0

    def peek(self, key: Hashable) -> Answer | None:
        """Return the kept answer, or None."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def get(self, key: Hashable, work: Callable[[], Answer]) -> Answer:
        """Return the kept answer, or work it out and keep it."""
        with self._lock:
            working, cleared = self._working.setdefault(key, threading.Lock()), self._cleared
        with working:
            found = self.peek(key)
            if found is None:
                found = work()
                self._keep(key, found, cleared)
            return found

    def clear(self) -> None:
        """Forget all answers; those being worked out now will not be kept."""
        with self._lock:
            self._answers.clear()
            self._cleared += 1

    def _keep(self, key: Hashable, answer: Answer, cleared: int) -> None:
        with self._lock:
            self._working.pop(key, None)
            if cleared != self._cleared:
                return
            self._answers[key] = answer
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
