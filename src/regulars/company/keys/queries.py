"""SQL of keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regulars.company.keys.model import ApiKey, KeyRow, Kind, WriteKey
from regulars.company.keys.tables import keys
from regulars.company.rights.model import Role


def by_hash(connection: sa.Connection, kind: Kind, secret_hash: str) -> KeyRow | None:
    """Return the key of that kind with that hash, unless it is revoked."""
    live = (keys.c.kind == kind) & (keys.c.secret_hash == secret_hash) & keys.c.revoked_at.is_(None)
    row = connection.execute(sa.select(keys).where(live)).first()
    return _key(row) if row else None


def by_id(connection: sa.Connection, key_id: str) -> KeyRow | None:
    """Return the key with that id."""
    row = connection.execute(sa.select(keys).where(keys.c.id == key_id)).first()
    return _key(row) if row else None


def all_keys(connection: sa.Connection) -> list[KeyRow]:
    """Return every key, the newest first, revoked ones last."""
    order = (keys.c.revoked_at.is_not(None), keys.c.created_at.desc(), keys.c.id)
    return [_key(row) for row in connection.execute(sa.select(keys).order_by(*order))]


def insert(connection: sa.Connection, key: KeyRow, secret_hash: str) -> None:
    """Add a key."""
    grants = key.grants
    chosen = grants.chosen if isinstance(grants, ApiKey) else None
    connection.execute(
        keys.insert().values(
            id=key.id,
            kind=key.kind,
            name=key.name,
            prefix=key.prefix,
            secret_hash=secret_hash,
            source=grants.source if isinstance(grants, WriteKey) else None,
            actors=",".join(sorted(grants.actors)) if isinstance(grants, WriteKey) else None,
            role=grants.role.value if isinstance(grants, ApiKey) else None,
            everywhere=chosen is None,
            places=json.dumps(sorted(chosen or ())),
            created_at=key.created_at,
            created_by=key.created_by,
        )
    )


def revoke(connection: sa.Connection, key_id: str, at: datetime) -> None:
    """End a key."""
    connection.execute(keys.update().where(keys.c.id == key_id).values(revoked_at=at))


def note_use(connection: sa.Connection, used: Mapping[str, datetime]) -> None:
    """Write down when each key was last used."""
    change = (
        keys.update()
        .where(keys.c.id == sa.bindparam("key"))
        .values(last_used_at=sa.bindparam("at"))
    )
    connection.execute(change, [{"key": key, "at": at} for key, at in sorted(used.items())])


def _key(row: sa.Row[Any]) -> KeyRow:
    grants: WriteKey | ApiKey
    if row.kind == "write":
        grants = WriteKey(row.id, row.name, row.source, frozenset(row.actors.split(",")))
    else:
        chosen = None if row.everywhere else frozenset(json.loads(row.places))
        grants = ApiKey(row.id, row.name, Role(row.role), chosen)
    return KeyRow(
        id=row.id,
        kind=row.kind,
        name=row.name,
        prefix=row.prefix,
        grants=grants,
        created_at=row.created_at,
        created_by=row.created_by,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
