"""Page, API, file and command tell the same of the same shop."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.costs.made import shop
from tests.understand.costs.test_service import LIFT
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.faces import formats
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.costs import service


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    _key, secret = keys.add_api_key(
        ws, SHELL, name="test", role=Role.MANAGER, places=None, now=clock.now()
    )
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


def test_file_api_and_command_show_the_same_digits(
    client: TestClient, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(ws, loss=0.6, count=1500)
    monkeypatch.setattr(service, "pains", lambda _ws, _look, *, now: [LIFT])
    assert "/costs/points?period=all" in client.get("/costs?period=all").text
    piece = client.get("/costs/points?period=all").text
    assert "Pain points by amount at risk" in piece
    assert "cause" not in piece.lower()
    answer = client.get("/api/v1/costs?period=all").json()
    (point,) = answer["points"]
    text = client.get("/costs?period=all&format=csv").text.lstrip("\ufeff")
    (line,) = csv.DictReader(io.StringIO(text))
    assert float(line["Revenue at risk"]) == point["at_risk"]["value"]
    shown = CliRunner().invoke(
        build_cli(), ["show", "costs", "--period", "all", "--json", "--workspace", str(ws.folder)]
    )
    assert json.loads(shown.stdout)["points"] == answer["points"]
    told = CliRunner().invoke(
        build_cli(), ["show", "costs", "--period", "all", "--workspace", str(ws.folder)],
        env={"COLUMNS": "200"},
    )  # fmt: skip
    assert formats.value_in(answer["currency"], point["value_at_risk"]["value"]) in told.stdout


def test_without_data_the_page_says_what_to_do(client: TestClient) -> None:
    assert "There is too little to compare" in client.get("/costs/points").text
    assert client.get("/api/v1/costs").json()["points"] == []
