"""The tree: what it refuses, and what lies below what."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.company.places.model import MAX_DEPTH, Kind, Place, Tree
from regulars.kit.errors import Invalid
from regulars.kit.text import Text


def place(place_id: str, parent: str | None = None, **more: object) -> Place:
    """A place named by its id."""
    return Place(place_id, Text(place_id, place_id), Kind.STORE, parent, **more)  # type: ignore[arg-type]


CHINA = Tree([place("china"), place("east", "china"), place("sh-01", "east"), place("web")])


def test_a_region_holds_its_stores() -> None:
    assert CHINA.within({"china"}) == {"china", "east", "sh-01"}
    assert CHINA.within({"east", "web"}) == {"east", "sh-01", "web"}
    assert CHINA.within(set()) == frozenset()


def test_a_chosen_id_that_the_tree_does_not_know_stands_for_itself() -> None:
    assert CHINA.within({"closed-in-1999"}) == {"closed-in-1999"}


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([place("a", "b")], "does not exist"),
        ([place("a"), place("a")], "twice"),
        ([place("a", "b"), place("b", "a")], "below itself"),
        ([place("a", "a")], "below itself"),
        ([place("")], "id"),
        ([place("x" * 65)], "id"),
        ([Place("a", Text(" ", ""))], "name"),
        ([place("a", opened_on=date(2026, 1, 2), closed_on=date(2026, 1, 2))], "before it opens"),
    ],
)
def test_a_broken_tree_is_refused(places: list[Place], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        Tree(places)


def test_a_tree_may_be_as_deep_as_stated_and_no_deeper() -> None:
    chain = [place("0"), *(place(str(n), str(n - 1)) for n in range(1, MAX_DEPTH))]
    assert len(Tree(chain)) == MAX_DEPTH
    with pytest.raises(Invalid, match="deeper"):
        Tree([*chain, place("one-more", str(MAX_DEPTH - 1))])


def test_a_store_is_open_from_its_first_day_until_before_its_last() -> None:
    shop = place("sh-01", opened_on=date(2026, 1, 1), closed_on=date(2026, 12, 31))
    assert [shop.is_open(date(2025, 12, 31)), shop.is_open(date(2026, 1, 1))] == [False, True]
    assert [shop.is_open(date(2026, 12, 30)), shop.is_open(date(2026, 12, 31))] == [True, False]


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A tree of up to twelve places, each below an earlier one or at the top."""
    count = draw(st.integers(0, 12))
    parents = [draw(st.none() | st.integers(0, n - 1)) if n else None for n in range(count)]
    return Tree(
        place(f"p{n}", None if parent is None else f"p{parent}") for n, parent in enumerate(parents)
    )


@given(trees(), st.data())
def test_what_lies_within_is_exactly_what_has_a_chosen_place_above_it(
    tree: Tree, data: st.DataObject
) -> None:
    ids = [one.id for one in tree]
    chosen = data.draw(st.sets(st.sampled_from(ids)) if ids else st.just(set()))
    expected = {
        one.id
        for one in tree
        if one.id in chosen or any(above.id in chosen for above in tree.above(one.id))
    }
    assert tree.within(chosen) == expected
    assert tree.within(tree.within(chosen)) == expected


@given(trees())
def test_a_walk_meets_every_place_once_and_parents_first(tree: Tree) -> None:
    walked = list(tree.walk())
    assert sorted(one.id for _depth, one in walked) == sorted(one.id for one in tree)
    met: set[str] = set()
    for depth, one in walked:
        assert depth == len(list(tree.above(one.id)))
        assert one.parent is None or one.parent in met
        met.add(one.id)


@given(trees(), st.data())
def test_moving_below_itself_is_refused_and_any_other_move_is_not(
    tree: Tree, data: st.DataObject
) -> None:
    if not len(tree):
        return
    ids = [one.id for one in tree]
    moved, target = data.draw(st.sampled_from(ids)), data.draw(st.sampled_from(ids))
    others = [one for one in tree if one.id != moved]
    if target in tree.within({moved}):
        with pytest.raises(Invalid):
            Tree([*others, place(moved, target)])
    else:
        after = Tree([*others, place(moved, target)])
        assert after.within({moved}) == tree.within({moved})
        assert tree.within({moved}) <= after.within({target})
