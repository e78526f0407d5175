"""Page, API, file and command tell the same of one made shop."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.lifetime_value.test_service import bring, shop
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace


def client_of(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(ws, SHELL, name=role, role=role, places=None, now=clock.now())
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    bring(ws, list(shop()))
    return client_of(ws, Role.ADMIN)


def test_the_page_follows_and_then_stands(client: TestClient) -> None:
    assert "/lifetime-value/overview" in client.get("/lifetime-value").text
    assert "Where the value comes from" in client.get("/lifetime-value/overview").text
    page = client.get("/lifetime-value").text
    assert "Forecast accuracy" in page and "/lifetime-value/customers" in page


def test_without_orders_the_page_says_what_it_takes(ws: Workspace) -> None:
    bare = client_of(ws, Role.ADMIN)
    assert "not enough data" in bare.get("/lifetime-value/overview").text
    assert "not enough data" in bare.get("/lifetime-value/customers").text
    assert bare.get("/lifetime-value/of/ana").text.strip() == ""
    assert bare.get("/api/v1/people/ana/lifetime-value").status_code == 404


def test_file_api_and_command_show_the_same_digits(client: TestClient, ws: Workspace) -> None:
    answer = client.get("/api/v1/lifetime-value").json()
    text = client.get("/lifetime-value/tables/horizons?format=csv").text.lstrip("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [float(line["Amount"]) for line in lines] == [
        one["total"]["value"] for one in answer["ahead"]
    ]
    shown = CliRunner().invoke(
        build_cli(), ["show", "lifetime-value", "--json", "--workspace", str(ws.folder)]
    )
    assert json.loads(shown.stdout)["ahead"] == answer["ahead"]
    args = ["show", "lifetime-value", "--workspace", str(ws.folder)]
    words = CliRunner().invoke(build_cli(), args, env={"LANG": "en_US", "COLUMNS": "200"}).stdout
    assert f"n {answer['back_test']['covered']['n']:,}" in words
    assert f"({answer['back_test']['covered']['low']:.1%} – " in words
    assert sum(one["share"] for one in answer["tenths"]) == pytest.approx(1.0)
    for name in ("tenths", "models", "back-test"):
        assert client.get(f"/lifetime-value/tables/{name}?format=xlsx").status_code == 200
    assert client.get("/lifetime-value/tables/other").status_code == 404


def test_customers_are_paged_without_a_gap_or_a_repeat(client: TestClient) -> None:
    rows: list[dict[str, object]] = []
    after = None
    while True:
        address = "/api/v1/lifetime-value/customers?limit=150" + (f"&after={after}" * bool(after))
        answer = client.get(address).json()
        rows += answer["items"]
        if (after := answer["next"]) is None:
            break
    assert len(rows) == len({row["person_id"] for row in rows}) == 400
    values = [row["value"] for row in rows]
    assert values == sorted(values, reverse=True)  # type: ignore[type-var]
    file = client.get("/lifetime-value/customers?format=csv").text.lstrip("\ufeff")
    assert [line["Customer"] for line in csv.DictReader(io.StringIO(file))] == [
        row["person_id"] for row in rows
    ]
    nobody = client.get("/lifetime-value/customers?q=nobody&format=csv").text
    assert nobody.count("\n") == 1
    assert "lifetime_value.exported" in client.get("/api/v1/audit").text
    assert client.get("/lifetime-value/customers?after=nonsense").status_code == 404
    first = client.get(f"/api/v1/people/{rows[0]['person_id']}/lifetime-value").json()
    assert first["value"] == rows[0]["value"] and first["low"] == rows[0]["low"]


def test_one_person_is_shown_on_the_own_page(client: TestClient) -> None:
    assert client.get("/lifetime-value/of/c001").text.strip() == ""
    client.get("/lifetime-value/overview")
    assert "Expected purchases" in client.get("/lifetime-value/of/c001").text
    assert client.get("/lifetime-value/of/nobody").text.strip() == ""


def test_an_analyst_reads_numbers_and_no_names(client: TestClient, ws: Workspace) -> None:
    analyst = client_of(ws, Role.ANALYST)
    assert "most valuable customers" not in analyst.get("/lifetime-value/overview").text
    assert analyst.get("/api/v1/lifetime-value").json()["customers"] == []
    assert analyst.get("/lifetime-value/customers").status_code == 403
    assert analyst.get("/api/v1/lifetime-value/customers").status_code == 403
