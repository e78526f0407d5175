"""The window of a promise is whole days of the reporting zone; what cannot be is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.prove.targets.test_service import DOWN, UP, target

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.prove.targets.model import (
    TargetKind,
    check,
    window,
)
from regulars.timeline.workspace import Workspace


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"metric": " "}, "metric"),
        ({"window_days": 0}, "window_days"),
        ({"kind": TargetKind.RELATIVE, "value": -40.0, "direction": UP}, "value"),
        ({"kind": TargetKind.RELATIVE, "value": -140.0, "direction": DOWN}, "value"),
        ({"kind": TargetKind.SAMPLE, "value": 0.0}, "value"),
        ({"value": float("nan")}, "value"),
        ({"value": float("inf")}, "value"),
        ({"title": Text("", "")}, "title"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(replace(target("nps", 60), **wrong))  # type: ignore[arg-type]
    assert refused.value.details["field"] == field


def test_the_window_is_whole_days_of_the_reporting_zone(ws: Workspace) -> None:
    found = window(target("nps", 60, window_days=1), date(2026, 10, 5), ws.zone)
    assert found.start == datetime(2026, 10, 4, 16, tzinfo=UTC)
    assert found.end == datetime(2026, 10, 5, 16, tzinfo=UTC)
