"""Page, API, file and command tell the same of one made shop."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.churn.test_service import NOW, bring, shop
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.churn import service


def client_of(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(ws, SHELL, name=role, role=role, places=None, now=clock.now())
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    bring(ws, shop())
    return client_of(ws, Role.ADMIN)


def test_the_page_follows_and_then_stands(client: TestClient) -> None:
    assert "/early-warning/overview" in client.get("/early-warning").text
    assert client.get("/early-warning/of/c0001").text.strip() == ""
    assert "Who to contact first" in client.get("/early-warning/overview").text
    page = client.get("/early-warning").text
    assert "AUC, repeat visitors" in page and "Were the probabilities right?" in page


def test_without_customers_the_page_says_what_it_takes(ws: Workspace) -> None:
    bare = client_of(ws, Role.ADMIN)
    assert "not enough data" in bare.get("/early-warning/overview").text
    assert "not enough data" in bare.get("/early-warning/customers").text
    assert bare.get("/api/v1/early-warning/customers").json()["items"] == []
    assert bare.get("/api/v1/people/ana/early-warning").status_code == 404
    other = bare.get("/early-warning?event=Left Us").text
    assert "churn means “Left Us”" in other and "/early-warning/overview?event=Left" in other


def test_file_api_and_command_show_the_same_digits(client: TestClient, ws: Workspace) -> None:
    answer = client.get("/api/v1/early-warning").json()
    text = client.get("/early-warning/tables/models?format=csv").text.lstrip("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [float(line["AUC"]) for line in lines] == [
        one["auc"]["value"] for one in answer["back_test"]["candidates"]
    ]
    shown = CliRunner().invoke(
        build_cli(), ["show", "early-warning", "--json", "--workspace", str(ws.folder)]
    )
    assert json.loads(shown.stdout)["back_test"] == answer["back_test"]
    assert {line["Selected"] for line in lines} == {"yes", "no"}
    args = ["show", "early-warning", "--workspace", str(ws.folder)]
    words = CliRunner().invoke(build_cli(), args, env={"LANG": "en_US", "COLUMNS": "200"}).stdout
    first = answer["warned"][0]
    assert f"({first['low']:.0%} – {first['high']:.0%}) n {first['n']:,}" in words
    assert client.get("/early-warning/tables/calibration?format=xlsx").status_code == 200
    assert client.get("/early-warning/tables/other").status_code == 404


def test_the_whole_list_begins_with_the_stored_one(client: TestClient, ws: Workspace) -> None:
    found = service.answered(ws, None, now=NOW).payload
    rows: list[dict[str, object]] = []
    after = None
    while True:
        address = "/api/v1/early-warning/customers?limit=400" + (f"&after={after}" * bool(after))
        answer = client.get(address).json()
        rows += answer["items"]
        if (after := answer["next"]) is None:
            break
    assert len(rows) == len({row["person_id"] for row in rows}) == found.n
    active = [row for row in rows if row["active"]]
    assert len(active) == found.active
    assert [row["person_id"] for row in active][:200] == [one.person for one in found.warned]
    first, listed = active[0], found.warned[0]
    assert (first["chance"], first["at_stake"]) == (listed.chance, listed.at_stake)
    low, high = first["low"], first["high"]
    assert isinstance(low, float) and isinstance(high, float) and 0 < low < high < 1
    told = client.get(f"/api/v1/people/{listed.person}/early-warning").json()
    assert told["chance"] == pytest.approx(listed.chance)
    file = client.get("/early-warning/customers?format=csv").text.lstrip("\ufeff")
    assert len(list(csv.DictReader(io.StringIO(file)))) == found.active
    nobody = client.get("/early-warning/customers?q=nobody&format=csv").text
    assert nobody.count("\n") == 1
    assert "early_warning.exported" in client.get("/api/v1/audit").text
    assert f"{found.active:,} in all" in client.get("/early-warning/customers").text
    assert f"{found.n:,} in all" in client.get("/early-warning/customers?who=all").text
    assert "Factor" in client.get(f"/early-warning/of/{listed.person}").text


def test_an_analyst_reads_numbers_and_no_names(client: TestClient, ws: Workspace) -> None:
    analyst = client_of(ws, Role.ANALYST)
    assert "Who to contact first" not in analyst.get("/early-warning/overview").text
    assert analyst.get("/api/v1/early-warning").json()["warned"] == []
    assert analyst.get("/early-warning/customers").status_code == 403
    assert analyst.get("/api/v1/early-warning/customers").status_code == 403
