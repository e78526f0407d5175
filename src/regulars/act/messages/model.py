"""What leaves: a message, its states, why one waits or failed, and how long it is tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from regulars.kit.text import Text


class MessageState(StrEnum):
    """Where a message stands.

    `sending` is committed right before its content is handed over. Whoever dies between that and
    the answer leaves it `uncertain`: nothing sends it again but a person. `held` waited when a
    backup was put back; it too goes only if a person says so.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"


STATE_TITLES = {
    MessageState.QUEUED: Text("Queued", "待发送"),
    MessageState.SENDING: Text("Sending", "发送中"),
    MessageState.SENT: Text("Sent", "已发送"),
    MessageState.UNCERTAIN: Text("Uncertain", "待确认"),
    MessageState.FAILED: Text("Failed", "发送失败"),
    MessageState.HELD: Text("On hold", "已暂停"),
    MessageState.CANCELLED: Text("Cancelled", "已取消"),
}
RESENDABLE = frozenset({MessageState.UNCERTAIN, MessageState.FAILED, MessageState.HELD})
CANCELLABLE = frozenset({MessageState.QUEUED, *RESENDABLE})
PRUNED = frozenset(
    {MessageState.SENT, MessageState.FAILED, MessageState.HELD, MessageState.CANCELLED}
)
"""What is deleted KEEP after it last changed; an uncertain message waits for its decision."""


class Reason(StrEnum):
    """Why a message is in its state, or waits for its next try."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    CONNECTION = "connection"
    AUTHENTICATION = "authentication"
    SENDER = "sender"
    STALE = "stale"
    CRASHED = "crashed"
    LOST = "lost"
    RESTORED = "restored"
    ERASED = "erased"
    DECIDED = "decided"


REASON_TITLES = {
    Reason.TEMPORARY: Text("The server refused it for now", "服务器暂时拒收"),
    Reason.PERMANENT: Text("The server refused it", "服务器拒收"),
    Reason.CONNECTION: Text("The server could not be reached", "无法连接服务器"),
    Reason.AUTHENTICATION: Text("The server refused the sign-in", "服务器拒绝登录"),
    Reason.SENDER: Text("The server refused the sender’s address", "服务器拒绝发件地址"),
    Reason.STALE: Text("Too old to be sent", "已过时效，未发送"),
    Reason.CRASHED: Text("The process ended while it was being sent", "发送过程中进程中断"),
    Reason.LOST: Text("The connection was lost while it was being sent", "发送过程中连接中断"),
    Reason.RESTORED: Text("It waited when a backup was restored", "恢复备份时仍在等待发送"),
    Reason.ERASED: Text("Its customer was erased", "客户资料已清除"),
    Reason.DECIDED: Text("Decided by a member of staff", "由成员决定"),
}


class Purpose(StrEnum):
    """What a message is for."""

    ALERT = "alert"
    TEST = "test"


PURPOSE_TITLES = {
    Purpose.ALERT: Text("Alert", "异动提醒"),
    Purpose.TEST: Text("Test email", "测试邮件"),
}

KEEP = timedelta(days=90)
"""How long a message that is done with stays in the outbox."""
LONGEST_KEY, LONGEST_ADDRESS = 200, 320
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=12)
"""After a refusal a message waits so long, twice as long each time, at most so long."""
PAUSES = {Reason.CONNECTION: (timedelta(minutes=1), timedelta(hours=1))}
OTHER_PAUSE = (timedelta(minutes=15), timedelta(hours=12))
"""Likewise a whole channel, first and longest: a server that is away comes back by itself, a wrong
password or sender does not, and trying often locks the account."""


def wait_after(tries: int) -> timedelta:
    """Return how long a message waits that was refused after `tries` earlier ones."""
    return min(FIRST_WAIT * float(2 ** min(tries, 20)), LONGEST_WAIT)


def pause_after(reason: Reason, failures: int) -> timedelta:
    """Return how long a channel pauses that failed after `failures` earlier ones in a row."""
    first, longest = PAUSES.get(reason, OTHER_PAUSE)
    return min(first * float(2 ** min(failures, 20)), longest)


def said(reason: str | None, error: str | None) -> Text | None:
    """Return in words why a message waits or did not go, with what the server said."""
    if reason is None:
        return None
    title = REASON_TITLES[Reason(reason)]
    return Text(f"{title.en}: {error}", f"{title.zh}：{error}") if error else title


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient.

    `key` names message and recipient and holds nothing personal: a second message of one key is
    not sent. `person` is the identity of the customer it is for or about, whose erasure takes
    address and words away. Beyond `stale_after` it is no longer sent.
    """

    key: str
    purpose: Purpose
    channel: str
    address: str
    subject: str
    text: str
    stale_after: timedelta
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a channel is given it; `message_id` is the same at every try."""

    id: int
    message_id: str
    address: str
    subject: str
    text: str
    tries: int
    put_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a letter: its new state and why; a receipt is what the server said."""

    letter: Letter
    state: MessageState
    reason: Reason | None = None
    error: str | None = None
    receipt: str | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """A message as programs get it; `told` says in words why it waits or did not go."""

    id: int
    state: str
    purpose: str
    channel: str
    address: str | None
    subject: str | None
    reason: str | None
    error: str | None
    receipt: str | None
    tries: int
    put_at: datetime
    next_at: datetime
    stale_at: datetime
    changed_at: datetime
    told: Text | None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages, the newest first, and the cursor of those beyond."""

    items: list[MessageFacts]
    next: str | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What the server said when it took a test."""

    receipt: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A channel that is not tried before `until`, after so many failures in a row."""

    channel: str
    failures: int
    until: datetime
    reason: Reason
    error: str

    @property
    def words(self) -> Text:
        """Why."""
        found = said(self.reason, self.error)
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Overview:
    """How many messages stand in each state, which channels pause, and which are not set up."""

    counts: dict[MessageState, int]
    pauses: list[Pause]
    unset: list[str] = field(default_factory=list)

    def of(self, state: MessageState) -> int:
        """Return how many messages are in a state."""
        return self.counts.get(state, 0)
