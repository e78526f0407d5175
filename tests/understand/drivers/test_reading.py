"""Attributes that few answered are named and left out; who is left may be said."""

from __future__ import annotations

from tests.understand.drivers.test_service import asked, guests, said, tell

from regulars.timeline.workspace import Workspace
from regulars.understand.drivers.model import Missing


def test_the_page_can_say_who_is_left(ws: Workspace) -> None:
    tell(ws, guests())
    every, complete = asked(ws).left, asked(ws, missing=Missing.COMPLETE).left
    assert (every.with_outcome, every.taking_part, every.complete) == (300, 300, 200)
    assert (complete.taking_part, complete.analysed) == (200, 200)


def test_an_attribute_with_few_answers_is_named_and_left_out(ws: Workspace) -> None:
    tell(ws, guests() + [said(who, "lift", 3 + who % 3) for who in range(60)])
    (lift,) = asked(ws).left_out
    assert (lift.touchpoint, lift.n, lift.why.en) == ("lift", 60, "fewer than 100 people")
