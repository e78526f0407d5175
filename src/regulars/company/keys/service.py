"""Make, check, list and revoke keys."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from regulars.company.audit import service as audit
from regulars.company.keys import queries
from regulars.company.keys.model import ACTOR_NAMES, PREFIX, ApiKey, KeyRow, Kind, WriteKey
from regulars.company.places import service as tree
from regulars.company.rights.model import Principal, Role
from regulars.kit import clock
from regulars.kit.errors import Invalid, NotFound, NotSignedIn
from regulars.kit.text import Text
from regulars.store.workspace import Store

KEEP = timedelta(seconds=5)
"""How long a checked key is trusted without asking again; a revoked one stops within this."""
BATCH = timedelta(seconds=60)
"""How often uses are written down."""


class _Memory:
    """What one process remembers of a store's keys."""

    def __init__(self, now: datetime) -> None:
        self.lock = threading.Lock()
        self.checked: dict[str, tuple[datetime, KeyRow]] = {}
        self.used: dict[str, datetime] = {}
        self.written_at = now


_memory: WeakKeyDictionary[Store, _Memory] = WeakKeyDictionary()


def check_write_key(store: Store, secret: str, now: datetime | None = None) -> WriteKey:
    """Return what the write key allows; raises NotSignedIn for an unknown or revoked one."""
    grants = _check(store, "write", secret, now or clock.now()).grants
    assert isinstance(grants, WriteKey)
    return grants


def check_api_key(store: Store, secret: str, now: datetime | None = None) -> ApiKey:
    """Return what the API key allows; raises NotSignedIn for an unknown or revoked one."""
    grants = _check(store, "api", secret, now or clock.now()).grants
    assert isinstance(grants, ApiKey)
    return grants


def add_write_key(
    store: Store,
    caller: Principal,
    *,
    name: str,
    source: str,
    actors: Iterable[str] = ("customer",),
    now: datetime,
) -> tuple[KeyRow, str]:
    """Make a write key; return it and its secret, which cannot be had again.

    Raises Invalid for an empty name or source, or an unknown actor.
    """
    allowed = frozenset(actors)
    if not allowed or not allowed <= ACTOR_NAMES.keys():
        raise Invalid(
            "keys.actors",
            Text(
                f"A write key's actors are some of {', '.join(ACTOR_NAMES)}.",
                f"写入密钥的行为者只能是 {'、'.join(ACTOR_NAMES)}。",
            ),
        )
    if not source.strip() or len(source) > 100:
        raise Invalid(
            "keys.source",
            Text(
                "Name the system that sends, such as shop-web.", "请填写来源系统，例如 shop-web。"
            ),
        )
    grants = WriteKey(secrets.token_hex(8), _named(name), source.strip(), allowed)
    return _add(store, caller, "write", grants, now)


def add_api_key(
    store: Store,
    caller: Principal,
    *,
    name: str,
    role: Role,
    places: Iterable[str] | None = None,
    now: datetime,
) -> tuple[KeyRow, str]:
    """Make an API key; return it and its secret, which cannot be had again.

    `places` None means everywhere. Raises Invalid for an empty name or an unknown place.
    """
    chosen = tree.chosen(store, places)
    return _add(store, caller, "api", ApiKey(secrets.token_hex(8), _named(name), role, chosen), now)


def all_keys(store: Store) -> list[KeyRow]:
    """Return every key, revoked ones last."""
    with store.database.reading() as connection:
        return queries.all_keys(connection)


def revoke(store: Store, caller: Principal, key_id: str, now: datetime) -> None:
    """End a key for good; raises NotFound. A second time changes nothing."""
    with store.database.transaction() as connection:
        key = queries.by_id(connection, key_id)
        if key is None:
            raise NotFound("keys.unknown", Text("There is no such key.", "没有这个密钥。"))
        if key.revoked_at is None:
            queries.revoke(connection, key_id, now)
            audit.record(store, connection, caller, "key.revoked", key.name, key=key_id)
    memory = _memory.get(store)
    if memory is not None:
        with memory.lock:
            memory.checked.clear()


def _named(name: str) -> str:
    if not name.strip() or len(name) > 200:
        raise Invalid(
            "keys.name",
            Text(
                "Give the key a name of at most 200 characters.", "请给密钥起名，最多 200 个字符。"
            ),
        )
    return name.strip()


def _add(
    store: Store, caller: Principal, kind: Kind, grants: WriteKey | ApiKey, now: datetime
) -> tuple[KeyRow, str]:
    secret = PREFIX[kind] + secrets.token_urlsafe(32)
    key = KeyRow(grants.id, kind, grants.name, secret[:8], grants, now, caller.name, None, None)
    with store.database.transaction() as connection:
        queries.insert(connection, key, _hash(secret))
        audit.record(
            store,
            connection,
            caller,
            "key.added",
            key.name,
            key=key.id,
            kind=kind,
            prefix=key.prefix,
        )
    return key, secret


def _hash(secret: str) -> str:
    # The secret has 256 random bits: a plain hash cannot be searched, and a slow one would only
    # slow down every request of a machine.
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(store: Store, kind: Kind, secret: str, now: datetime) -> KeyRow:
    memory = _memory.setdefault(store, _Memory(now))
    hashed = _hash(secret)
    with memory.lock:
        checked_at, key = memory.checked.get(hashed, (now, None))
    if key is None or key.kind != kind or not now - KEEP < checked_at <= now:
        key = _look_up(store, memory, kind, hashed, now)
    _note_use(store, memory, key.id, now)
    return key


def _look_up(store: Store, memory: _Memory, kind: Kind, hashed: str, now: datetime) -> KeyRow:
    with store.database.reading() as connection:
        key = queries.by_hash(connection, kind, hashed)
    with memory.lock:
        if key is None:
            memory.checked.pop(hashed, None)
        else:
            memory.checked[hashed] = (now, key)
    if key is None:
        raise NotSignedIn("keys.invalid", Text("This key is not valid.", "密钥无效。"))
    return key


def _note_use(store: Store, memory: _Memory, key_id: str, now: datetime) -> None:
    with memory.lock:
        first = key_id not in memory.used
        memory.used[key_id] = now
        if not first and now - memory.written_at < BATCH:
            return
        due, memory.written_at = dict(memory.used), now
    with store.database.transaction() as connection:
        queries.note_use(connection, due)
