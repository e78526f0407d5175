"""A text is read once; only what customers said is read."""

from __future__ import annotations

from tests.understand.words.made import NOW, forty, tell, wrote
from tests.understand.words.test_counting import told

from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.words import keeping, service


def test_a_text_is_read_once_and_what_is_new_is_read_next(ws: Workspace) -> None:
    tell(ws, forty())
    assert service.analyse(ws, now=NOW) == 0
    tell(ws, [wrote("late comer", "好", 5)], read=False)
    assert told(ws).unread == 1
    flush(ws)
    assert service.analyse(ws, now=NOW) == 1
    assert keeping.load(ws).num_rows == 41


def test_progress_is_told_while_texts_are_read(ws: Workspace) -> None:
    tell(ws, forty(), read=False)
    seen: list[float] = []
    service.analyse(ws, now=NOW, progress=seen.append)
    assert seen[-1] == 1.0


def test_only_the_words_of_customers_are_read(ws: Workspace) -> None:
    tell(ws, [wrote("agent", "sorry to keep you waiting", actor="staff"), wrote("Ann", "  ")])
    assert keeping.load(ws).num_rows == 0
    assert told(ws).texts == 0
