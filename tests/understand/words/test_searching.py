"""Search finds every word in both languages, narrowed, paged and marked, within the places."""

from __future__ import annotations

import pytest
from tests.understand.words.made import NOW, forty, tell, wrote
from tests.understand.words.test_keeping import ALL

from regulars.company.rights.model import SHELL
from regulars.kit.errors import NotFound
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventScope
from regulars.understand.words import service
from regulars.understand.words.model import Mood, TextKind
from regulars.understand.words.searching import Sought


def test_search_finds_every_word_in_both_languages(any_ws: Workspace) -> None:
    tell(any_ws, [*forty(), wrote("Zoe", "hold the door, HOLD it for an hour", 5)])
    found = service.search(any_ws, Sought("hold hour"), ALL)
    assert found.total == 11
    assert found.readings[0].text.startswith("hold the door")  # said twice, so it ranks first
    assert service.search(any_ws, Sought("付款 按钮"), ALL).total == 10
    assert service.search(any_ws, Sought('"按钮太小"'), ALL).total == 10
    assert service.search(any_ws, Sought("old"), ALL).total == 0  # a word begins with it, or not
    assert service.search(any_ws, Sought("!!"), ALL).total == 0


def test_search_is_narrowed_paged_and_marked(ws: Workspace) -> None:
    tell(ws, [wrote(f"caller {n:02d}", "on hold for an hour", n) for n in range(25)])
    first = service.search(ws, Sought("hold", TextKind.WAIT, Mood.NEGATIVE), ALL)
    assert (first.total, len(first.readings), first.more) == (25, 20, True)
    second = service.search(ws, Sought("hold", number=2), ALL)
    assert (len(second.readings), second.more) == (5, False)
    assert [piece.words for piece in first.readings[0].pieces if piece.hit] == ["hold"]
    assert service.search(ws, Sought("hold", TextKind.KNOWLEDGE), ALL).total == 0
    newest = service.search(ws, Sought(kind=TextKind.WAIT), ALL).readings[0]
    assert newest.person_id == "caller 24"
    assert {item.words for item in newest.evidence} == {"on hold", "for an hour"}


def test_nobody_finds_what_was_said_elsewhere(ws: Workspace) -> None:
    tell(ws, [wrote("Ann", "slow till", place="north"), wrote("Bo", "slow door", place="south")])
    north = EventScope(scope=frozenset({"north"}))
    assert [one.text for one in service.search(ws, Sought("slow"), north).readings] == ["slow till"]
    assert service.search(ws, Sought(), north).total == 1
    assert service.of_person(ws, "Bo", scope=frozenset({"north"})) == []
    assert service.customers(ws, frozenset({"north"})).column("person_id").to_pylist() == ["Ann"]
    south = next(
        row for row in service.search(ws, Sought(), ALL).readings if row.text == "slow door"
    )
    with pytest.raises(NotFound):
        service.correct(ws, south.event_id, Mood.POSITIVE, [], None,
                        scope=frozenset({"north"}), by=SHELL, now=NOW)  # fmt: skip
