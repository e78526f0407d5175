"""The funnel as it is asked: its usual steps, its old spelling, its file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from tests.understand.metrics.story import NOON, happened, tell

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.timeline.workspace import Workspace


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    """A shop: six looked at a product, three of them ordered it an hour later, two in the app."""
    for i in range(6):
        channel = "app" if i < 4 else None
        tell(ws, [happened(f"p{i}", "Product Viewed", NOON, channel=channel)])
        if i % 2:
            later = NOON + timedelta(hours=1)
            tell(ws, [happened(f"p{i}", "Order Completed", later, order_id=f"o{i}")])
    role = Role.ADMIN
    _key, secret = keys.add_api_key(ws, SHELL, name=role, role=role, places=None, now=NOON)
    return TestClient(build_web(ws), headers={"Authorization": f"Bearer {secret}"})


def test_without_steps_it_is_the_way_to_the_order(client: TestClient) -> None:
    (whole,) = client.get("/api/v1/funnel").json()
    counts = {step["step"]: step["n"] for step in whole["steps"]}
    assert list(counts) == ["product_page", "cart", "checkout", "payment", "order"]
    assert counts["product_page"] == 6
    assert client.get("/api/v1/funnel?step=cart").json()["code"] == "funnel.wrong"


def test_a_page_compares_by_what_it_was_called_formerly(client: TestClient) -> None:
    asked = "step=product_page&step=order&by=person&period=all"
    old, new = (client.get(f"/funnel/answer?{asked}&{name}=channel").text
                for name in ("slice_by", "slice"))  # fmt: skip
    assert "Compared by channel" in old
    assert old == new


def test_a_file_names_groups_and_steps(client: TestClient) -> None:
    asked = "step=product_page&step=order&by=person&period=all&slice=channel&format=csv"
    file = client.get(f"/funnel?{asked}").text.lstrip("\ufeff")
    rows = [(row["Group"], row["Step"], row["Key"], row["Reached"])
            for row in csv.DictReader(io.StringIO(file))]  # fmt: skip
    assert rows[:2] == [("", "Product page", "product_page", "6"), ("", "Order", "order", "3")]
    assert ("App", "Order", "order", "2") in rows
    assert ("not stated", "Product page", "product_page", "2") in rows
