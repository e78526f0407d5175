"""Attributes that few answered are named and left out; who is left may be said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.understand.drivers.test_service import NOW, asked, guests, said, tell
from tests.understand.metrics.shop import bring, shown

from regulars.kit.errors import Invalid
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import reading
from regulars.understand.drivers.model import DriverParameters, Missing
from regulars.understand.scope.model import EventScope


def test_the_page_can_say_who_is_left(ws: Workspace) -> None:
    tell(ws, guests())
    every, complete = asked(ws).left, asked(ws, missing=Missing.COMPLETE).left
    assert (every.with_outcome, every.taking_part, every.complete) == (300, 300, 200)
    assert (complete.taking_part, complete.analysed) == (200, 200)


def test_an_attribute_with_few_answers_is_named_and_left_out(ws: Workspace) -> None:
    tell(ws, guests() + [said(who, "lift", 3 + who % 3) for who in range(60)])
    (lift,) = asked(ws).left_out
    assert (lift.touchpoint, lift.n, lift.why.en) == ("lift", 60, "fewer than 100 people")


HEADS = "name,occurred_at,user_id,touchpoint,metric,score,scale_min,scale_max,survey_kind"
ROOMS = [f"room {number:02d}" for number in range(1, 17)]


def hotel() -> str:
    """120 guests rate 16 rooms and the zoo, each all of them; their NPS follows the zoo alone."""
    rng, rows = np.random.default_rng(3), [HEADS]
    for guest in range(120):
        zoo = int(rng.integers(1, 6))
        said = f"Survey Answered,2026-03-02 09:00,g{guest}"
        rows.append(f"{said},relation,nps,{2 * zoo},0,10,relationship")
        for point, score in (("zoo", zoo), *((room, rng.integers(1, 6)) for room in ROOMS)):
            rows.append(f"{said},{point},csat,{score},1,5,transactional")
    return "\n".join(rows)


def test_who_has_no_room_is_told_why_and_can_be_chosen(ws: Workspace, tmp_path: Path) -> None:
    """17 items of 120 answers each: one has no room. It is the zoo, which explains everything.

    NPS is twice the zoo's score, so their correlation is 1; chosen with two rooms it has the whole
    importance but for what the rooms have by chance.
    """
    bring(ws, tmp_path, "events.csv", "events", hotel())
    source = reading.source_of(ws, DriverParameters("nps"), EventScope())
    source = replace(source, basis=reading.bases(ws, source, NOW)[0])
    found = reading.candidates(ws, source, NOW)
    assert [item.touchpoint for item in found.items] == ROOMS
    (zoo,) = reading.with_correlations(ws, source, found, NOW)
    assert (zoo.key, zoo.n, round(zoo.correlation or 0, 6)) == ("zoo", 120, 1)
    assert zoo.why.en.startswith("17 items have enough answers, 16 at most are shared out.")
    options = [part for item in ("zoo", "room 01", "room 02") for part in ("--item", item)]
    told = shown(ws, "drivers", "nps", "--period", "all", *options)
    first = told["drivers"][0]
    assert (first["touchpoint"], first["rank"], len(told["drivers"])) == ("zoo", 1, 3)
    assert first["importance"]["value"] > 0.9
    assert {one["why"]["en"] for one in told["left_out"]} == {"not chosen"}
    assert len(told["left_out"]) == 14


def test_equally_answered_items_stand_as_in_the_catalog(ws: Workspace) -> None:
    """The order is in the catalog; what the catalog does not know stands behind it."""
    rows = [said(who, point, 3 + who % 3) for who in range(120) for point in ("unlisted", "order")]
    tell(ws, rows + [said(who, "relation", who % 11, "nps") for who in range(120)])
    source = reading.source_of(ws, DriverParameters("nps"), EventScope())
    found = reading.candidates(ws, source, NOW)
    assert [item.touchpoint for item in found.items] == ["order", "unlisted"]


def test_a_chosen_item_that_nobody_answered_about_is_refused_with_near_ones(ws: Workspace) -> None:
    tell(ws, guests())
    with pytest.raises(Invalid) as refused:
        asked(ws, items=("tills",))
    assert refused.value.details["near"] == ["till"]
