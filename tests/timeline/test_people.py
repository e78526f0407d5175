"""A person is the fold of links and their undoings; no order of arrival matters."""

from __future__ import annotations

import random
import threading

import pyarrow as pa
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.timeline import erasure, inbox, linking, people, remembered
from regulars.timeline.flush import flush
from regulars.timeline.folding import fold
from regulars.timeline.tables import links
from regulars.timeline.workspace import Workspace
from tests import sizes
from tests.timeline.cast import ANN, BO, CHEN, NOON, visits


def link(workspace: Workspace, left: str, right: str, link_id: str) -> None:
    with workspace.database.transaction() as connection:
        linking.link(
            workspace, connection, left, right, link_id=link_id, kind="user", source="t", at=NOON
        )


def unlink(workspace: Workspace, link_id: str) -> None:
    with workspace.database.transaction() as connection:
        linking.unlink(workspace, connection, link_id, at=NOON)


def persons(workspace: Workspace) -> dict[str, str]:
    def build(view):  # type: ignore[no-untyped-def]
        events = view.with_person()
        return events.select("identity_id", "person_id").distinct()

    rows = workspace.query(build).to_pylist()
    return {row["identity_id"]: row["person_id"] for row in rows}


def test_an_undoing_that_commits_late_is_folded_too(any_ws: Workspace) -> None:
    """A link that begins after it ends after it, so no fold of the link alone is taken for both."""
    for who in (ANN, BO):
        inbox.accept(any_ws, visits(who, 1), now=NOON)
    link(any_ws, ANN, BO, "1")
    newer = threading.Thread(target=link, args=(any_ws, ANN, CHEN, "2"))
    with any_ws.database.transaction() as connection:
        linking.unlink(any_ws, connection, "1", at=NOON)
        newer.start()
        newer.join(0.5)
        assert persons(any_ws) == {ANN: ANN, BO: ANN}
    newer.join()
    assert persons(any_ws) == {ANN: ANN, BO: BO}


def test_without_links_everyone_is_their_own_person(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    inbox.accept(any_ws, visits(BO, 1), now=NOON)
    assert persons(any_ws) == {ANN: ANN, BO: BO}


def test_links_join_and_undoing_parts_exactly(any_ws: Workspace) -> None:
    for who in (ANN, BO, CHEN):
        inbox.accept(any_ws, visits(who, 1), now=NOON)
    flush(any_ws)
    link(any_ws, CHEN, BO, "one")
    link(any_ws, BO, ANN, "two")
    assert persons(any_ws) == {ANN: ANN, BO: ANN, CHEN: ANN}
    assert people.identities_of(any_ws, CHEN) == [ANN, BO, CHEN]
    unlink(any_ws, "two")
    assert persons(any_ws) == {ANN: ANN, BO: BO, CHEN: BO}
    assert people.person_of(any_ws, CHEN) == BO
    unlink(any_ws, "one")
    assert persons(any_ws) == {ANN: ANN, BO: BO, CHEN: CHEN}


def test_an_undoing_may_arrive_before_its_link(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    unlink(any_ws, "one")
    link(any_ws, ANN, BO, "one")
    assert persons(any_ws) == {ANN: ANN}
    link(any_ws, ANN, BO, "again")
    assert people.identities_of(any_ws, ANN) == [ANN, BO]


names = st.sampled_from([letter * 32 for letter in "abcdefgh"])
facts = st.lists(
    st.tuples(st.integers(0, 12), names, names, st.booleans()), min_size=1, max_size=14
)


@settings(
    max_examples=sizes.of(10, 25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(facts, st.randoms())
def test_any_order_of_arrival_gives_one_state(
    ws: Workspace, told: list[tuple[int, str, str, bool]], shuffle: random.Random
) -> None:
    """Each link id names one pair; some are undone. Every order folds to the same people."""
    pairs = {number: (left, right) for number, left, right, _undone in told}
    arrivals = [("link", number) for number in pairs]
    arrivals += [("undo", number) for number, _l, _r, undone in told if undone]
    states = []
    for _order in range(3):
        shuffle.shuffle(arrivals)
        _forget_links(ws)
        for what, number in arrivals:
            if what == "link":
                link(ws, *pairs[number], str(number))
            else:
                unlink(ws, str(number))
        states.append(_anew(ws))
    assert states[0] == states[1] == states[2]


@settings(
    max_examples=sizes.of(10, 25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(facts, st.tuples(names, names))
def test_undoing_a_merge_gives_the_first_state_back(
    ws: Workspace, told: list[tuple[int, str, str, bool]], merged: tuple[str, str]
) -> None:
    _forget_links(ws)
    for number, left, right, _undone in told:
        link(ws, left, right, str(number))
    before = _persons_of(ws)
    link(ws, *merged, "merge")
    unlink(ws, "merge")
    assert _persons_of(ws) == before


@settings(
    max_examples=sizes.of(15, 40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(facts, facts)
def test_a_fold_mended_is_the_fold_made_anew(
    ws: Workspace, told: list[tuple[int, str, str, bool]], more: list[tuple[int, str, str, bool]]
) -> None:
    _forget_links(ws)
    for which, some in (("first", told), ("then", more)):
        for number, left, right, undone in some:
            link(ws, left, right, f"{which}-{number}")
            if undone:
                unlink(ws, f"{which}-{number}")
        with ws.database.reading() as connection:
            found = people.folded(ws, connection).people
        assert _as_dict(found) == _anew(ws)


def test_a_link_made_after_an_erasure_is_seen_whoever_was_erased(ws: Workspace) -> None:
    """The newest link goes and another comes: as many links as before."""
    link(ws, ANN, BO, "1")
    link(ws, BO, CHEN, "2")
    with ws.database.reading() as connection:
        assert people.folded(ws, connection).people.num_rows == 3
    erasure.erase(ws, [CHEN], by="dana", now=NOON)
    link(ws, ANN, "d" * 32, "3")
    with ws.database.reading() as connection:
        found = _as_dict(people.folded(ws, connection).people)
    assert found == dict.fromkeys((ANN, BO, "d" * 32), min(ANN, BO, "d" * 32))


def _as_dict(found: pa.Table) -> dict[str, str]:
    assert found.num_rows == len(set(found.column("identity_id").to_pylist()))
    return dict(zip(*(column.to_pylist() for column in found.columns), strict=True))


def _anew(ws: Workspace) -> dict[str, str]:
    with ws.database.reading() as connection:
        return _as_dict(fold(remembered.everything(connection)).people)


def _persons_of(ws: Workspace) -> dict[str, str]:
    """Return who of the cast is whose, alone or linked."""
    return {
        one: people.person_of(ws, one) for one in sorted({letter * 32 for letter in "abcdefgh"})
    }


def _forget_links(ws: Workspace) -> None:
    """Take all links away, as no user can; what the process knows of them too."""
    with ws.database.transaction() as connection:
        connection.execute(sa.delete(links))
    people._kept.pop(ws, None)


def test_nobody_is_linked_with_whom_was_erased(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    inbox.accept(any_ws, visits(BO, 1), now=NOON)
    erasure.erase(any_ws, [ANN], by="dana", now=NOON)
    link(any_ws, ANN, BO, "1")
    told = {"kind": "email", "source": "t", "at": NOON}
    many = [
        {"left": BO, "right": ANN, "link_id": "2", **told},
        {"left": BO, "right": CHEN, "link_id": "3", **told},
    ]
    with any_ws.database.transaction() as connection:
        linking.link_many(any_ws, connection, many)
    assert people.identities_of(any_ws, BO) == [BO, CHEN]
    assert persons(any_ws) == {BO: BO}
