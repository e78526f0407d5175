"""Page, API, file and command say the same; the handbook is there in both languages."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.maturity.test_service import claims
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.maturity.analysis import figure
from regulars.understand.maturity.model import AreaGrade


def signed(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(
        ws, SHELL, name=f"as {role}", role=role, places=None, now=clock.now()
    )
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    return signed(ws, Role.MANAGER)


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


def test_forms_lead_back(client: TestClient, ws: Workspace) -> None:
    assert "each touchpoint" in client.get("/maturity/questionnaire").text
    assert "hotline.short" in client.get("/maturity/spending").text
    line = {"touchpoint": "hotline", "horizon": "short", "amount": 500}
    assert client.put("/api/v1/maturity/spending", json=[line]).status_code == 204
    (part,) = client.get("/api/v1/maturity").json()["spread"]
    assert (part["touchpoint"], part["share"]) == ("hotline", 1.0)
    typed = {"hotline.short": "700", "store.short": "a lot"}
    wrong = client.post("/maturity/spending", data=typed | {"delivery.short": "-5"})
    assert wrong.status_code == 422
    assert "nothing has been kept" in wrong.text
    assert 'value="700"' in wrong.text
    assert client.get("/api/v1/maturity").json()["spread"] == [part]
    analyst = signed(ws, Role.ANALYST)
    assert analyst.get("/maturity").status_code == 200
    assert analyst.get("/maturity/spending").status_code == 403
    body = {"grades": claims(3)}
    assert analyst.post("/api/v1/maturity/answers", json=body).status_code == 403


def test_wrong_answers_are_refused(client: TestClient) -> None:
    body = {"grades": {"owners": 9}}
    assert client.post("/api/v1/maturity/answers", json=body).status_code == 422
