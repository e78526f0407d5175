"""One person's audiences are those whose condition fits."""

from __future__ import annotations

from tests.understand.audiences.cast import NOW, guest, guests, tell
from tests.understand.audiences.test_service import made

from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import service


def test_one_person_s_audiences(ws: Workspace) -> None:
    tell(ws, guests())
    one, two = made(ws), made(ws, "spend >= 500", "Big spenders")
    assert service.of_person(ws, None, guest(60), now=NOW) == []  # no table yet: it does not wait
    service.refresh(ws, now=NOW)
    assert service.of_person(ws, None, guest(60), now=NOW) == [one, two]
    assert service.of_person(ws, None, guest(61), now=NOW) == [two]
    assert service.of_person(ws, None, "nobody", now=NOW) == []
