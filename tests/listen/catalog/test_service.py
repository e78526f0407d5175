"""The catalog in a workspace: versions, and events placed by its rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.listen.catalog import service
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_without_a_version_the_shop_is_in_force(ws: Workspace) -> None:
    assert service.current(ws) == service.default("shop")
    assert service.current(ws).version == 0
    assert service.versions(ws) == []


def test_every_change_is_a_version_that_can_be_restored(ws: Workspace) -> None:
    service.save(ws, service.default_document("service"), SHELL, reason="a bank", now=NOW)
    cart = service.default("shop").touchpoint("cart")
    assert cart is not None
    service.save(ws, service.default_document("shop"), SHELL, reason="a shop again", now=NOW)
    service.remove_touchpoint(ws, "cart", SHELL, reason="no carts here", now=NOW, based_on=2)
    assert service.current(ws).touchpoint("cart") is None
    restored = service.restore(ws, 1, SHELL, now=NOW)
    assert restored == service.default("service")
    assert [(v.number, v.reason) for v in service.versions(ws)] == [
        (4, "restored version 1"),
        (3, "no carts here"),
        (2, "a shop again"),
        (1, "a bank"),
    ]


def test_who_saves_over_a_newer_version_is_told(ws: Workspace) -> None:
    document = service.default_document("shop")
    service.save(ws, document, SHELL, reason="Wang's change", now=NOW, based_on=0)
    with pytest.raises(Conflict):
        service.save(ws, document, SHELL, reason="Li's change", now=NOW, based_on=0)


def test_a_wrong_document_changes_nothing(ws: Workspace) -> None:
    with pytest.raises(Invalid):
        service.save(ws, "title = 1", SHELL, reason="slip", now=NOW)
    with pytest.raises(Invalid):
        service.save(ws, service.default_document("shop"), SHELL, reason=" ", now=NOW)
    with pytest.raises(NotFound):
        service.restore(ws, 7, SHELL, now=NOW)
    assert service.current(ws).version == 0
