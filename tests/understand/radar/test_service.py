"""A shop asks how easy it was and whether the staff were competent; nobody asks about value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

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
