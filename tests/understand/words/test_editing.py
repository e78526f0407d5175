"""What people correct or edit holds at once and can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.understand.words.made import NOW, forty, tell, wrote
from tests.understand.words.test_counting import line, told
from tests.understand.words.test_keeping import ALL

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid
from regulars.timeline.workspace import Workspace
from regulars.understand.words import service
from regulars.understand.words.model import Mood, TextKind
from regulars.understand.words.searching import Sought


def test_a_correction_holds_at_once_and_can_be_taken_back(any_ws: Workspace) -> None:
    tell(any_ws, forty())
    one = service.search(any_ws, Sought(kind=TextKind.WAIT), ALL).readings[0]
    service.correct(any_ws, one.event_id, Mood.NEUTRAL, [TextKind.PROCESS], "order",
                    scope=None, by=SHELL, now=NOW)  # fmt: skip
    (again,) = service.texts(any_ws, [one.event_id], scope=None)
    assert (again.mood, again.kinds, again.meant) == (Mood.NEUTRAL, [TextKind.PROCESS], "order")
    assert again.corrected
    assert line(told(any_ws).kinds, "wait").people == 9
    service.take_back(any_ws, one.event_id, scope=None, by=SHELL)
    (back,) = service.texts(any_ws, [one.event_id], scope=None)
    assert (back.kinds, back.corrected) == ([TextKind.WAIT], False)


def test_a_changed_lexicon_reads_everything_anew_and_can_be_undone(ws: Workspace) -> None:
    tell(ws, [*forty(), wrote("Cem", "the gizmo wobbles", 4)])
    mine = service.current(ws)["en"]
    kinds = {**mine.kinds, TextKind.PROCESS: (*mine.kinds[TextKind.PROCESS], "gizmo*")}
    changed = replace(mine, kinds=kinds, touchpoints={})
    assert service.save(ws, changed, 0, by=SHELL, now=NOW) == 1
    assert service.unread_now(ws) == 41
    assert line(told(ws).kinds, "process").people == 0  # the old readings stand meanwhile
    assert service.analyse(ws, now=NOW) == 41
    assert line(told(ws).kinds, "process").people == 1
    with pytest.raises(Conflict):
        service.save(ws, changed, 0, by=SHELL, now=NOW)
    service.restore(ws, "en", 0, by=SHELL, now=NOW)
    service.analyse(ws, now=NOW)
    assert line(told(ws).kinds, "process").people == 0
    assert [one.number for one in service.history(ws, "en")] == [2, 1, 0]


def test_unknown_touchpoints_are_refused(ws: Workspace) -> None:
    mine = service.current(ws)["zh"]
    wrong = replace(mine, touchpoints={"moon": ("月球",)})
    with pytest.raises(Invalid):
        service.save(ws, wrong, 0, by=SHELL, now=NOW)
