"""Which merges have a reason, and what cannot be merged or undone says why."""

from __future__ import annotations

import pytest

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import Principal, Role
from regulars.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.listen.identities import service
from regulars.timeline.workspace import Workspace
from tests.listen.identities.test_service import ANA, LEI, MEI, NOW, TOM, seen


def test_a_merge_has_a_reason_and_can_be_undone(any_ws: Workspace) -> None:
    ws = any_ws
    seen(ws, LEI, MEI)
    link = service.merge(ws, ANA, LEI, MEI, reason="same card number", now=NOW)
    found = service.person(ws, MEI)
    assert found.identities == (LEI, MEI) and found.person_id == LEI
    (merged,) = found.links
    assert merged.kind == "merge" and merged.decisions[0].reason == "same card number"
    assert service.unmerge(ws, ANA, link, reason="two sisters", now=NOW) == (LEI, MEI)
    after = service.person(ws, MEI)
    assert after.identities == (MEI,) and not after.links[0].holds
    assert [one.act for one in after.links[0].decisions] == ["merge", "undo"]
    actions = [entry.action for entry in audit.find(ws, Search(), before=None, limit=9)]
    assert actions == ["person.unmerged", "person.merged"]


def test_what_cannot_be_merged_or_undone_says_why(ws: Workspace) -> None:
    seen(ws, LEI, MEI)
    with pytest.raises(Invalid):
        service.merge(ws, ANA, LEI, MEI, reason=" ", now=NOW)
    with pytest.raises(NotFound):
        service.merge(ws, ANA, LEI, TOM, reason="x", now=NOW)
    with pytest.raises(NotFound):
        service.merge(ws, ANA, LEI, "not an id", reason="x", now=NOW)
    with pytest.raises(NotAllowed):
        analyst = Principal("staff", "a", "An", Role.ANALYST)
        service.merge(ws, analyst, LEI, MEI, reason="x", now=NOW)
    link = service.merge(ws, ANA, LEI, MEI, reason="x", now=NOW)
    with pytest.raises(Conflict):
        service.merge(ws, ANA, MEI, LEI, reason="x", now=NOW)
    service.unmerge(ws, ANA, link, reason="x", now=NOW)
    with pytest.raises(Conflict):
        service.unmerge(ws, ANA, link, reason="x", now=NOW)
    with pytest.raises(NotFound):
        service.unmerge(ws, ANA, "never", reason="x", now=NOW)
