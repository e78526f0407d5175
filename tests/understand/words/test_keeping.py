"""Nothing remains of who is erased."""

from __future__ import annotations

from pathlib import Path

from tests.understand.words.made import NOW, forty, tell, wrote
from tests.understand.words.test_counting import told

from regulars.company.rights.model import SHELL
from regulars.timeline import erasure
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventScope
from regulars.understand.words import keeping, service
from regulars.understand.words.model import Mood, TextKind
from regulars.understand.words.searching import Sought

ALL = EventScope()


def test_nothing_remains_of_who_is_erased(any_ws: Workspace) -> None:
    rows = [*forty(), wrote("Marker Mia", "xylophonewords 木琴词语 on hold", 3)]
    tell(any_ws, rows)
    mine = rows[-1]["event_id"]
    service.correct(any_ws, mine, Mood.NEGATIVE, [TextKind.WAIT], None,
                    scope=None, by=SHELL, now=NOW)  # fmt: skip
    erasure.erase(any_ws, ["Marker Mia"], by="test", now=NOW)
    assert service.search(any_ws, Sought("xylophonewords"), ALL).total == 0
    assert service.corrections(any_ws) == []
    assert "Marker Mia" not in keeping.load(any_ws).column("identity_id").to_pylist()
    assert told(any_ws).people == 40
    if any_ws.database.file is not None:
        for file in Path(any_ws.folder).rglob("*"):
            if file.is_file():
                assert b"xylophonewords" not in file.read_bytes(), file
