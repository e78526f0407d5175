"""Why a part that everything needs does not answer: the database is away, or a disk is full.

The libraries below say it each in their own way; here it becomes one error of ours with the true
reason, so that pages, API, intake and commands can tell it and say when to come back.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from regulars.kit.errors import Unavailable
from regulars.kit.text import Text

COME_BACK = 5
"""Seconds after which a caller may try again."""
FULL_CODES = (errno.ENOSPC, errno.EDQUOT)
UNWRITABLE = (errno.EROFS, errno.EIO)
FULL_WORDS = re.compile(
    r"no space left on device|database or disk is full|disk quota exceeded|\(os error 28\)", re.I
)
BUSY_WORDS = re.compile(r"database (table )?is locked", re.I)
DISK_WORDS = re.compile(
    r"disk i/o error|readonly database|unable to open database file|read-only file system", re.I
)
WORDY = ("duckdb", "_duckdb", "deltalake", "pyarrow")
DATABASE, DISK = "database", "disk"
_AWAY = Text(
    "The database does not answer. Nothing of this request was kept; send it again when the "
    "database is back, which is noticed by itself.",
    "数据库没有响应。此次请求未保存任何内容；数据库恢复后会自动识别，届时请重新发送。",
)
_BUSY = Text(
    "Something else has held the database for too long. Nothing of this request was kept; try "
    "again in a moment.",
    "数据库被其他进程占用过久。此次请求未保存任何内容；请稍后再试。",
)
_FULL = Text(
    "The disk is full: nothing can be kept until there is space again.",
    "磁盘已满：释放空间之前无法保存任何内容。",
)
_DISK = Text(
    "The disk cannot be read or written: see “regulars doctor”.",
    "磁盘无法读写：请运行“regulars doctor”查看。",
)
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES: Final[tuple[tuple[str, str], ...]] = (
    ("53100", "full"),
    ("08", "away"),
    ("57P", "away"),
    ("53", "away"),
    ("25006", "away"),
    ("55P03", "busy"),
    ("40", "busy"),
    ("58", "disk"),
)
_KINDS: Final[dict[str, tuple[str, str, Text]]] = {
    "away": (DATABASE, "database.away", _AWAY),
    "busy": (DATABASE, "database.busy", _BUSY),
    "full": (DISK, "disk.full", _FULL),
    "disk": (DISK, "disk.unusable", _DISK),
}


class Fault(Unavailable):
    """A part that everything needs does not answer; `part` is database or disk.

    `why` is what the library said. It is for the log: it may name hosts, users and folders.
    """

    def __init__(self, kind: str, why: str) -> None:
        self.part, code, words = _KINDS[kind]
        super().__init__(code, words, part=self.part, retry_after=COME_BACK)
        self.why = why


def told(error: BaseException) -> Fault | None:
    """Return the fault behind an error, also one that another wraps; None where there is none."""
    for one in _chain(error):
        if isinstance(one, Fault):
            return one
        kind = _kind(one)
        if kind is not None:
            return Fault(kind, _why(one))
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def _kind(error: BaseException) -> str | None:
    if isinstance(error, sa.exc.TimeoutError):
        return "busy"  # no connection of the pool came free
    if isinstance(error, sa.exc.DBAPIError):
        return _of_database(error)
    if isinstance(error, OSError) and error.errno in FULL_CODES:
        return "full"
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        return "disk"
    # The engine and the lake's library tell a full disk in words only.
    ours = isinstance(error, OSError) or type(error).__module__.partition(".")[0] in WORDY
    return "full" if ours and FULL_WORDS.search(str(error)) else None


def _of_database(error: sa.exc.DBAPIError) -> str | None:
    """Return the kind of a database's error; None for one that says our statement is wrong."""
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return next((kind for start, kind in _POSTGRES if state.startswith(start)), None)
    words = str(error.orig)
    if FULL_WORDS.search(words):
        return "full"
    if BUSY_WORDS.search(words):
        return "busy"
    if DISK_WORDS.search(words):
        return "disk"
    # Without a state PostgreSQL was not reached, or the connection was lost under way.
    foreign = type(error.orig).__module__.partition(".")[0] != "sqlite3"
    lost = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return "away" if error.connection_invalidated or (foreign and lost) else None


def _why(error: BaseException) -> str:
    """Return the first line of what was said, without what surrounds it."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.partition("\n")[0][:200] or type(error).__name__
