"""Rights: the table that people read is the one that holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.company.places.model import Place, Tree
from regulars.company.rights.model import COMPANY_WIDE, RIGHTS, SHELL, Principal, Right, Role
from regulars.kit.errors import NotAllowed
from regulars.kit.text import Text

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "staff.md"


def test_the_guide_tells_what_holds() -> None:
    rows = {
        cells[1].strip(): [cell.strip() == "●" for cell in cells[2:7]]
        for cells in (line.split("|") for line in GUIDE.read_text("utf-8").splitlines())
        if len(cells) == 8 and cells[1].strip() in {right.value for right in Right}
    }
    held = {
        right.value: [
            *(
                right in RIGHTS[role]
                for role in (Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.AGENT)
            ),
            right not in COMPANY_WIDE,
        ]
        for right in Right
    }
    assert rows == held


CALLERS = st.builds(
    Principal,
    kind=st.sampled_from(["staff", "key"]),
    id=st.just("1"),
    name=st.just("Mei"),
    role=st.sampled_from(Role),
    places=st.none() | st.frozensets(st.sampled_from(["sh-01", "bj-01"])),
)


@given(CALLERS, st.sampled_from(Right))
def test_places_only_ever_take_rights_away(caller: Principal, right: Right) -> None:
    free = Principal(caller.kind, caller.id, caller.name, caller.role, None)
    assert free.may(right) or not caller.may(right)
    assert SHELL.may(right)
    if caller.may(right):
        caller.require(right)
    else:
        with pytest.raises(NotAllowed) as refused:
            caller.require(right)
        assert refused.value.details["right"] == right.value


@given(st.sets(st.sampled_from("abcd")), st.sets(st.sampled_from("abcd")))
def test_more_chosen_places_never_show_less(some: set[str], more: set[str]) -> None:
    names = Text("x", "x")
    tree = Tree([Place("a", names), Place("b", names, parent="a"), Place("c", names, parent="b")])
    assert tree.within(some) | tree.within(more) == tree.within(some | more)
    assert some <= tree.within(some)
