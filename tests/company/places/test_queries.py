"""Any course of changes keeps every version of the tree as it was."""

from __future__ import annotations

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.company.places import service
from regulars.company.places.model import Kind, Place, Tree
from regulars.company.rights.model import SHELL
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Text
from regulars.store.workspace import Store
from tests import sizes

STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "move", "remove"]), st.integers(0, 4), st.integers(0, 4)),
    max_size=12,
)


@settings(
    max_examples=sizes.of(10, 25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_any_course_of_changes_keeps_every_version_as_it_was(
    store: Store, noon: datetime, steps: list[tuple[str, int, int]]
) -> None:
    start = service.current(store)[0]
    seen: dict[int, Tree] = {start: service.tree(store)}
    for verb, one, other in steps:
        place = Place(f"p{one}", Text(f"P{one}", f"P{one}"), Kind.STORE, None)
        try:
            if verb == "put":
                service.put(store, SHELL, place, now=noon)
            elif verb == "move":
                service.move(store, SHELL, f"p{one}", f"p{other}", now=noon)
            else:
                service.remove(store, SHELL, f"p{one}", now=noon)
        except (Invalid, NotFound):
            continue
        version, tree = service.current(store)
        seen.setdefault(version, tree)
    for version, tree in seen.items():
        assert service.tree_at(store, version) == tree
