"""Page, API, file and command tell the same of one made shop."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.needs.test_service import bring, habit, shop
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
    bring(ws, shop(habit))
    return client_of(ws, Role.ADMIN)


def test_the_page_follows_and_then_stands(client: TestClient) -> None:
    assert "/needs/overview" in client.get("/needs").text
    assert client.get("/needs/of/c001").text.strip() == ""
    assert "Bestsellers, top-3 hit rate" in client.get("/needs/overview").text
    assert "Expected bestsellers" in client.get("/needs").text
    assert "Likely next" in client.get("/needs/of/c001").text
    assert client.get("/needs/of/nobody").text.strip() == ""


def test_without_orders_the_page_says_what_it_takes(ws: Workspace) -> None:
    bare = client_of(ws, Role.ADMIN)
    assert "not enough data" in bare.get("/needs/overview").text
    assert "not enough data" in bare.get("/needs/customers").text
    assert bare.get("/api/v1/needs/customers").json()["items"] == []
    assert bare.get("/api/v1/people/ana/needs").status_code == 404


def test_file_api_and_command_show_the_same_digits(client: TestClient, ws: Workspace) -> None:
    answer = client.get("/api/v1/needs").json()
    text = client.get("/needs/tables/ways?format=csv").text.lstrip("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [float(line["Top-3 hit rate"]) for line in lines] == [
        one["hits"]["value"] for one in answer["back_test"]["candidates"]
    ]
    shown = CliRunner().invoke(
        build_cli(), ["show", "needs", "--json", "--workspace", str(ws.folder)]
    )
    assert json.loads(shown.stdout)["back_test"] == answer["back_test"]
    assert client.get("/needs/tables/items?format=xlsx").status_code == 200
    assert client.get("/needs/tables/other").status_code == 404
    plain = CliRunner().invoke(build_cli(), ["show", "needs", "--workspace", str(ws.folder)])
    assert "Top-3 hit rate" in plain.stdout


def test_customers_are_paged_filtered_and_taken_away(client: TestClient) -> None:
    rows: list[dict[str, object]] = []
    after = None
    while True:
        address = "/api/v1/needs/customers?limit=120" + (f"&after={after}" * bool(after))
        answer = client.get(address).json()
        rows += answer["items"]
        if (after := answer["next"]) is None:
            break
    assert len(rows) == len({row["person_id"] for row in rows}) == 300
    tea = [row for row in rows if row["wants"][0]["item"] == "tea"]  # type: ignore[index]
    page = client.get("/needs/customers?want=tea").text
    assert str(tea[0]["person_id"])[:8] in page
    file = client.get("/needs/customers?want=tea&format=csv").text.lstrip("\ufeff")
    assert [line["Customer"] for line in csv.DictReader(io.StringIO(file))] == [
        row["person_id"] for row in tea
    ]
    assert client.get("/needs/customers?q=nobody&format=csv").text.count("\n") == 1
    assert "needs.exported" in client.get("/api/v1/audit").text
    told = client.get(f"/api/v1/people/{tea[0]['person_id']}/needs").json()
    assert told["wants"] == tea[0]["wants"]


def test_an_analyst_reads_numbers_and_no_names(client: TestClient, ws: Workspace) -> None:
    analyst = client_of(ws, Role.ANALYST)
    assert analyst.get("/needs/overview").status_code == 200
    assert analyst.get("/api/v1/needs").json()["customers"] == []
    assert analyst.get("/needs/customers").status_code == 403
    assert analyst.get("/api/v1/needs/customers").status_code == 403
