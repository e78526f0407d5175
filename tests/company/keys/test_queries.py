"""The secret of a key is nowhere; its last use is written in batches."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.keys import service
from regulars.company.keys.service import BATCH
from regulars.company.keys.tables import keys
from regulars.store.workspace import Store
from tests.company.keys.test_service import shop


def last_used(store: Store) -> datetime | None:
    return service.all_keys(store)[0].last_used_at


def test_the_secret_itself_is_nowhere(store: Store, noon: datetime) -> None:
    key, secret = shop(store, noon)
    with store.database.reading() as connection:
        kept = str(connection.execute(sa.select(keys)).all())
    assert secret not in kept + str(audit.find(store, Search()))
    assert secret.startswith(key.prefix)
    assert len(secret) - len(key.prefix) > 30


def test_the_last_use_is_written_in_batches(store: Store, noon: datetime) -> None:
    _key, secret = shop(store, noon)
    assert last_used(store) is None
    service.check_write_key(store, secret, noon)
    assert last_used(store) == noon
    service.check_write_key(store, secret, noon + BATCH / 2)
    assert last_used(store) == noon
    service.check_write_key(store, secret, noon + BATCH)
    assert last_used(store) == noon + BATCH
