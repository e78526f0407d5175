"""Page, API, file and command tell the same of one made shop."""

from __future__ import annotations

import csv
import io
import json

from fastapi.testclient import TestClient
from tests.understand.churn.conftest import client_of
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.company.rights.model import Role
from regulars.timeline.workspace import Workspace


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


def test_an_analyst_reads_numbers_and_no_names(client: TestClient, ws: Workspace) -> None:
    analyst = client_of(ws, Role.ANALYST)
    assert "Who to contact first" not in analyst.get("/early-warning/overview").text
    assert analyst.get("/api/v1/early-warning").json()["warned"] == []
    assert analyst.get("/early-warning/customers").status_code == 403
    assert analyst.get("/api/v1/early-warning/customers").status_code == 403
