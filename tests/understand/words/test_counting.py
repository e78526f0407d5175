"""Feelings and types are counted by customer."""

from __future__ import annotations

from tests.understand.words.made import NOW, forty, tell, wrote

from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventFilter
from regulars.understand.words import service
from regulars.understand.words.model import TopicLine, Words


def told(ws: Workspace) -> Words:
    return service.words(ws, service.WordsParameters(EventFilter("all")), now=NOW)


def line(lines: list[TopicLine], key: str, touchpoint: str = "") -> TopicLine:
    return next(one for one in lines if (one.key, one.touchpoint) == (key, touchpoint))


def test_feelings_and_types_are_counted_by_customer(any_ws: Workspace) -> None:
    tell(any_ws, [*forty(), wrote("caller 01", "I was on hold for an hour again", 9)])
    found = told(any_ws)
    assert (found.texts, found.people, found.unread) == (41, 40, 0)
    assert found.languages == {"zh": 30, "en": 11}
    assert line(found.moods, "positive").share.value == 0.5
    waiting = line(found.kinds, "wait")
    assert (waiting.texts, waiting.people, waiting.share.value) == (11, 10, 0.25)
    assert line(found.kinds, "digital_divide").people == 10
    assert line(found.cells, "wait", "hotline").marked
