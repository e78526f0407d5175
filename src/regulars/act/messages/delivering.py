"""One round of a channel: what is due goes out over several connections, each letter once.

A letter is offered (from whom, to whom), then it is committed that it is being sent, then its
content is handed over, then the answer is committed. Between the two commits alone a crash leaves
open whether it arrived; one connection has at most one letter there.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog

from regulars.act.messages import queries
from regulars.act.messages.channel import Channel, Refused, Session, Unknown, Unusable
from regulars.act.messages.model import (
    Letter,
    MessageState,
    Pause,
    Reason,
    Result,
    pause_after,
    wait_after,
)
from regulars.act.messages.recording import Recorder
from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)
MOST = 500
"""Letters of one round: its `now` shall not grow old."""
PORTION = 100
A_CONNECTION = 10
"""Letters that are worth another connection."""
MESSAGE_ID = "message-id"


class Due:
    """The letters that are due, handed out one by one to whoever has a connection."""

    def __init__(self, ws: Workspace, channel: str, now: datetime, only: int | None) -> None:
        self._ws, self._channel, self._now, self._only = ws, channel, now, only
        self._waiting: deque[Letter] = deque()
        self._above, self._left = 0, MOST
        self._lock = threading.Lock()
        self._fill()

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self) -> Letter | None:
        """Return the next letter; None when the round is over."""
        with self._lock:
            if not self._waiting:
                self._fill()
            return self._waiting.popleft() if self._waiting else None

    def _fill(self) -> None:
        above, most = self._above, min(PORTION, self._left)
        if self._only is not None:
            above, most = max(above, self._only - 1), min(1, most)
        if most == 0:
            return
        with self._ws.database.reading() as connection:
            rows = queries.due(connection, self._channel, self._now, above=above, most=most)
        rows = [row for row in rows if self._only in (None, row["id"])]
        self._waiting.extend(queries.letter(row, message_id(self._ws, row["key"])) for row in rows)
        self._left -= len(rows)
        if rows:
            self._above = rows[-1]["id"]


def message_id(ws: Workspace, key: str) -> str:
    """Return the Message-ID of a message: the same at every try, and after a restore."""
    return f"<{ws.keyed_hash(MESSAGE_ID, key)}@regulars>"


def deliver(
    ws: Workspace, channel: Channel, *, worker: str, now: datetime, only: int | None = None
) -> int:
    """Send what is due of a channel, or `only` one message; return how many the server took.

    A server that answers to nothing makes the channel pause; one that took something does not.
    """
    due = Due(ws, channel.name, now, only)
    if not len(due):
        return 0
    width = min(max(1, channel.connections(ws.settings)), 1 + len(due) // A_CONNECTION)
    with Recorder(ws.database, worker, now) as recorder, ThreadPoolExecutor(width) as threads:
        carrying = [
            threads.submit(_carry, ws, channel, due, recorder, now) for _connection in range(width)
        ]
        failures = [failed for one in carrying if (failed := one.result()) is not None]
    _judge(ws, channel.name, failures, answered=recorder.answered > 0, now=now)
    return recorder.taken


def _carry(
    ws: Workspace, channel: Channel, due: Due, recorder: Recorder, now: datetime
) -> Unusable | None:
    """Send letters over one connection after another; return why it ended, if not for want of any.

    A connection that breaks after it carried something is replaced by a new one, and the letter is
    offered again: servers close after so many. One that breaks at its first letter is the end.
    """
    letter = due.take()
    offered: Letter | None = None
    while letter is not None:
        carried = 0
        try:
            with channel.open(ws.settings) as session:
                while letter is not None:
                    offered = letter
                    _send(session, letter, recorder, now)
                    carried += 1
                    letter, offered = due.take(), None
        except Unknown as error:
            assert letter is not None
            recorder.end(Result(letter, MessageState.UNCERTAIN, Reason.LOST, str(error)))
            if not carried:
                return Unusable(Reason.CONNECTION, str(error))
            letter, offered = due.take(), None
        except Unusable as error:
            if not carried and offered is not None:
                recorder.end(_postponed(offered, error.reason, error, now))
            if not carried:
                return error
    return None


def _send(session: Session, letter: Letter, recorder: Recorder, now: datetime) -> None:
    """Send one letter. Raises Unusable or Unknown where the connection is of no more use."""
    try:
        _offer(session, letter)
        if not recorder.begin(letter):
            return
        receipt = session.hand_over()
    except Refused as error:
        if error.permanent:
            result = Result(letter, MessageState.FAILED, Reason.PERMANENT, str(error))
        else:
            result = _postponed(letter, Reason.TEMPORARY, error, now)
        recorder.end(result)
    else:
        recorder.end(Result(letter, MessageState.SENT, receipt=receipt))


def _offer(session: Session, letter: Letter) -> None:
    """Offer a letter; what nobody thought of postpones this one and keeps no other."""
    try:
        session.offer(letter)
    except (Refused, Unusable):
        raise
    except Exception as error:
        log.exception("messages.not_offered", message=letter.id)
        raise Refused(f"{type(error).__name__}: {error}", permanent=False) from error


def _postponed(letter: Letter, reason: Reason, error: Exception, now: datetime) -> Result:
    waits = now + wait_after(letter.tries)
    return Result(letter, MessageState.QUEUED, reason, str(error), next_at=waits)


def _judge(
    ws: Workspace, channel: str, failures: list[Unusable], *, answered: bool, now: datetime
) -> None:
    """Let a channel pause that only failed, longer each time; let one that was answered go on."""
    with ws.database.reading() as connection:
        before = {one.channel: one.failures for one in queries.pauses(connection)}.get(channel, 0)
    if failures and not answered:
        error = failures[0]
        until = now + pause_after(error.reason, before)
        paused = Pause(channel, before + 1, until, error.reason, str(error))
        with ws.database.transaction() as connection:
            queries.pause(connection, paused)
    elif before and answered:
        with ws.database.transaction() as connection:
            queries.resume(connection, channel)
