"""Page, API, file and command say the same; the handbook is there in both languages."""

from __future__ import annotations

import csv
import io
import json

from fastapi.testclient import TestClient
from tests.understand.maturity.test_service import claims
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.timeline.workspace import Workspace
from regulars.understand.maturity.analysis import figure
from regulars.understand.maturity.model import AreaGrade


def test_answers_show_on_page_file_api_and_command(client: TestClient, ws: Workspace) -> None:
    assert "/maturity/diagnosis" in client.get("/maturity").text
    assert "The questionnaire has not been answered" in client.get("/maturity/diagnosis").text
    body = {"grades": claims(4), "note": "first"}
    assert client.post("/api/v1/maturity/answers", json=body).json() == {"number": 1}
    assert "Who answers for each touchpoint?" in client.get("/maturity").text
    answer = client.get("/api/v1/maturity").json()
    owners = answer["questions"][0]
    assert (owners["question"], owners["claim"]) == ("owners", 4)
    text = client.get("/maturity?format=csv").text.lstrip("\ufeff")
    assert next(csv.DictReader(io.StringIO(text)))["Self-assessed"] == "4"
    args = ["show", "maturity", "--workspace", str(ws.folder)]
    shown = json.loads(CliRunner().invoke(build_cli(), [*args, "--json"]).stdout)
    assert shown["questions"] == answer["questions"]
    assert CliRunner().invoke(build_cli(), args).exit_code == 0


def test_areas_without_any_grade_are_not_drawn_as_zero() -> None:
    graded = [AreaGrade(area, None, 3.0, None, None) for area in ("organisation", "listening")]
    blank = [AreaGrade(area, None, None, None, None) for area in ("journey", "acting")]
    assert figure([*graded, *blank]) is None
    third = AreaGrade("proving", 4.0, None, None, None)
    picture = figure([*graded, third, *blank])
    assert picture is not None
    names = [one["name"] for one in picture["radar"]["indicator"]]
    assert names == ["Organisation", "Listening", "Proving"]


def test_the_handbook_speaks_both_languages(client: TestClient, ws: Workspace) -> None:
    client.post("/api/v1/maturity/answers", json={"grades": claims(3)})
    assert "# 成熟度诊断手册" in client.get("/api/v1/maturity/handbook?language=zh").text
    assert "# Maturity handbook" in client.get("/maturity/handbook.md").text
    assert "# Maturity handbook" in client.get("/maturity?handbook=true").text
    assert "Key improvement points" in client.get("/maturity/handbook").text
    args = ["show", "maturity", "--handbook", "--workspace", str(ws.folder)]
    assert "## Maturity" in CliRunner().invoke(build_cli(), args).stdout
