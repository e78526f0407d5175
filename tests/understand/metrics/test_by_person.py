"""What one customer tells ten times is one customer's, in every number."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.understand.metrics.story import NOON, answered, by, days, happened, one, tell

from regulars.kit.period import month
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import counting, service
from regulars.understand.metrics.model import Measured


def ends(found: Measured) -> tuple[float | None, float | None, float | None]:
    """Value and interval, to a tenth."""
    return tuple(
        None if edge is None else round(edge, 1) for edge in (found.value, found.low, found.high)
    )  # type: ignore[return-value]


def thirty(anna: int) -> list[dict[str, Any]]:
    """Ten answers of Anna or of ten people like her (10 points); ten of 9, ten of 3 by others."""
    rows = [answered(f"anna{i % anna}", "nps", 10, touchpoint="till") for i in range(10)]
    rows += [answered(f"fan{i}", "nps", 9, touchpoint="till") for i in range(10)]
    return rows + [answered(f"foe{i}", "nps", 3, touchpoint="till") for i in range(10)]


def test_anna_answers_ten_times(ws: Workspace) -> None:
    """Twenty-one people's thirty answers: the same score, less sure than thirty people's."""
    tell(ws, thirty(anna=1))
    found = one(ws, "nps")
    assert found.n == 30 and found.value == pytest.approx(100 / 3)
    assert found.low is not None and found.high is not None
    assert found.low < -10 and found.high > 65
    assert found.size is not None and 2 < found.size < 10
    assert found.beside["promoters"].low < 50  # type: ignore[operator]


def test_with_one_answer_each_the_interval_is_that_of_independent_answers(ws: Workspace) -> None:
    """14 promoters, 4 passives, 2 detractors; and half of them nobody."""
    scores = [10] * 14 + [8] * 4 + [3] * 2
    tell(ws, [answered(f"p{i}" if i % 2 else None, "nps", s) for i, s in enumerate(scores)])  # type: ignore[arg-type]
    assert ends(one(ws, "nps")) == (60.0, 23.6, 80.7)


def test_the_same_people_in_two_months_are_pairs(ws: Workspace) -> None:
    """Forty people keep their opinion but for six, who turn: six of forty, not 22 against 28."""
    rows = []
    for i in range(40):
        for at, satisfied in ((NOON - days(30), 22), (NOON, 28)):
            rows.append(answered(f"p{i}", "csat", 5 if i < satisfied else 1, at))
    tell(ws, rows)
    asked = {"period": month(2026, 10, ws.zone), "compare": "previous"}
    paired = one(ws, "csat_satisfied_share", **asked).change
    assert paired is not None and paired.change.difference == 15
    assert paired.change.p is not None and paired.change.p < 0.05
    assert paired.change.low is not None and paired.change.low > 0


def test_a_few_loud_customers_make_no_bad_touchpoint(ws: Workspace) -> None:
    """Three people complain twelve times each at delivery; at the till 36 do once, of 120 each."""
    rows = []
    for place, people in (("delivery", 3), ("till", 36)):
        rows += [answered(f"{place}{i % people}", "csat", 1, touchpoint=place) for i in range(36)]
        rows += [answered(f"{place} fan{i}", "csat", 5, touchpoint=place) for i in range(84)]
    rows += [answered(f"p{i}", "csat", 1 if i < 18 else 5, touchpoint="shop") for i in range(120)]
    tell(ws, rows)
    found = by(ws, "csat_satisfied_share", "touchpoint")
    assert found["delivery"].value == found["till"].value == 70
    wide = [found[name].high - found[name].low for name in ("delivery", "till")]  # type: ignore[operator]
    assert wide[0] > 1.5 * wide[1]
    rest = {name: found[name].rest for name in found}
    assert rest["delivery"] is not None and rest["delivery"].verdict is None


def test_money_of_one_customer_is_one_customers(ws: Workspace) -> None:
    """Ten orders of ten, by ten people or by one of them: the sums stay, the certainty goes."""
    for source, people in (("many", 10), ("one", 1)):
        tell(ws, [
            happened(f"{source}{i % people}", "Order Completed", order_id=f"{source}{i}",
                     amount=10 + i, source=source)
            for i in range(10)
        ])  # fmt: skip
    for key in ("revenue", "orders", "average_order_value"):
        found = by(ws, key, "source")
        many, few = found["many"], found["one"]
        assert many.value == few.value and many.low is not None and many.high is not None
        narrow = many.high - many.low
        assert few.low is None or few.high is None or few.high - few.low > 2 * narrow


@pytest.mark.parametrize("groups", [False, True], ids=["people", "groups"])
def test_who_is_who_does_not_matter(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch, groups: bool
) -> None:
    """The same cast under other names: the same numbers; by group of people nearly the same."""
    if groups:
        monkeypatch.setattr(counting, "FEW_ROWS", 10)
        monkeypatch.setattr(counting, "FEW_EVENTS", 10)
    draw = random.Random(5)
    names = [f"{draw.randrange(16**32):032x}" for _ in range(800)]
    cast = [(i, 10 if draw.random() < 0.6 else 3) for i in range(400) for _ in range(1 + i % 4)]
    rows = []
    for source, shift in (("first", 0), ("second", 400)):
        rows += [answered(names[i + shift], "nps", score, source=source) for i, score in cast]
    tell(ws, rows)
    found = by(ws, "nps", "source")
    first, second = found["first"], found["second"]
    assert first.value == second.value
    assert first.low is not None and first.high is not None and second.low is not None
    reach = first.high - first.low
    assert abs(first.low - second.low) <= (0.25 * reach if groups else 1e-9)


def test_groups_keep_digits_where_everybody_answers_once(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(ws, [answered(f"p{i}", "nps", (10, 8, 3)[i % 3], source="ab"[i % 2]) for i in range(90)])
    people = service.measure(ws, "nps", by=["source"])
    monkeypatch.setattr(counting, "FEW_ROWS", 10)
    monkeypatch.setattr(counting, "FEW_EVENTS", 10)
    service.forget(ws)
    groups = service.measure(ws, "nps", by=["source"])
    assert [ends(row) for row in groups] == [ends(row) for row in people]
