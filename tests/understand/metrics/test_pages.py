"""The pages of metrics: they answer, narrow by place, and export the service's digits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from fastapi.testclient import TestClient
from tests.understand.metrics.story import NOON, happened, tell

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import board, service


def browser(ws: Workspace, chosen: list[str] | None = None) -> TestClient:
    _key, secret = keys.add_api_key(
        ws, SHELL, name="test", role=Role.MANAGER, places=chosen, now=clock.now()
    )
    client = TestClient(build_web(ws))
    client.headers["Authorization"] = f"Bearer {secret}"
    client.headers["Accept"] = "text/html"
    return client


def lines(client: TestClient, address: str) -> Iterator[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))


def test_the_export_has_the_services_digits(shop: Workspace) -> None:
    address = "/metrics/nps?by=channel&period=2026-10&format=csv"
    rows = [row for row in lines(browser(shop), address) if row["Channel"] and not row["Month"]]
    period = board.period_of(shop, {"period": "2026-10"}, NOON)
    told = service.measure(shop, "nps", period=period, by=["channel"], compare="previous")
    assert len(rows) == len(told) == 2
    for row, found in zip(rows, told, strict=True):
        digits = [row["Value"], row["Value: Low"], row["Value: High"]]
        assert [float(word) for word in digits] == [found.value, found.low, found.high]
        assert (row["Value: n"], row["Channel"]) == (str(found.n), found.slice["channel"])


def test_a_store_manager_sees_the_own_store_only(shop: Workspace) -> None:
    client = browser(shop, ["aspen"])
    assert ">100.0 <small>n&nbsp;40" in client.get("/metrics/board").text
    rows = list(lines(client, "/metrics/nps?by=place&format=csv"))
    assert {row["Place"] for row in rows} == {"aspen", ""}
    assert all(float(row["Value"]) == 100 for row in rows if row["Value"])
    assert client.get("/metrics/nps/numbers?place=birch").status_code == 200
    assert "n&nbsp;40" not in client.get("/metrics/nps/numbers?place=birch").text


def test_a_metrics_page_compares_slices(shop: Workspace) -> None:
    client = browser(shop)
    client.headers["Accept-Language"] = "zh-CN"
    page = client.get("/metrics/nps/numbers?by=channel&period=2026-10").text
    assert "差于其余" in page and "优于其余" in page
    assert client.get("/metrics/nps?by=colour&grain=never").status_code == 200
    assert client.get("/metrics/happiness").status_code == 404


def test_the_glossary_has_every_metric(shop: Workspace) -> None:
    page = browser(shop).get("/metrics/glossary").text
    assert all(f'id="{one.key}"' in page for one in service.definitions())


def test_an_empty_workspace_says_what_to_do(ws: Workspace) -> None:
    client = browser(ws)
    assert client.get("/metrics/board").status_code == 200
    assert "/imports" in client.get("/metrics/nps/numbers").text


def test_revenue_is_in_the_data_s_currency_where_none_is_in_the_workspace_s(ws: Workspace) -> None:
    """Tills know no customers, and their revenue counts all the same."""
    sold = [happened(None, "Order Completed", amount=10, currency="USD") for _ in range(7)]
    tell(ws, [*sold, happened(None, "Order Completed", amount=10, currency="JPY")])
    page = browser(ws).get("/metrics/revenue/numbers").text
    assert "Money is in USD (n 7 orders): no order is in CNY" in page and "1 in JPY" in page
    assert "$70.00" in page
