"""What the reading of every call needs: who sends, and ids, objects and words as they come."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from regulars.company.keys.model import WriteKey
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.intake import wire
from regulars.listen.intake.model import Refused
from regulars.listen.intake.wire import Context, Id
from regulars.store.workspace import Store
from regulars.timeline import identity, listed
from regulars.timeline.identity import BLANK
from regulars.timeline.nobody import Words

LONGEST_ID = 300


class Who(NamedTuple):
    """Whom a call names: userId and anonymousId as given, and their identities.

    An identity is None for nobody's value, and where none was given.
    """

    user_id: str | None
    device_id: str | None
    user: str | None
    device: str | None

    def nobodies(self) -> list[tuple[str, str]]:
        """Return the ids that name nobody, by kind."""
        given = (("user", self.user_id, self.user), ("anonymous", self.device_id, self.device))
        return [(kind, value) for kind, value, of in given if value is not None and of is None]


class Identities:
    """Identity ids of one workspace, the latest of them remembered.

    `of(kind, value)` is the id of an identity, None for a value that names nobody;
    `who(user_id, anonymous_id)` is whom these two name, and raises Refused without an id.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._words: Words | None = None
        self.of = lru_cache(maxsize=50_000)(self._find)
        self.who = lru_cache(maxsize=50_000)(self._named)

    def look(self) -> None:
        """Look whether the list of values that name nobody is still the same: once a post."""
        words = listed.words(self._store)
        if words is not self._words:
            self.of.cache_clear()
            self.who.cache_clear()
            self._words = words

    def _find(self, kind: str, value: str) -> str | None:
        try:
            return identity.identity_id(self._store, kind, value)
        except Invalid:
            return None

    def _named(self, user: Id, anonymous: Id) -> Who:
        user_id, device_id = read_id(user, "userId"), read_id(anonymous, "anonymousId")
        if user_id is None and device_id is None:
            raise Refused(
                "intake.identity",
                "userId",
                Text(
                    "An event needs a userId or an anonymousId.", "事件需要 userId 或 anonymousId。"
                ),
            )
        return Who(
            user_id,
            device_id,
            None if user_id is None else self._find("user", user_id),
            None if device_id is None else self._find("anonymous", device_id),
        )

    def former(self, kind: str, value: str) -> str | None:
        """Return the id that an earlier release gave the value, None when it is that of today."""
        return identity.former_id(self._store, kind, value)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who posts, and what their body says about all of its events. Moments in microseconds."""

    key: WriteKey
    identities: Identities
    currency: str
    event_bytes: int
    received_at: int
    sent_at: int | None = None
    context: Context | None = None
    history: bool = False


def read_id(value: Id, where: str) -> str | None:
    """Return an id as text, None for none; raises Refused for one too long or with a NUL."""
    if value is None:
        return None
    spelled = value.strip(BLANK) if type(value) is str else str(value)
    if len(spelled) <= LONGEST_ID and spelled.isprintable() and wire.CUT not in spelled:
        return spelled or None
    if "\0" in spelled:
        raise Refused(
            "intake.id", where, Text("An id has no NUL character.", "编号不能含空字符（NUL）。")
        )
    if wire.CUT in spelled:
        raise Refused(
            "intake.id",
            where,
            Text("An id has no half character: it was cut.", "编号含有不完整的字符：已被截断。"),
        )
    if len(spelled) > LONGEST_ID:
        raise Refused(
            "intake.id",
            where,
            Text(f"An id has at most {LONGEST_ID} characters.", f"编号最多 {LONGEST_ID} 个字符。"),
        )
    return spelled or None


def read_object(raw: msgspec.Raw, where: str) -> dict[str, Any]:
    """Return an object; nothing and null are an empty one."""
    return read_said(raw, where)[0]


def read_said(raw: msgspec.Raw, where: str) -> tuple[dict[str, Any], str]:
    """Return an object and its text as it came, both without NUL characters.

    Nothing and null are an empty object.
    """
    if not len(raw):
        return {}, ""
    try:
        read = wire.decode_any(raw)
    except wire.UNREADABLE as error:
        raise unreadable(error, _part_of(raw, where)) from error
    if type(read) is not dict:
        if read is None:
            return {}, ""
        raise Refused("intake.object", where, Text("This must be an object.", "此处必须是对象。"))
    text = str(raw, "utf-8")
    if len(text) > 2 * wire.DEEPEST and wire.is_deep(text, read):
        raise unreadable(RecursionError(), where)
    if wire.NUL in text:
        read = wire.without_nul(read)
        text = msgspec.json.encode(read).decode()
    return read, text


def unreadable(error: Exception, where: str) -> Refused:
    """Return the refusal of what the decoder cannot read; `where` holds what it names."""
    why = wire.said(error)
    text = Text(f"Cannot be read: {why.en}.", f"无法读取：{why.zh}。")
    return Refused("intake.unreadable", where, text)


def _part_of(raw: msgspec.Raw, where: str) -> str:
    """Return which part of an object that cannot be read is the one, by trying each."""
    with suppress(*wire.UNREADABLE):
        for name, part in wire.decode_parts(raw).items():
            try:
                wire.decode_any(part)
            except wire.UNREADABLE:
                return f"{where}.{name}"[:LONGEST_ID]
    return where


def word(value: Any) -> str | None:
    """Return a short text; a number as its text; None for anything else."""
    if type(value) is not str:
        if type(value) is not int and type(value) is not float:
            return None
        value = str(value)
    return value.strip().replace("\0", "")[:LONGEST_ID] or None
