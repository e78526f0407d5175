"""A radar against another period, channel, place or target; alike ones seldom differ."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from tests.understand.radar.test_service import NOON, NOW, Row, guests, radar, said, tell

from regulars.company.places import service as places
from regulars.company.places.model import Place
from regulars.company.rights.model import SHELL
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.radar import comparing, service
from regulars.understand.radar.model import (
    RADAR,
    Measure,
    Radar,
    Scored,
    together,
)
from regulars.understand.scope.model import EventFilter

MINE = """
[[dimension]]
key = "ease"
title = { en = "Ease", zh = "便捷" }
ask = { en = "Was it easy?", zh = "容易吗？" }
questions = ["ease"]
target = 60
"""


def test_against_the_period_before(ws: Workspace) -> None:
    """A month ago they said 2 and 3; now 4 and 5."""
    before = NOON - timedelta(days=30)
    tell(ws, guests() + [said(who, "ease", 2 + who % 2, at=before) for who in range(100)])
    look = EventFilter(start="2026-10-01", end="2026-11-01")
    found = service.answered(ws, look, now=NOW).payload
    ease = service.against(ws, found, look, "previous", now=NOW)["ease"]
    assert (ease.value, ease.gap, ease.verdict) == (37.5, 50.0, "higher")


def test_against_another_channel(ws: Workspace) -> None:
    web = [{**row, "channel": "web"} for row in guests(100)]
    phone = [said(who, "ease", 3, channel="phone") for who in range(200, 300)]
    tell(ws, web + phone)
    look = EventFilter("all", channel="phone")
    found = service.answered(ws, look, now=NOW).payload
    assert service.against(ws, found, look, "channel:web", now=NOW)["ease"].verdict == "lower"


def lifted() -> list[Row]:
    """By app 87.5 points as everywhere; by phone 70 % say 5: 92.5 points. All: 90."""
    app = guests(100, channel="app", place="north")
    phone = [
        said(who, "ease", 5 if who % 10 < 7 else 4, channel="phone", place="south")
        for who in range(200, 300)
    ]
    return app + phone


@pytest.mark.parametrize("against", ["channel:app", "place:north"])
def test_a_part_is_tested_against_the_rest(ws: Workspace, against: str) -> None:
    """5 points between app and phone are sure; the 2.5 between app and all are the same fact."""
    tell(ws, lifted())
    ease = service.against(ws, radar(ws), EventFilter("all"), against, now=NOW)["ease"]
    assert (ease.value, ease.verdict) == (87.5, "higher")
    assert ease.gap == pytest.approx(2.5)
    turned = EventFilter("all", channel="phone")
    found = service.answered(ws, turned, now=NOW).payload
    apart = service.against(ws, found, turned, "channel:app", now=NOW)["ease"]
    assert ease.q == pytest.approx(apart.q, rel=0.3)


def test_a_part_that_is_all_there_is_differs_in_nothing(ws: Workspace) -> None:
    tell(ws, guests(100, channel="app"))
    ease = service.against(ws, radar(ws), EventFilter("all"), "channel:app", now=NOW)["ease"]
    assert (ease.gap, ease.q, ease.verdict) == (0, None, None)


def test_a_place_inside_the_place_is_tested_against_the_rest_of_it(ws: Workspace) -> None:
    places.put(ws, SHELL, Place("west", Text("West", "西")), now=NOW)
    for store in ("north", "south"):
        places.put(ws, SHELL, Place(store, Text(store, store), parent="west"), now=NOW)
    tell(ws, lifted())
    look = EventFilter("all", place="west")
    found = service.answered(ws, look, now=NOW).payload
    assert service.against(ws, found, look, "place:north", now=NOW)["ease"].verdict == "higher"
    inside = EventFilter("all", place="north")
    found = service.answered(ws, inside, now=NOW).payload
    assert service.against(ws, found, inside, "place:west", now=NOW)["ease"].verdict == "lower"


def test_against_a_target_only_the_whole_interval_counts(ws: Workspace) -> None:
    tell(ws, guests())
    service.save(ws, MINE, SHELL, reason="ours", based_on=0, now=NOW)
    found = radar(ws)
    (ease,) = service.against(ws, found, EventFilter("all"), "target", now=NOW).values()
    assert (ease.value, ease.verdict, ease.gap) == (60, "higher", 27.5)


def test_two_radars_alike_seldom_differ() -> None:
    """Ten dimensions, two samples of the same company: at most 5 % of pairs show a difference."""
    rng = np.random.default_rng(2)
    alarms = 0
    for _company in range(400):
        two = []
        for _sample in range(2):
            values = rng.normal(60, 4, 10)
            two.append(Radar(0, [Scored(str(j), RADAR, 100, v, v - 7.84, v + 7.84)
                                 for j, v in enumerate(map(float, values))]))  # fmt: skip
        alarms += any(found.verdict for found in comparing.with_other(*two).values())
    assert alarms <= 0.05 * 400 + 3 * (0.05 * 0.95 * 400) ** 0.5


def scored(key: str, sample: np.ndarray[Any, np.dtype[np.float64]]) -> Scored:
    mean, reach = float(sample.mean()), 1.96 * float(sample.std(ddof=1)) / len(sample) ** 0.5
    found = Estimate(len(sample), mean, mean - reach, mean + reach)
    part = Measure("score_mean", {}, 1.0, "measured", "", found, found)
    return Scored(key, RADAR, *together([part]), [part])


def test_a_part_alike_seldom_differs_and_a_different_part_is_seen() -> None:
    """Alone at most 5 % alarms; 5 points by channel are found as often as with the rest itself."""
    rng = np.random.default_rng(3)
    alarms, found, meant = 0, 0, 0
    for _company in range(400):
        for gap in (0.0, 5.0):
            app, rest = rng.normal(60, 12, 60), rng.normal(60 + gap, 12, 60)
            both = Radar(0, [scored("ease", np.concatenate([app, rest]))])
            one = Radar(0, [scored("ease", app)])
            sure = comparing.with_other(both, one, overlap=True)["ease"].verdict is not None
            apart = comparing.with_other(Radar(0, [scored("ease", rest)]), one)["ease"].verdict
            alarms += sure and gap == 0
            found += sure and gap > 0
            meant += apart is not None and gap > 0
    assert alarms <= 0.05 * 400 + 3 * (0.05 * 0.95 * 400) ** 0.5
    assert found == pytest.approx(meant, abs=20)
    assert meant > 200


def test_two_places_are_compared_by_what_both_measure() -> None:
    """Both say 60 in the question; one has a share of 90 beside it: they do not differ."""

    def part(metric: str, value: float, n: int) -> Measure:
        found = Estimate(n, value, value - 2, value + 2)
        return Measure(metric, {}, 1.0, "measured", "", found, found)

    parts = [part("score_mean", 60, 100), part("progress_query_share", 90, 100)]
    more = Radar(0, [Scored("clarity", RADAR, *together(parts), parts)])
    less = Radar(0, [Scored("clarity", RADAR, *together(parts[:1]), parts[:1])])
    assert more.dimensions[0].value == 75
    for ours, other in ((more, less), (less, more)):
        clarity = comparing.with_other(ours, other)["clarity"]
        assert (clarity.value, clarity.gap, clarity.verdict) == (60, 0, None)
