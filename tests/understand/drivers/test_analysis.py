"""Page, API and command say the same of the same guests."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.drivers.test_service import guests, tell
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    tell(ws, guests())
    _key, secret = keys.add_api_key(
        ws, SHELL, name="test", role=Role.MANAGER, places=None, now=clock.now()
    )
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


def test_the_page_follows_and_then_stands(client: TestClient) -> None:
    address = "/drivers?period=all"
    assert "/drivers/ranking?period=all" in client.get(address).text
    piece = client.get("/drivers/ranking?period=all").text
    assert "300 of 300 people with this outcome are included; 200 of them" in piece
    assert "cause" not in piece.lower().replace("because", "")
    assert "Who is included" in client.get(address).text


def test_file_api_and_command_show_the_same_digits(client: TestClient, ws: Workspace) -> None:
    answer = client.get("/api/v1/drivers", params={"period": "all"}).json()
    first = answer["drivers"][0]
    assert (first["touchpoint"], first["sign"], first["n"]) == ("till", "+", 300)
    assert answer["meaning"]["en"].startswith("Importance is")
    text = client.get("/drivers?period=all&format=csv").text.lstrip("\ufeff")
    (line, *_rest) = list(csv.DictReader(io.StringIO(text)))
    assert float(line["Importance (share)"]) == first["importance"]["value"]
    shown = CliRunner().invoke(
        build_cli(), ["show", "drivers", "--period", "all", "--json", "--workspace", str(ws.folder)]
    )
    assert json.loads(shown.stdout)["drivers"] == answer["drivers"]


def test_a_cost_brings_a_gain(client: TestClient) -> None:
    address = "/api/v1/drivers/costs/till"
    assert client.put(address, json={"cost": 500, "points": 10}).status_code == 204
    (gain,) = client.get("/api/v1/drivers", params={"period": "all"}).json()["gains"]
    assert (gain["touchpoint"], gain["cost"]["currency"]) == ("till", "CNY")
    assert client.put(address, json={"cost": 0, "points": 10}).status_code == 422
    wrong = client.post("/drivers/costs", data={"touchpoint": "till", "cost": "ten"})
    assert wrong.status_code == 422
    assert "Write a number" in wrong.text
    (stated,) = client.get("/api/v1/drivers/costs").json()
    assert stated["cost"] == 500
    assert client.delete(address).status_code == 204
    assert client.get("/api/v1/drivers/costs").json() == []


def test_unreadable_wishes_are_refused(client: TestClient) -> None:
    assert client.get("/api/v1/drivers?missing=guess").status_code == 422
