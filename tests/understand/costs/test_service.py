"""A planted loss is recovered, and none is found where none is."""

from __future__ import annotations

from datetime import date

import ibis
import msgspec
import pytest
from tests.understand.costs.made import DAY, END, LONG, event, shop

from regulars.kit.text import Text
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.costs import queries, service
from regulars.understand.costs.model import Cost
from regulars.understand.costs.service import Pain
from regulars.understand.scope.model import EventFilter

LIFT = Pain("lift", Text("Lift", "电梯"), [Text("it is broken", "坏了")])


def lift(ws: Workspace) -> Cost:
    (found,) = service.costs(ws, [LIFT], EventFilter("all"), now=END).points
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
    answer = service.costs(ws, [LIFT], EventFilter("all"), now=END)
    (found,) = answer.points
    assert answer.currency == "CNY"
    people = service.customers(ws, None, {LIFT.step: LIFT.left}, date(2000, 1, 1), END.date())
    assert found.met == people.num_rows
    assert people.column_names == ["person_id", "step", "met_on"]


def test_a_manager_sees_nothing_of_other_places(ws: Workspace) -> None:
    shop(ws, loss=0.0, count=50)
    answer = service.costs(ws, [LIFT], EventFilter("all", scope=frozenset({"north"})), now=END)
    assert answer.points == []
    assert answer.why_not is not None


def test_a_young_company_is_told_to_wait(ws: Workspace) -> None:
    answer = service.costs(ws, [LIFT], EventFilter("all"), now=END)
    assert answer.why_not is not None
    assert "91 days" in answer.why_not.en
    met = service.customers(ws, None, {LIFT.step: LIFT.left}, date(2000, 1, 1), END.date())
    assert met.num_rows == 0


def test_an_order_told_twice_is_one_before_and_after_the_touch(ws: Workspace) -> None:
    """The till sells for 60, the ledger tells of it two days later; 10 of it are given back."""
    rows = [event(1, "Order Completed", 400, 60.0, order_id="7", source="till"),
            event(1, "Order Completed", 402, 60.0, order_id="7", source="ledger"),
            event(1, "Order Refunded", 405, 10.0)]  # fmt: skip
    inbox.accept(ws, inbox.make(rows, END))
    days = [(END - (LONG - day) * DAY).astimezone(ws.zone).date() for day in (399, 410)]
    pairs = ibis.memtable({"person": ["customer 00001"] * 2, "day": days})
    source = queries.CostSource(None, lambda events: events, days[0], days[1], "CNY")
    found = ws.query(lambda view: queries.histories(view, source, pairs, 60.0)).sort_by("day")
    told = [(row["orders"], row["spend"], row["revenue"]) for row in found.to_pylist()]
    assert told == [(0.0, 0.0, 50.0), (1.0, 50.0, 0.0)]
    usual = ws.query(lambda view: queries.typical(view, source)).to_pylist()
    assert usual == [{"amount": 60.0, "days": 1}]


def test_the_data_s_currency_counts_where_no_order_is_in_the_workspace_s(ws: Workspace) -> None:
    """The same shop in a workspace that reports in another currency loses the same money."""
    shop(ws, loss=0.6, seed=4)
    home = service.costs(ws, [LIFT], EventFilter("all"), now=END)
    own = msgspec.structs.replace(ws.settings.workspace, currency="EUR")
    ws.settings = msgspec.structs.replace(ws.settings, workspace=own)
    abroad = service.costs(ws, [LIFT], EventFilter("all"), now=END)
    (there,), (here,) = abroad.points, home.points
    assert there.revenue is not None and here.revenue is not None
    assert there.revenue.touched == pytest.approx(here.revenue.touched)
    assert there.revenue.others == pytest.approx(here.revenue.others)
    assert (abroad.currency, home.money) == ("CNY", None)
    assert abroad.money is not None and "no order is in EUR" in abroad.money.en
