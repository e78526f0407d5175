"""Page, API, file and command say the same of the same radar; people change what it means."""

from __future__ import annotations

import csv
import io
import json

from fastapi.testclient import TestClient
from tests.understand.radar.conftest import signed
from tests.understand.radar.test_comparing import MINE
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.company.rights.model import Role
from regulars.timeline.workspace import Workspace

ALL = {"period": "all"}


def test_the_page_follows_and_then_stands(client: TestClient) -> None:
    assert "/radar/figure?period=all" in client.get("/radar?period=all").text
    piece = client.get("/radar/figure?period=all").text
    assert "not measured yet: ask this question" in piece
    assert "87.5" in piece
    assert "87.5" in client.get("/radar?period=all").text


def test_a_comparison_that_is_not_stored_follows_the_page(client: TestClient) -> None:
    """The radar of all is there; that of one channel is measured first when it is compared with."""
    client.get("/radar/figure?period=all")
    address = "/radar?period=all&against=channel:app"
    assert "/radar/figure?period=all&amp;against=channel:app" in client.get(address).text
    assert "87.5" in client.get(address.replace("?", "/figure?")).text
    assert "87.5" in client.get(address).text
    gone = client.get("/radar/figure?period=all&against=benchmark:none").text
    assert "There is no benchmark" in gone


def test_file_api_and_command_show_the_same_digits(client: TestClient, ws: Workspace) -> None:
    answer = client.get("/api/v1/radar", params=ALL).json()
    ease = next(one for one in answer["dimensions"] if one["key"] == "ease")
    assert (ease["value"], ease["against"]["verdict"], ease["note"]) == (87.5, "higher", None)
    text = client.get("/radar?period=all&format=csv").text.lstrip("\ufeff")
    rows = {row["Dimension"]: row for row in csv.DictReader(io.StringIO(text))}
    assert float(rows["Ease"]["Points: Low"]) == ease["low"]
    assert rows["Value for money"]["Points"] == ""
    args = ["show", "radar", "--period", "all", "--workspace", str(ws.folder)]
    shown = json.loads(CliRunner().invoke(build_cli(), [*args, "--json"]).stdout)
    assert shown["dimensions"] == answer["dimensions"]
    assert "not measured yet" in " ".join(CliRunner().invoke(build_cli(), args).stdout.split())


def test_unreadable_wishes_are_refused_and_analysts_change_nothing(
    client: TestClient, ws: Workspace
) -> None:
    assert client.get("/api/v1/radar?against=stars").status_code == 422
    analyst = signed(ws, Role.ANALYST)
    assert analyst.get("/radar/mapping").status_code == 403
    body = {"document": MINE, "reason": "ours", "based_on": 0}
    assert analyst.put("/api/v1/radar/mapping", json=body).status_code == 403
