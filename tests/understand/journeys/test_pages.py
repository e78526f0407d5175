"""The pages of overview, journey, funnel and catalog, on a small simulated company."""

from __future__ import annotations

import io

import openpyxl
import pytest
from fastapi.testclient import TestClient

from regulars.listen.catalog import service as catalog
from regulars.timeline.workspace import Workspace

PIECES = [
    ("/journey", "/journey/map"),
    ("/", "/overview/content"),
    ("/journey?by=order&period=all", "/journey/map?by=order&period=all"),
    ("/journey/touchpoints/hotline", "/journey/touchpoints/hotline/detail"),
]


@pytest.mark.parametrize(("path", "piece"), PIECES)
def test_a_page_paints_at_once_and_its_answer_follows(
    browser: TestClient, path: str, piece: str
) -> None:
    first = browser.get(path)
    assert first.status_code == 200
    assert piece.replace("&", "&amp;") in first.text
    answer = browser.get(piece)
    assert answer.status_code == 200
    again = browser.get(path)
    assert piece.replace("&", "&amp;") not in again.text
    assert len(again.text) > len(first.text)


def test_the_overview_speaks_chinese(browser: TestClient) -> None:
    browser.get("/overview/content")
    page = browser.get("/", headers={"Accept-Language": "zh-CN"})
    assert "How do our customers feel?" in page.text or "客户的感受如何" in page.text


def test_what_is_shown_can_be_taken_along(browser: TestClient) -> None:
    sheet = browser.get("/journey?format=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.values)
    assert rows[0][:3] == ("Stage", "Touchpoint", "Key")
    assert {row[2] for row in rows[1:]} >= {"cart", "order"}
    for path in ("/", "/funnel", "/journey/touchpoints/hotline", "/catalog"):
        table = browser.get(path, params={"format": "csv"})
        assert table.status_code == 200, path
        assert len(table.text.splitlines()) >= 3, path


def test_the_api_gives_the_same_numbers(browser: TestClient) -> None:
    found = browser.get("/api/v1/journey?by=order").json()
    nodes = {node["step"]: node for node in found["nodes"]}
    assert nodes["order"]["cases"] > 100
    log = browser.get("/api/v1/journey/events?by=order&format=xes")
    assert log.text.count("<trace>") == found["cases"]
    assert browser.get("/api/v1/health-index").json()["metric"] == "experience_health_index"


def test_a_touchpoint_is_edited_as_a_new_version(
    made: tuple[Workspace, TestClient, str],
) -> None:
    ws, browser, token = made
    before = catalog.current(ws).version
    form = {
        "csrf": token,
        "base": str(before),
        "zh": "购物车",
        "en": "Basket",
        "stage": "purchase",
        "area": "process",
        "weight": "2",
        "row": "cart",
        "events.0.names": "Product Added, Cart Viewed",
        "events.0.channels": "app, web",
        "events.1.names": "Product Removed",
        "reason": "we say basket",
    }
    answer = browser.post("/catalog/change", data=form)
    assert answer.status_code == 303, answer.text
    cart = catalog.touchpoint(ws, "cart")
    assert (cart.title.en, cart.weight, len(cart.events)) == ("Basket", 2.0, 2)
    stale = browser.post("/catalog/change", data={**form, "en": "Trolley"})
    assert stale.status_code == 422
    assert "Trolley" in stale.text
    wrong = browser.post(
        "/catalog/change", data={**form, "base": str(before + 1), "target_metric": "nps"}
    )
    assert "both a metric and a value" in wrong.text
    assert wrong.status_code == 422
    assert catalog.touchpoint(ws, "cart").title.en == "Basket"


def test_a_wrong_text_is_refused_by_line(made: tuple[Workspace, TestClient, str]) -> None:
    ws, browser, token = made
    document = catalog.export(ws).replace('area = "people"', 'area = "money"', 1)
    form = {"csrf": token, "document": document, "reason": "x"}
    answer = browser.post("/catalog/text", data=form)
    assert answer.status_code == 422
    assert "touchpoint[" in answer.text and "line " in answer.text


def test_a_page_takes_the_usual_period_where_an_answer_takes_all(browser: TestClient) -> None:
    """The address of the page means what it always did; programs get everything unless they ask."""
    bare, usual = (browser.get(f"/journey/map{query}").text for query in ("", "?period=usual"))
    assert bare == usual
    cases = [
        browser.get(f"/api/v1/journey{query}").json()["cases"] for query in ("", "?period=all")
    ]
    assert cases[0] == cases[1] > 0
