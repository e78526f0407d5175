"""A shop asks how easy it was and whether the staff were competent; nobody asks about value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulars.company.places import service as places
from regulars.company.places.model import Place
from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.radar import comparing, document, service
from regulars.understand.radar.model import (
    EXPERIENCE,
    RADAR,
    Measure,
    Radar,
    Scored,
    points,
    together,
)
from regulars.understand.scope.model import EventFilter

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)
NOW = NOON + timedelta(days=10)
EARLIER = "2026-09-01"
Row = dict[str, Any]
MINE = """
[[dimension]]
key = "ease"
title = { en = "Ease", zh = "便捷" }
ask = { en = "Was it easy?", zh = "容易吗？" }
questions = ["ease"]
target = 60
"""


def said(who: int, metric: str, score: float, **more: Any) -> Row:
    """One answer of a guest on a scale from 1 to 5."""
    at = more.pop("at", NOON)
    return {
        "event_id": f"{metric}-{who}-{at.isoformat()}",
        "identity_id": f"guest {who:04d}",
        "name": "Survey Answered",
        "touchpoint": "checkout",
        "metric": metric,
        "score": float(score),
        "scale_min": 1.0,
        "scale_max": 5.0,
        "survey_kind": "transactional",
        "occurred_at": at,
        "known_at": at,
        **more,
    }


def tell(ws: Workspace, rows: list[Row]) -> None:
    assert inbox.accept(ws, inbox.make(rows, NOW)).accepted == len(rows)


def guests(count: int = 100, **more: Any) -> list[Row]:
    """Half say 4, half say 5 about ease: 87.5 of 100 points."""
    return [said(who, "ease", 4 + who % 2, **more) for who in range(count)]


def radar(ws: Workspace, **look: Any) -> Radar:
    return service.answered(ws, EventFilter("all", **look), now=NOW).payload


def one(found: Radar, key: str) -> Scored:
    return next(dimension for dimension in found.dimensions if dimension.key == key)


def test_ten_dimensions_and_five_beside_them_ship() -> None:
    mapped = document.read(document.default_document())
    assert [len(mapped.of(RADAR)), len(mapped.of(EXPERIENCE))] == [10, 5]
    first = [one.key for one in mapped.of(RADAR)][:3]
    assert first == ["response_speed", "problem_resolution", "personalisation"]


def test_a_question_measures_its_dimension(ws: Workspace) -> None:
    tell(ws, guests())
    ease = one(radar(ws), "ease")
    assert (ease.n, ease.value) == (100, 87.5)
    assert ease.low is not None and 84 < ease.low < 87.5


def test_what_nobody_asks_has_no_value_and_a_question_to_ask(ws: Workspace) -> None:
    tell(ws, guests())
    found = radar(ws)
    value = one(found, "value_for_money")
    assert (value.n, value.value, value.low) == (0, None, None)
    asked = {missing.key: missing.ask.en for missing in service.missing(ws, found)}
    assert asked["value_for_money"].endswith("?")
    assert "ease" not in asked


def test_a_metric_that_does_not_exist_yet_says_so(ws: Workspace) -> None:
    states = {part.metric: part.state for part in one(radar(ws), "consistency").parts}
    assert states == {"experience_consistency_share": "no_metric", "score_mean": "no_data"}


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


def test_a_benchmark_file_is_read_by_key_or_title(ws: Workspace) -> None:
    tell(ws, guests())
    service.put_benchmark(
        ws, "trade", "dimension,value,n\nEase,88,400\n响应速度,70\n", SHELL, now=NOW
    )
    found = service.against(ws, radar(ws), EventFilter("all"), "benchmark:trade", now=NOW)
    assert (found["ease"].value, found["ease"].n) == (88, 400)
    assert found["ease"].verdict is None
    assert (found["response_speed"].gap, found["response_speed"].value) == (None, 70)
    service.drop_benchmark(ws, "trade", SHELL)
    with pytest.raises(NotFound):
        service.against(ws, radar(ws), EventFilter("all"), "benchmark:trade", now=NOW)


@pytest.mark.parametrize("rows", ["", "Ease,101", "Depth,50", "Ease,x", "Ease,50,0"])
def test_a_wrong_benchmark_names_its_row(ws: Workspace, rows: str) -> None:
    with pytest.raises(Invalid):
        service.put_benchmark(ws, "trade", f"dimension,value,n\n{rows}\n", SHELL, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        ('questions = ["ease"]', "questions = []"),
        ("target = 60", "target = 160"),
        ('key = "ease"', 'key = ""'),
        ("[[dimension]]", "[[dimension"),
    ],
)
def test_a_wrong_mapping_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(Invalid):
        document.read(MINE.replace(*change))


def test_versions_are_kept_and_restored(ws: Workspace) -> None:
    service.save(ws, MINE, SHELL, reason="ours", based_on=0, now=NOW)
    with pytest.raises(Conflict):
        service.save(ws, MINE, SHELL, reason="again", based_on=0, now=NOW)
    with pytest.raises(Invalid):
        service.save(ws, MINE, SHELL, reason=" ", based_on=1, now=NOW)
    assert len(service.mapping(ws).dimensions) == 1
    service.restore(ws, 0, SHELL, now=NOW)
    assert len(service.mapping(ws).dimensions) == 15
    assert [version.number for version in service.versions(ws)] == [2, 1]


def test_a_manager_sees_only_what_happened_at_home(ws: Workspace) -> None:
    tell(
        ws, guests(100, place="home") + [said(w, "ease", 1, place="away") for w in range(500, 600)]
    )
    assert one(radar(ws, scope=frozenset({"home"})), "ease").value == 87.5


@given(some.floats(0, 100), some.floats(0, 20), some.floats(0.5, 500))
def test_turning_a_scale_round_mirrors_the_points(value: float, reach: float, width: float) -> None:
    raw = Estimate(10, value, value - reach, value + reach)
    up, down = points(raw, 0, width), points(raw, width, 0)
    assert up.value is not None and down.value is not None
    assert up.value + down.value == pytest.approx(100)
    assert up.low is not None and down.high is not None
    assert up.low + down.high == pytest.approx(100)


def test_the_table_of_the_page_is_what_points_give() -> None:
    page = Path(__file__).parents[3] / "docs" / "algorithms" / "radar.md"
    lines = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()
             if line.startswith("| ") and line[2].isdigit()]  # fmt: skip
    assert len(lines) == 4
    for value, low, high, worst, best, *told in lines:
        found = points(
            Estimate(9, float(value), float(low), float(high)), float(worst), float(best)
        )
        assert [f"{x:.1f}" for x in (found.value, found.low, found.high)] == told


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
