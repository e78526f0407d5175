"""Versions of an audience are kept, and its name is its own."""

from __future__ import annotations

import pytest
from tests.understand.audiences.cast import NOW
from tests.understand.audiences.test_service import made

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import service
from regulars.understand.audiences.model import Draft


def test_versions_are_kept_and_names_are_one_s_own(ws: Workspace) -> None:
    one = made(ws)
    again = service.change(ws, SHELL, one.key, Draft("App users", "CHANNEL  = 'app'"), now=NOW)
    assert again == one
    two = service.change(ws, SHELL, one.key, Draft("App", "channel='app' AND spend>5"), now=NOW)
    assert (two.number, two.where) == (2, "channel = 'app' AND spend > 5")
    assert [old.number for old in service.versions(ws, one.key)] == [2, 1]
    assert service.get(ws, "App") == two
    made(ws, name="Another")
    with pytest.raises(Conflict):
        service.change(ws, SHELL, one.key, Draft("Another", "spend > 5"), now=NOW)
    for wrong in (Draft("", "spend > 1"), Draft("x" * 121, "spend > 1"), Draft("x", "1 = 1")):
        with pytest.raises(Invalid):
            service.add(ws, SHELL, wrong, now=NOW)
    service.retire(ws, SHELL, one.key, now=NOW)
    with pytest.raises(NotFound):
        service.get(ws, one.key)
