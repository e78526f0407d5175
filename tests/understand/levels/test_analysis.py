"""Page, API, file and command tell the same of the same guests."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.levels.made import DAY, JULY, answer, guests, tell
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
    """Of the hundred guests nobody is left to be rescued; twenty others came late and left sad."""
    sad = [answer(f"sad {n:02d}", JULY + 80 * DAY, 1.0) for n in range(20)]
    tell(ws, guests() + sad)
    return client_of(ws, Role.ADMIN)


def test_the_page_follows_and_then_stands(client: TestClient) -> None:
    assert "/levels/shares?period=all" in client.get("/levels?period=all").text
    piece = client.get("/levels/shares?period=all").text
    assert "Levels by touchpoint" in piece
    assert "What if? Two ways to improve negative experiences" in piece
    assert "Levels by touchpoint" in client.get("/levels?period=all").text


def test_without_scores_the_page_says_what_to_do(ws: Workspace) -> None:
    bare = client_of(ws, Role.ADMIN)
    assert "Import surveys or reviews" in bare.get("/levels/shares").text
    assert "No customers: no such experience" in bare.get("/levels/people/rescue").text
    assert bare.get("/levels/people/others").status_code == 404
    assert bare.get("/levels/of/nobody").text.strip() == ""


def test_file_api_and_command_show_the_same_digits(client: TestClient, ws: Workspace) -> None:
    answer = client.get("/api/v1/levels", params={"period": "all"}).json()
    assert answer["whole"]["n"] == 220
    assert answer["meaning"]["en"].startswith("Every scored experience")
    text = client.get("/levels?period=all&format=csv").text.lstrip("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text)))
    titles = ("L1 negative", "L2 none", "L3 low", "L4 medium", "L5 high")
    told = [float(lines[0][title]) for title in titles]
    assert told == [share["value"] for share in answer["whole"]["shares"]]
    shown = CliRunner().invoke(
        build_cli(), ["show", "levels", "--period", "all", "--json", "--workspace", str(ws.folder)]
    )
    assert json.loads(shown.stdout)["points"] == answer["points"]


def test_the_command_lists_customers_and_tells_what_would_help(
    client: TestClient, ws: Workspace
) -> None:
    def shown(*more: str) -> str:
        args = ["show", "levels", "--period", "all", *more, "--workspace", str(ws.folder)]
        return CliRunner().invoke(build_cli(), args, env={"LANG": "en_US", "COLUMNS": "240"}).stdout

    assert "20 customers to recover (--list rescue)" in shown()
    assert "Turn it into something" in shown("--share", "0.5")  # a narrow terminal breaks the line
    answer = client.get("/api/v1/levels/what-if?period=all&impact=50").json()
    told = json.loads(shown("--impact", "50", "--json"))["what_if"]
    assert {name: answer[name] for name in told} == told
    listed = json.loads(shown("--list", "rescue", "--limit", "7", "--json"))
    items = client.get("/api/v1/levels/rescue?limit=7").json()["items"]
    assert (listed["total"], listed["items"]) == (20, items)
    printed = " ".join(shown("--list", "rescue").split())  # a narrow terminal breaks the line
    assert "far below it, and worse the deeper the participation" in printed
    assert "0 of 0 customers" in shown("--list", "rescue", "--touchpoint", "nowhere")


def test_lists_are_paged_without_a_gap_and_written_as_files(client: TestClient) -> None:
    seen: list[str] = []
    after = None
    while True:
        more = f"&after={after}" if after else ""
        answer = client.get(f"/api/v1/levels/rescue?limit=7{more}").json()
        seen += [row["person"] for row in answer["items"]]
        if (after := answer["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 20
    text = client.get("/levels/people/rescue?format=csv").text
    assert text.count("\n") == 21
    page = client.get("/levels/people/rescue").text
    assert "far below it, and worse the deeper the participation" in page


def test_one_person_s_page_explains_every_level(client: TestClient) -> None:
    text = client.get("/levels/of/guest 000").text
    assert "L1 negative" in text
    assert "was expected" in text
    rows = client.get("/api/v1/people/guest 000/levels").json()
    assert [row["level"] for row in rows][-1] == 1


def test_whoever_may_not_read_people_gets_no_list(ws: Workspace) -> None:
    tell(ws, guests(20))
    analyst = client_of(ws, Role.ANALYST)
    assert analyst.get("/api/v1/levels").status_code == 200
    expected = analyst.get("/people").status_code
    assert (analyst.get("/levels/people/rescue").status_code == 403) == (expected == 403)


def test_the_sliders_work_as_a_form(client: TestClient) -> None:
    client.get("/levels/shares?period=all")
    page = client.get("/levels?period=all&impact=100&share=1&exceed=40")
    assert "Impact +100 points" in page.text
    assert '<input type="hidden" name="period" value="all">' in page.text
    answer = client.get("/api/v1/levels/what-if?period=all&impact=100").json()
    assert answer["reduce"]["share_after"]["value"] == 0
    assert client.get("/levels/what-if?impact=many").status_code == 422


def test_parameters_are_edited_and_refused(client: TestClient) -> None:
    assert client.put("/api/v1/levels/rules", json={"far": 30}).json()["number"] == 1
    assert client.put("/api/v1/levels/rules", json={"far": 0}).status_code == 422
    assert client.put("/api/v1/levels/rules", json={"luck": 1}).status_code == 422
    answer = client.get("/api/v1/levels/rules").json()
    assert (answer["in_force"]["far"], len(answer["versions"])) == (30, 1)
