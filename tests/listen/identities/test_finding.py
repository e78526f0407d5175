"""People are found by what is known of them, within the caller's places."""

from __future__ import annotations

import pytest

from regulars.company.rights.model import Principal, Role
from regulars.kit.errors import NotFound
from regulars.listen.identities import finding, service, story
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace
from tests.listen.identities.test_service import NOW, hold, seen


def test_people_are_found_by_id_address_number_and_name(ws: Workspace) -> None:
    user = identity_id(ws, "user", "lei-7")
    seen(ws, user)
    hold(ws, user, "email", "lei@example.cn")
    hold(ws, user, "phone", "+86 138 0013 8000")
    hold(ws, user, "name", "Li Lei")
    for words in ("lei-7", "LEI@example.cn", "13800138000", "li l", user):
        assert [one.person_id for one in finding.find(ws, words)] == [user], words
    for words in ("nobody", "x@example.cn", "999999", "", "f" * 32):
        assert finding.find(ws, words) == []


def test_a_manager_of_one_store_finds_only_who_was_there(ws: Workspace) -> None:
    here, there = identity_id(ws, "user", "li-1"), identity_id(ws, "user", "li-2")
    seen(ws, here, place="store-1")
    seen(ws, there, place="store-2")
    hold(ws, here, "name", "Li One")
    hold(ws, there, "name", "Li Two")
    mine = frozenset({"store-1"})
    assert [one.person_id for one in finding.find(ws, "li", scope=mine)] == [here]
    manager = Principal("staff", "m", "Mo", Role.MANAGER, mine)
    with pytest.raises(NotFound):
        story.story(ws, there, scope=mine)
    with pytest.raises(NotFound):
        service.merge(ws, manager, here, there, reason="x", now=NOW)
    with pytest.raises(NotFound):
        story.export(ws, manager, there, now=NOW)
    assert len(story.story(ws, here, scope=mine).entries) == 1
