"""Inbox, API, file and command show the same alerts; the navigation counts them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from tests.act.alerts.test_service import FIRST, NOW, RULE, shop, tell
from typer.testing import CliRunner

from regulars.act.alerts import service
from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics


def signed(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(
        ws, SHELL, name=f"as {role}", role=role, places=None, now=clock.now()
    )
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    service.put_rule(ws, RULE, SHELL, now=FIRST)
    tell(ws, shop())
    service.evaluate(ws, now=NOW)
    return signed(ws, Role.MANAGER)


def test_the_inbox_shows_and_the_navigation_counts(client: TestClient) -> None:
    page = client.get("/alerts").text
    assert "Checkout: 30" in page.replace("Satisfied customers (CSAT), ", "") or "30" in page
    assert 'hx-get="/alerts/count"' in page
    assert client.get("/alerts/count").text == "1"
    (alert,) = client.get("/api/v1/alerts").json()
    assert client.get(f"/alerts/{alert['id']}").status_code == 200
    body = {"act": "acknowledge"}
    assert client.post(f"/api/v1/alerts/{alert['id']}", json=body).json()["state"] == "acknowledged"
    assert client.get("/alerts/count").text == ""
    assert "No alerts to handle" in client.get("/alerts").text
    assert alert["id"] in client.get("/alerts?view=waiting").text


def test_file_api_and_command_show_the_same(client: TestClient, ws: Workspace) -> None:
    (alert,) = client.get("/api/v1/alerts").json()
    text = client.get("/alerts?format=csv").text.lstrip("\ufeff")
    (line,) = list(csv.DictReader(io.StringIO(text)))
    assert float(line["Value"]) == alert["value"] == 30.0
    args = ["show", "alerts", "--workspace", str(ws.folder)]
    shown = json.loads(CliRunner().invoke(build_cli(), [*args, "--json"]).stdout)
    assert shown[0]["told"]["zh"] == alert["told"]["zh"]
    assert alert["id"][:8] in CliRunner().invoke(build_cli(), args).stdout


def test_a_view_that_is_none_is_refused_everywhere(client: TestClient, ws: Workspace) -> None:
    assert client.get("/alerts?view=nope").status_code == 422
    assert client.get("/api/v1/alerts?view=nope").status_code == 422
    args = ["show", "alerts", "--view", "nope", "--workspace", str(ws.folder)]
    refused = CliRunner().invoke(build_cli(), args).exception
    assert isinstance(refused, Invalid)
    assert "waiting, muted" in refused.message.en


def test_an_alert_about_the_whole_shows_where_its_evidence_is(ws: Workspace) -> None:
    service.put_rule(ws, replace(RULE, by=""), SHELL, now=FIRST)
    tell(ws, shop())
    service.evaluate(ws, now=NOW)
    assert "Evidence" in signed(ws, Role.MANAGER).get("/alerts").text


def test_rules_are_added_changed_and_removed(client: TestClient, ws: Workspace) -> None:
    assert "Monitor something else" in client.get("/alerts/rules").text
    body = {"metric": "nps", "by": "channel", "grain": "month"}
    made = client.post("/api/v1/alerts/rules", json=body).json()["id"]
    address = f"/api/v1/alerts/rules/{made}"
    assert client.put(address, json={**body, "active": False}).status_code == 204
    (rule,) = (one for one in client.get("/api/v1/alerts/rules").json() if one["id"] == made)
    assert (rule["active"], rule["by"]) == (False, "channel")
    for act, active in (("stop", False), ("start", True)):
        client.post(f"/alerts/rules/{act}", data={"row": made})
        rules = {one["id"]: one["active"] for one in client.get("/api/v1/alerts/rules").json()}
        assert rules[made] is active
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404
    assert client.post("/api/v1/alerts/rules", json={"metric": "mood"}).status_code == 422
    typed = {"metric": "nps", "by": "place", "filters.channel": "app", "active": "1"}
    client.post("/alerts/rules/add", data=typed)
    added = [(one["by"], one["filters"]) for one in client.get("/api/v1/alerts/rules").json()]
    assert ("place", {"channel": "app"}) in added
    analyst = signed(ws, Role.ANALYST)
    assert analyst.get("/alerts/rules").status_code == 403
    assert analyst.get("/alerts").status_code == 200


def test_page_api_and_command_say_which_rule_could_not_be_looked_at(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = service.put_rule(ws, RULE, SHELL, now=FIRST)
    tell(ws, shop())
    known = metrics.exists
    monkeypatch.setattr(metrics, "exists", lambda key: key != rule.metric and known(key))
    service.evaluate(ws, now=NOW)
    why = "There is no metric “csat_satisfied_share”."
    client = signed(ws, Role.MANAGER)
    assert why in client.get("/alerts").text
    assert why in client.get("/alerts/rules").text
    told = {one["id"]: one["error"] for one in client.get("/api/v1/alerts/rules").json()}
    assert told[rule.id]["en"] == why
    shown = CliRunner().invoke(build_cli(), ["show", "alerts", "--workspace", str(ws.folder)])
    assert why in " ".join(shown.stdout.split())
