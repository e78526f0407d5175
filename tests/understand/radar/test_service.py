"""A shop asks how easy it was and whether the staff were competent; nobody asks about value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.understand.metrics.shop import bring, shown

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Invalid, NotFound
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.radar import service
from regulars.understand.radar.model import (
    Radar,
    Scored,
)
from regulars.understand.scope.model import EventFilter

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)
NOW = NOON + timedelta(days=10)
EARLIER = "2026-09-01"
Row = dict[str, Any]


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


def orders() -> str:
    """The north has 15 orders, the south 100, 40 of which were asked about; both are rated.

    15 guests of the north say 5 of 5 about ease, 100 of the south 4 of 5.
    """
    rows = ["name,occurred_at,user_id,place,order_id,metric,score,scale_min,scale_max"]
    for place, count, asked, ease in (("north", 15, 0, 5), ("south", 100, 40, 4)):
        for n in range(count):
            who, order = f"{place}-{n}", f"{place[0]}{n}"
            rows.append(f"Order Completed,2026-03-02 09:00,{who},{place},{order},,,,")
            rows.append(f"Survey Answered,2026-03-02 10:00,{who},{place},,ease,{ease},1,5")
            if n < asked:
                rows.append(f"Progress Asked,2026-03-03 09:00,{who},,{order},,,,")
    return "\n".join(rows)


def test_never_asked_at_a_place_is_no_100_and_15_are_not_judged(
    ws: Workspace, tmp_path: Path
) -> None:
    """South: 40 % asked, at worst 50 %: 100 × (50 − 40) / 50 = 20 points of clarity.

    Of the north nobody knows whether anybody would have asked: no value, where it was 100, higher.
    Ease is 100 points of 15 guests in the north, 75 of 100 in the south: told, but not called.
    """
    bring(ws, tmp_path, "events.csv", "events", orders())
    options = ("--period", "all", "--place", "north", "--against", "place:south")
    found = {one["key"]: one for one in shown(ws, "radar", *options)["dimensions"]}
    clarity, ease = found["clarity"], found["ease"]
    assert (clarity["value"], clarity["n"]) == (None, 0)
    assert [part["state"] for part in clarity["parts"]] == ["never", "no_data"]
    assert (clarity["against"]["value"], clarity["against"]["verdict"]) == (None, None)
    assert (ease["value"], ease["n"], ease["against"]["gap"]) == (100, 15, 25)
    assert (ease["against"]["q"], ease["against"]["verdict"]) == (None, None)
    south = shown(ws, "radar", "--period", "all", "--place", "south")["dimensions"]
    assert {one["key"]: one["value"] for one in south}["clarity"] == pytest.approx(20)


def test_never_solved_is_no_0(ws: Workspace, tmp_path: Path) -> None:
    """40 questions of the north and of the south; only the south's desk sends its solutions."""
    rows = ["name,occurred_at,user_id,place,case_id"]
    for place in ("north", "south"):
        for n in range(40):
            case = f"{place}-{n},{place},{place[0]}{n}"
            rows.append(f"Enquiry Made,2026-03-02 09:00,{case}")
            if place == "south":
                rows.append(f"Case Solved,2026-03-02 12:00,{case}")
    rows.append("Page Viewed,2026-04-20 09:00,late,south,")
    bring(ws, tmp_path, "events.csv", "events", "\n".join(rows))
    solved = {}
    for place in ("north", "south"):
        told = shown(ws, "radar", "--period", "all", "--place", place)["dimensions"]
        solved[place] = {one["key"]: one["value"] for one in told}["problem_resolution"]
    assert solved == {"north": None, "south": 100}


def test_a_metric_that_does_not_exist_yet_says_so(ws: Workspace) -> None:
    states = {part.metric: part.state for part in one(radar(ws), "consistency").parts}
    assert states == {"experience_consistency_share": "no_metric", "score_mean": "no_data"}


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


def test_a_manager_sees_only_what_happened_at_home(ws: Workspace) -> None:
    tell(
        ws, guests(100, place="home") + [said(w, "ease", 1, place="away") for w in range(500, 600)]
    )
    assert one(radar(ws, scope=frozenset({"home"})), "ease").value == 87.5
