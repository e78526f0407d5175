"""Slices are apart; the newest is read; old ones thin out."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.understand.findings.test_service import NOON

from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service
from regulars.understand.findings.model import slice_hash


def test_slices_are_apart_and_their_order_does_not_matter(ws: Workspace) -> None:
    here = {"place": "sh-01", "channel": "store"}
    service.store(ws, "n", {"n": 10}, as_of=NOON, now=NOON, about=here)
    same = service.latest(ws, "n", dict, about={"channel": "store", "place": "sh-01"})
    assert same is not None
    assert same.payload == {"n": 10}
    assert service.latest(ws, "n", dict) is None
    assert service.latest(ws, "n", dict, about={"place": "sh-02"}) is None


def test_pruning_thins_out_and_leaves_the_newest_of_each_slice(ws: Workspace) -> None:
    for hours in range(0, 24 * 10, 6):
        moment = NOON - timedelta(hours=hours)
        service.store(ws, "n", {"h": hours}, as_of=moment, now=moment)
    assert service.prune(ws, NOON) == 40 - 8 - 8  # two days whole, then one of each of eight days
    found = service.latest(ws, "n", dict)
    assert found is not None
    assert found.payload == {"h": 0}


@given(st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5)))
def test_absent_and_none_are_the_same_slice(about: dict[str, object]) -> None:
    filled = {name: value for name, value in about.items() if value is not None}
    assert slice_hash(about) == slice_hash(filled)
