"""A sign-in name is taken once in every spelling, and the last administrator stays."""

from __future__ import annotations

from datetime import datetime

import pytest

from regulars.company.rights.model import SHELL, Role
from regulars.company.staff import service
from regulars.kit.errors import Conflict, NotFound
from regulars.store.workspace import Store
from tests.company.cast import hire
from tests.company.staff.test_service import make


def test_a_sign_in_name_is_taken_once_in_every_spelling(store: Store, noon: datetime) -> None:
    hire(store, "Mei", Role.ADMIN, noon)
    with pytest.raises(Conflict):
        hire(store, "ＭＥＩ", Role.AGENT, noon)
    assert service.named(store, " mei ").login == "mei"
    with pytest.raises(NotFound):
        service.named(store, "nobody")


def test_the_last_administrator_stays(store: Store, noon: datetime) -> None:
    mei = hire(store, "mei", Role.ADMIN, noon)
    # Somebody who has no password yet cannot administer.
    service.add(store, SHELL, login="new", name="New", role=Role.ADMIN, now=noon)
    for leave in (
        lambda: service.disable(store, SHELL, mei.id, noon),
        lambda: make(store, mei, Role.MANAGER),
    ):
        with pytest.raises(Conflict, match="last administrator"):
            leave()
    assert service.by_id(store, mei.id) == service.named(store, "mei")
    assert service.by_id(store, mei.id).role is Role.ADMIN
    hire(store, "ana", Role.ADMIN, noon)
    service.disable(store, SHELL, mei.id, noon)
    assert service.by_id(store, mei.id).disabled_at == noon
