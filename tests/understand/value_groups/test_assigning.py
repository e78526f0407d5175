"""Value groups of a workspace whose orders are in another currency than its settings name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.conftest import SHANGHAI
from tests.understand.value_groups.test_service import (
    NOW,
    OCTOBER,
    SEPTEMBER,
    event,
    groups,
    hundred,
    tell,
)
from typer.testing import CliRunner

from regulars.app import build_cli, init_workspace
from regulars.store.settings import Settings
from regulars.timeline.workspace import Workspace
from regulars.understand.value_groups import service

Make = Callable[[str], Workspace]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make workspaces by their currency."""
    made = []

    def workspace(currency: str) -> Workspace:
        own = msgspec.structs.replace(SHANGHAI, currency=currency)
        made.append(init_workspace(tmp_path / currency, Settings(workspace=own)))
        return made[-1]

    yield workspace
    for one in made:
        one.close()


def test_orders_in_the_data_s_currency_give_the_same_groups(make: Make) -> None:
    """A hundred guests who paid in CNY, in a workspace that reports in EUR and one in CNY."""
    abroad, home = make("EUR"), make("CNY")
    for ws in (abroad, home):
        hundred(ws)
        service.assign_due(ws, now=NOW)
    assert groups(abroad) == groups(home)
    there, here = service.overview(abroad), service.overview(home)
    assert there is not None and here is not None
    assert there.groups == here.groups and there.groups[0].spend > 0
    assert (there.currency, here.currency) == ("CNY", "CNY")
    assert (there.accuracy, here.money) == (here.accuracy, None)
    assert there.money is not None
    assert "Money is in CNY (n 101 orders): no order is in EUR" in there.money.en
    shown = CliRunner().invoke(
        build_cli(), ["show", "value-groups", "--workspace", str(abroad.folder)]
    )
    assert "Money is in CNY" in shown.output


def test_orders_in_other_currencies_are_named_with_their_number(make: Make) -> None:
    ws = make("CNY")
    hundred(ws)
    tell(ws, [event(3, "Order Completed", SEPTEMBER, 900.0, currency="USD")])
    service.assign_due(ws, now=NOW)
    found = service.overview(ws)
    assert found is not None and found.money is not None and "1 in USD" in found.money.en
    assert found.money.zh == "不同货币不相加，金额合计未计入以下订单：USD 1 笔。"


def test_both_months_are_assigned_anew_when_the_currency_changes(make: Make) -> None:
    """An order in the workspace's own came in; months of two currencies are not compared."""
    ws = make("EUR")
    hundred(ws)
    assert service.assign_due(ws, now=NOW) == 2
    assert (service.assign_due(ws, now=NOW), service.currency_of(ws)) == (0, "CNY")
    tell(ws, [event(7, "Order Completed", SEPTEMBER, 5.0, currency="EUR")])
    assert service.assign_due(ws, now=NOW) == 2
    assert [moment for _id, moment in service.runs(ws)] == [OCTOBER, SEPTEMBER]
    assert service.currency_of(ws) == "EUR"
    assert groups(ws)["guest 007"] == "core"
