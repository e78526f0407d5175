"""Options hold plain JSON: gaps stay gaps, intervals and counts come along."""

from __future__ import annotations

import json
from typing import Any

from regulars.faces import charts, look
from regulars.faces.charts import Bar, Course
from regulars.faces.journey_map import Move, Stop, journey_map
from regulars.faces.language import speaking


def test_every_option_is_json() -> None:
    for name, value in look.samples().items():
        if isinstance(value, dict):
            assert json.loads(json.dumps(value)) == value, name


def test_a_missing_month_is_a_gap_and_not_zero() -> None:
    course = Course(
        "NPS", [50.0, None, 60.0], [45.0, None, 55.0], [55.0, None, 65.0], [400, 0, 420]
    )
    option = charts.trend(["07", "08", "09"], [course], target=55)
    band, line = option["series"]
    assert line["data"][1] is None
    assert line["data"][2] == {"value": 60.0, "n": 420, "low": 55.0, "high": 65.0}
    assert band["points"][1] == [1, None, None]
    assert band["data"] == [[0, 45.0, 65.0]]
    assert line["markLine"]["data"] == [{"yAxis": 55}]


def test_bars_carry_interval_verdict_and_way() -> None:
    option = charts.bars([Bar("Delivery", 2.6, 2.4, 2.8, 233, "pain", "/touchpoints/delivery")])
    bar: dict[str, Any] = option["series"][0]["data"][0]
    assert bar["itemStyle"]["color"] == "--bad"
    assert (bar["low"], bar["high"], bar["n"], bar["href"]) == (
        2.4,
        2.8,
        233,
        "/touchpoints/delivery",
    )
    assert option["series"][1]["points"] == [[0, 2.4, 2.8]]


def test_bars_of_a_scale_end_where_it_does() -> None:
    option = charts.bars([Bar("Delivery", 91.3, 88.0, 94.0, 103)], most=100)
    assert (option["xAxis"]["max"], option["xAxis"]["interval"]) == (100, 25)
    assert "max" not in charts.bars([Bar("Delivery", 91.3)])["xAxis"]


def test_a_funnel_tells_both_shares() -> None:
    option = charts.funnel([("Viewed", 200), ("Cart", 100), ("Ordered", 25)])
    assert option["series"][0]["data"][2]["tip"] == [
        "Ordered", "25", "12.5% of the first step", "25.0% of the step before",
    ]  # fmt: skip
    assert charts.funnel([("Viewed", 0), ("Cart", 0)])["series"][0]["data"][1]["value"] == 0


def test_stops_stand_in_the_column_of_their_stage() -> None:
    stops = [Stop("a", "A", "Buy", 100), Stop("b", "B", "Buy", 25), Stop("c", "C", "Use", 50)]
    option = journey_map(["Buy", "Use"], stops, [Move("a", "c", 30)])
    series = option["series"][0]
    assert [node["value"] for node in series["data"]] == [[0, 0], [0, 1], [1, 0]]
    assert series["data"][0]["symbolSize"] == 34.0
    assert series["data"][1]["symbolSize"] == 22.0
    assert journey_map([], [], [])["series"][0]["data"] == []


def test_months_are_written_as_readers_write_them() -> None:
    option = charts.trend(["2026-09", "2026-10"], [charts.Course("NPS", [1, 2])])
    assert option["xAxis"]["data"] == ["Sep 2026", "Oct 2026"]
    with speaking("zh"):
        option = charts.trend(["2026-10", "best"], [charts.Course("NPS", [1, 2])])
    assert option["xAxis"]["data"] == ["2026年10月", "best"]
