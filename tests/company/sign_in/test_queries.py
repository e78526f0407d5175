"""Only the hash of a token is kept, and nothing of what was typed."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.sign_in import service
from regulars.company.sign_in.tables import sessions
from regulars.company.staff.model import Staff
from regulars.kit.errors import NotSignedIn
from regulars.store.workspace import Store
from tests.company.sign_in.test_service import enter


def test_only_the_hash_of_a_token_is_kept(store: Store, mei: Staff, noon: datetime) -> None:
    token = enter(store, noon)
    with store.database.reading() as connection:
        row = connection.execute(sa.select(sessions)).one()
    assert token not in str(tuple(row))
    assert service.session_of(store, row.token_hash, noon) is None


def test_a_refused_attempt_is_on_record_without_what_was_typed(
    store: Store, mei: Staff, noon: datetime
) -> None:
    with pytest.raises(NotSignedIn):
        enter(store, noon, "my secret by mistake", "x")
    refused = audit.find(store, Search(action="session.refused"))
    assert [entry.subject for entry in refused] == ["?"]
    assert not audit.find(store, Search(words="mistake"))
