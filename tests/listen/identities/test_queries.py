"""People who share an address are proposed until staff part them."""

from __future__ import annotations

from regulars.listen.identities import service
from regulars.timeline.workspace import Workspace
from tests.listen.identities.test_service import ANA, LEI, MEI, NOW, TOM, hold, seen


def test_people_who_share_an_address_are_proposed_until_staff_part_them(ws: Workspace) -> None:
    seen(ws, LEI, MEI, TOM)
    hold(ws, LEI, "email", "home@example.cn")
    hold(ws, MEI, "email", "HOME@example.cn")
    hold(ws, TOM, "phone", "13800138000")
    (pair,) = service.candidates(ws)
    assert (pair.left_person, pair.right_person, pair.attribute) == (LEI, MEI, "email")
    link = service.merge(ws, ANA, LEI, MEI, reason="same address", now=NOW)
    assert service.candidates(ws) == []
    service.unmerge(ws, ANA, link, reason="married couple", now=NOW)
    assert service.candidates(ws) == []
