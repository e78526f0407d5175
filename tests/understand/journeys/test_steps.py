"""Steps that do not exist are refused, and events' names find their place in the catalog."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import typer
from fastapi.testclient import TestClient
from tests.understand.metrics.story import NOON, happened, tell
from typer.testing import CliRunner

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit.errors import Invalid
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import terminal
from regulars.understand.funnel.analysis import ANALYSIS as FUNNEL
from regulars.understand.journeys import service
from regulars.understand.journeys.analysis import ANALYSIS
from regulars.understand.journeys.model import Funnel, JourneyMap, Journeys
from regulars.understand.scope.model import EventScope

DAY = 86_400


@pytest.fixture
def shop(ws: Workspace) -> Workspace:
    """Forty orders: completed at noon, shipped 1 to 40 hours later, the last one before it."""
    for i in range(40):
        order = {"order_id": f"o{i}", "source": "shop"}
        shipped = NOON + timedelta(hours=i + 1) if i < 39 else NOON - timedelta(hours=1)
        later = NOON + timedelta(days=3)
        tell(ws, [happened(f"p{i}", "Order Completed", NOON, **order),
                  happened(f"p{i}", "Order Shipped", shipped, actor="system", **order),
                  happened(f"p{i}", "Gift Wrapped", later, **order)])  # fmt: skip
    return ws


def funnel(ws: Workspace, *steps: str) -> list[int]:
    asked = Funnel(steps, 7 * DAY, "order")
    return [step.n for step in service.funnel(ws, asked, EventScope())[0].steps]


def by_event(ws: Workspace) -> JourneyMap:
    return service.journey_map(ws, Journeys(by="order", level="event"), now=NOON)


def test_a_step_that_does_not_exist_is_refused_and_near_names_are_told(shop: Workspace) -> None:
    for word, near in (
        ("Order Complete", "Order Completed"),
        ("order completed", "Order Completed"),
        ("delivry", "delivery"),
        ("完成下单", "Order Completed"),
    ):
        with pytest.raises(Invalid) as refused:
            funnel(shop, "Order Completed", word)
        assert refused.value.details["near"][0] == near
        assert f"“{near}”" in refused.value.message.en and near in refused.value.message.zh
    with pytest.raises(Invalid) as refused:
        funnel(shop, "Order Completed", "nonsense")
    assert "nonsense" in refused.value.message.en and "nonsense" in refused.value.message.zh


def test_a_step_that_exists_and_was_not_taken_is_an_honest_nought(shop: Workspace) -> None:
    assert funnel(shop, "Order Completed", "hotline") == [40, None]  # no call was ever received
    assert funnel(shop, "Gift Wrapped", "Order Shipped") == [40, 0]


def test_command_api_and_page_refuse_it_alike(shop: Workspace) -> None:
    app = typer.Typer()
    terminal.add(app, lambda _folder: shop, FUNNEL)
    ran = CliRunner().invoke(app, ["show", "funnel", "order", "nonsense", "--by", "order"])
    assert isinstance(ran.exception, Invalid) and ran.exception.code == "funnel.step"
    _key, secret = keys.add_api_key(
        shop, SHELL, name="all", role=Role.ANALYST, places=None, now=NOON
    )
    with TestClient(build_web(shop)) as client:
        client.headers["Authorization"] = f"Bearer {secret}"
        answer = client.get("/api/v1/funnel?step=order&step=nonsense&by=order")
        assert (answer.status_code, answer.json()["code"]) == (422, "funnel.step")
        page = client.get("/funnel/answer?step=order&step=nonsense&by=order&period=all")
        assert "no event called “nonsense”" in page.text


def test_events_out_of_order_are_counted_by_their_touchpoints(shop: Workspace) -> None:
    """Dispatch is expected after the order; the 40th order was shipped before it was placed."""
    found = by_event(shop)
    nodes = {node.step: node for node in found.nodes}
    assert (nodes["Order Completed"].stage, nodes["Order Completed"].known) == ("purchase", True)
    assert (nodes["Order Completed"].ordered, nodes["Order Completed"].backward) == (40, 1)
    assert (nodes["Order Shipped"].backward, nodes["Order Shipped"].stage) == (0, "delivery")
    edges = {(edge.source, edge.target): edge.backward for edge in found.edges}
    assert edges["Order Completed", "Order Shipped"] is False
    assert edges["Order Shipped", "Order Completed"] is True


def test_where_no_order_is_expected_nothing_is_in_or_out_of_it(shop: Workspace) -> None:
    found = by_event(shop)
    gift = next(node for node in found.nodes if node.step == "Gift Wrapped")
    assert (gift.known, gift.stage, gift.backward, gift.ordered) == (False, None, None, 0)
    assert {edge.backward for edge in found.edges if edge.target == "Gift Wrapped"} == {None}


def test_waits_and_durations_have_intervals(shop: Workspace) -> None:
    """Orders shipped after 1 to 39 hours: the median is 20 h, the 90th percentile near 35 h."""
    found = by_event(shop)
    wait = next(e for e in found.edges if e.target == "Order Shipped").wait
    assert wait is not None and wait.n == 39
    hours = [
        [round((part or 0) / 3600, 1) for part in (one.low, one.value, one.high)]
        for one in (wait.mean, wait.median)
    ]
    assert hours == [[16.3, 20.0, 23.7], [13.0, 20.0, 27.0]]
    assert wait.p90.low is not None and round((wait.p90.value or 0) / 3600) == 35
    assert wait.p90.low < (wait.p90.value or 0)
    mean = found.durations.mean
    assert mean.low is not None and mean.value is not None and mean.low <= mean.value


def test_only_xes_and_csv_are_written(shop: Workspace, tmp_path: Path) -> None:
    app = typer.Typer()
    terminal.add(app, lambda _folder: shop, ANALYSIS)
    for name, written in (("o.txt", False), ("o", False), ("o.csv", True), ("o.XES", True)):
        file = tmp_path / name
        ran = CliRunner().invoke(app, ["show", "journey", "--by", "order", "--export", str(file)])
        assert file.exists() is written, name
        assert written or isinstance(ran.exception, Invalid)


def test_order_1_of_the_till_is_not_order_1_of_the_web(ws: Workspace) -> None:
    """Till and web number their orders from 1; what the till ships is told without the customer.

    Ten orders, of which the till's five were shipped: 10, then 5. As one order a number it would be
    5, then 5. Nobody is known of either courier's parcels 1 to 5: ten more, 20 journeys.
    """
    for i in range(5):
        till, web = ({"order_id": str(i), "source": shop} for shop in ("till", "web"))
        later = NOON + timedelta(hours=3)
        tell(ws, [happened(f"till {i}", "Order Completed", NOON, **till),
                  happened(f"web {i}", "Order Completed", NOON, **web),
                  happened(None, "Order Shipped", later, actor="system", **till),
                  *(happened(None, "Parcel Seen", NOON, actor="partner", order_id=f"parcel {i}",
                             source=courier) for courier in ("north", "south"))])  # fmt: skip
    assert funnel(ws, "Order Completed", "Order Shipped") == [10, 5]
    assert by_event(ws).cases == 20
