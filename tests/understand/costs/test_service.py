"""A planted loss is recovered, and none is found where none is."""

from __future__ import annotations

import pytest
from tests.understand.costs.made import END, shop

from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.costs import service
from regulars.understand.costs.model import Cost
from regulars.understand.costs.service import Pain
from regulars.understand.health.model import Look

LIFT = Pain("lift", Text("Lift", "电梯"), [Text("it is broken", "坏了")])


def lift(ws: Workspace) -> Cost:
    (found,) = service.costs(ws, [LIFT], Look("all"), now=END).points
    return found


def test_a_planted_loss_is_recovered_within_the_interval(ws: Workspace) -> None:
    lost = shop(ws, loss=0.6, seed=4)
    found = lift(ws)
    assert found.revenue is not None
    gap = found.revenue.difference
    assert gap.low < -lost < gap.high
    assert gap.high < 0
    assert found.verdict == "less"
    assert found.at_risk is not None
    assert found.at_risk.value == pytest.approx(-gap.value * found.met)
    assert found.at_risk.low < found.at_risk.value < found.at_risk.high
    assert found.value is not None
    assert found.value.difference.value < 0


def test_without_a_loss_there_is_none_though_the_touched_are_better_customers(
    ws: Workspace,
) -> None:
    shop(ws, loss=0.0, seed=2)
    found = lift(ws)
    assert found.revenue is not None
    assert found.revenue.difference.low < 0 < found.revenue.difference.high
    assert found.verdict == "chance"
    assert {one.key: one for one in found.balance}["orders"].before > 0.5
    assert all(abs(one.after) < abs(one.before) / 2 for one in found.balance)


def test_the_money_has_its_currency_and_everybody_met_is_counted(ws: Workspace) -> None:
    shop(ws, loss=0.0, count=300)
    answer = service.costs(ws, [LIFT], Look("all"), now=END)
    (found,) = answer.points
    assert answer.currency == "CNY"
    people = service.customers(ws, None, [LIFT], days=1000)
    assert found.met == people.num_rows
    assert people.column_names == ["person_id", "step", "met_on"]


def test_a_manager_sees_nothing_of_other_places(ws: Workspace) -> None:
    shop(ws, loss=0.0, count=50)
    answer = service.costs(ws, [LIFT], Look("all", scope=frozenset({"north"})), now=END)
    assert answer.points == []
    assert answer.why_not is not None


def test_a_young_company_is_told_to_wait(ws: Workspace) -> None:
    answer = service.costs(ws, [LIFT], Look("all"), now=END)
    assert answer.why_not is not None
    assert "91 days" in answer.why_not.en
    assert service.customers(ws, None, [LIFT]).num_rows == 0
