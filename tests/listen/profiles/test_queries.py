"""People are searched by part of a name; a value that many hold names nobody."""

from __future__ import annotations

from regulars.listen.profiles import service
from regulars.timeline.workspace import Workspace
from tests.listen.profiles.test_service import LEI, MEI, TOM, held, keep


def test_search_by_part_of_a_name(any_ws: Workspace) -> None:
    ws = any_ws
    keep(
        ws,
        held(LEI, "name", "shop", "Li Lei"),
        held(MEI, "name", "shop", "Olivia Lei"),
        held(TOM, "name", "shop", "100%_sure"),
    )
    assert [one[-1] for one in service.named_like(ws, "LI")] == [LEI, MEI]
    (first,) = service.named_like(ws, "LI", 1)
    assert service.named_like(ws, "LI", after=first) == [(2, "olivialei", MEI)]
    assert service.named_like(ws, "LI", among=[MEI]) == [(2, "olivialei", MEI)]
    assert service.named_like(ws, "%") == []
    assert [one[-1] for one in service.named_like(ws, "100")] == [TOM]
    assert service.holding(ws, "name", "lilei") == [LEI]


def test_a_value_that_many_hold_is_a_placeholder(ws: Workspace) -> None:
    keep(ws, *(held(f"{n:032x}", "phone", "shop", "13800138000") for n in range(6)))
    keep(ws, held(LEI, "phone", "shop", "13900139000"), held(MEI, "phone", "desk", "139 0013 9000"))
    assert service.shared(ws, "phone") == [[LEI, MEI]]
