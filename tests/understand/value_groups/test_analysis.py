"""Page, API, file and command tell the same of the same hundred guests."""

from __future__ import annotations

import csv
import io
import json

from fastapi.testclient import TestClient
from tests.understand.value_groups.conftest import client_of
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.company.rights.model import Role
from regulars.faces import formats
from regulars.timeline.workspace import Workspace


def test_the_page_follows_and_then_stands(client: TestClient) -> None:
    assert "/value-groups/overview" in client.get("/value-groups").text
    assert "Who moved, and why" in client.get("/value-groups/overview").text
    assert "Proposed thresholds for tiers" in client.get("/value-groups").text


def test_without_customers_the_page_says_what_to_do(ws: Workspace) -> None:
    bare = client_of(ws, Role.ADMIN)
    assert "Import orders or sign-ups" in bare.get("/value-groups/overview").text
    assert bare.get("/api/v1/value-groups").status_code == 404
    assert "No customer matches" in bare.get("/value-groups/customers").text


def test_file_api_and_command_show_the_same_digits(client: TestClient, ws: Workspace) -> None:
    answer = client.get("/api/v1/value-groups").json()
    assert [row["n"] for row in answer["groups"]] == [20, 50, 30]
    text = client.get("/value-groups/tables/groups?format=csv").text.lstrip("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [float(line["Spend"]) for line in lines] == [row["spend"] for row in answer["groups"]]
    shown = CliRunner().invoke(
        build_cli(), ["show", "value-groups", "--json", "--workspace", str(ws.folder)]
    )
    assert json.loads(shown.stdout) == answer
    args = ["show", "value-groups", "--workspace", str(ws.folder)]
    text = CliRunner().invoke(build_cli(), args, env={"LANG": "en_US", "COLUMNS": "200"}).stdout
    assert "Who moved, and why" in text
    assert "Proposed thresholds for tiers" in text
    tier = answer["thresholds"][0]
    assert f"{formats.money(tier['spend'], 'CNY')} · {tier['spend_reached']} reach it" in text


def test_every_change_is_listed_with_its_reason(client: TestClient) -> None:
    rows = client.get("/api/v1/value-groups/changes").json()["items"]
    assert {row["person_id"]: row["reason"] for row in rows} == {
        "guest 000": "spend_up", "guest 030": "others", "guest 080": "others"
    }  # fmt: skip
    page = client.get("/value-groups/changes").text
    assert "spends more" in page
    assert client.get("/value-groups/changes?format=csv").text.count("\n") == 4


def test_rules_are_edited_versioned_and_written_down(client: TestClient, ws: Workspace) -> None:
    client.put("/api/v1/value-groups/rules", json={"spend": 0, "frequency": 1, "depth": 0})
    answer = client.get("/api/v1/value-groups/rules").json()
    assert answer["in_force"]["number"] == 1
    assert len(answer["versions"]) == 1
    assert client.post("/api/v1/value-groups/assignments").json() == {"customers": 100}
    assert client.get("/api/v1/value-groups").json()["rules"]["number"] == 1
    assert client.put(
        "/api/v1/value-groups/rules", json={"spend": -1, "frequency": 1, "depth": 0}
    ).status_code == 422  # fmt: skip
    assert "value_groups.rules" in client.get("/api/v1/audit").text


def test_one_person_is_shown_on_the_own_page(client: TestClient) -> None:
    piece = client.get("/value-groups/of/guest 099").text
    assert "Core" in piece
    assert client.get("/value-groups/of/nobody").text.strip() == ""
    assert client.get("/api/v1/people/guest 099/value-group").json()["group"] == "core"


def test_an_analyst_reads_numbers_and_no_names(client: TestClient, ws: Workspace) -> None:
    analyst = client_of(ws, Role.ANALYST)
    assert analyst.get("/value-groups/overview").status_code == 200
    assert analyst.get("/value-groups/customers").status_code == 403
    assert analyst.get("/api/v1/value-groups/changes").status_code == 403
