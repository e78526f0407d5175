"""Pages, API, files and the command tell the same of the same eighty guests."""

from __future__ import annotations

import base64
import csv
import io
import json
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from tests.understand.audiences.cast import guest, guests, tell
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import service

APP = {"name": "App users", "where": "channel = 'app'"}


def client_of(ws: Workspace, role: Role, places: list[str] | None = None) -> TestClient:
    _key, secret = keys.add_api_key(
        ws, SHELL, name=str(role), role=role, places=places, now=clock.now()
    )
    made = TestClient(build_web(ws), follow_redirects=False)
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    tell(ws, guests())
    return client_of(ws, Role.ADMIN)


@pytest.fixture
def key(client: TestClient) -> str:
    return str(client.post("/api/v1/audiences", json=APP).json()["key"])


def test_an_empty_list_offers_a_beginning(client: TestClient) -> None:
    text = client.get("/audiences").text
    assert "No audiences yet" in text
    assert "/audiences/new?where=" in text


def test_the_command_without_audiences_says_how_to_add_one(
    client: TestClient, ws: Workspace
) -> None:
    args = ["show", "audiences", "--workspace", str(ws.folder)]
    shown = CliRunner().invoke(build_cli(), args, env={"LANG": "en_US"})
    assert "There are no audiences yet. Add one at /audiences/new" in shown.stdout


def test_the_list_follows_and_then_stands(client: TestClient, key: str) -> None:
    assert "/audiences/numbers" in client.get("/audiences").text
    assert "rates better" in client.get("/audiences/numbers").text
    assert "App users" in client.get("/audiences").text
    assert "rates better" in client.get(f"/audiences/{key}/numbers").text
    assert "Versions" in client.get(f"/audiences/{key}").text


def test_api_file_and_command_show_the_same_digits(
    client: TestClient, key: str, ws: Workspace
) -> None:
    answer = client.get(f"/api/v1/audiences/{key}").json()
    assert (answer["outline"]["n"], answer["outline"]["of"]) == (40, 80)
    text = client.get("/audiences?format=csv").text.lstrip("\ufeff")
    (line,) = list(csv.DictReader(io.StringIO(text)))
    assert float(line["Mean spend"]) == answer["outline"]["spend"]["value"]
    shown = CliRunner().invoke(
        build_cli(), ["show", "audience", "App users", "--json", "--workspace", str(ws.folder)]
    )
    told = json.loads(shown.stdout)
    assert told["outline"] == answer["outline"]
    assert told["answers"] == answer["answers"]


def test_the_builder_previews_adds_rows_and_saves_without_script(client: TestClient) -> None:
    sent = {
        "how": "rows", "match": "all", "name": "Happy",
        "field-0": "channel", "operator-0": "=", "value-0": "app",
        "field-1": "spend", "operator-1": ">=", "value-1": "400",
    }  # fmt: skip
    shown = client.post("/audiences/new", data={**sent, "do": "preview"})
    assert shown.status_code == 200
    assert "channel = &#39;app&#39; AND spend &gt;= 400" in shown.text
    assert client.post("/audiences/new", data={**sent, "do": "more"}).text.count("<fieldset") == 6
    saved = client.post("/audiences/new", data=sent)
    assert saved.status_code == 303
    (one,) = client.get("/api/v1/audiences").json()["items"]
    assert (one["where"], one["outline"]["n"]) == ("channel = 'app' AND spend >= 400", 20)


def test_what_is_wrong_stands_at_its_field(client: TestClient) -> None:
    rows = {"how": "rows", "name": "x", "field-0": "spend", "operator-0": ">", "value-0": "much"}
    shown = client.post("/audiences/new", data=rows)
    assert shown.status_code == 422
    assert "Write a number" in shown.text
    sql = {"how": "sql", "name": "x", "where": "lower(channel) = 'app'"}
    shown = client.post("/audiences/new", data=sql)
    assert shown.status_code == 422
    assert "Lower is not allowed here" in shown.text
    assert client.post("/api/v1/audiences/preview", json={"where": "1=1"}).status_code == 422


def test_the_live_preview_is_a_piece(client: TestClient) -> None:
    piece = client.post("/audiences/preview", data={"how": "sql", "where": "spend >= 400"}).text
    assert "of 80 customers" in piece
    wrong = client.post("/audiences/preview", data={"how": "sql", "where": "spend >="})
    assert wrong.status_code == 200
    assert "This is no condition of SQL" in wrong.text


def test_editing_makes_versions_that_can_be_put_back(client: TestClient, key: str) -> None:
    assert "operator-0" in client.get(f"/audiences/{key}/edit").text
    sent = {
        "how": "sql",
        "name": "App users",
        "where": "channel = 'app' AND (spend > 9 OR nps = 1)",
    }
    assert client.post(f"/audiences/{key}/edit", data=sent).status_code == 303
    assert (
        "more complex than the condition builder allows"
        in client.get(f"/audiences/{key}/edit").text
    )
    assert client.post(f"/audiences/{key}/versions/1").status_code == 303
    assert client.post(f"/audiences/{key}/versions/9").status_code == 404
    versions = client.get(f"/api/v1/audiences/{key}").json()["versions"]
    assert [one["where"] for one in versions][::2] == ["channel = 'app'"] * 2
    assert client.delete(f"/api/v1/audiences/{key}").status_code == 204
    assert client.get(f"/audiences/{key}").status_code == 404


def test_members_are_paged_exported_and_written_down(client: TestClient, key: str) -> None:
    seen, after = [], ""
    while True:
        answer = client.get(f"/api/v1/audiences/{key}/members?limit=15{after}").json()
        seen += [row["person_id"] for row in answer["items"]]
        if answer["next"] is None:
            break
        after = f"&after={answer['next']}"
    assert len(seen) == len(set(seen)) == 40
    text = client.get(f"/audiences/{key}/members?format=csv").text
    assert text.count("\n") == 41
    assert "audiences.exported" in client.get("/api/v1/audit").text
    page = client.get(f"/audiences/{key}/members").text
    assert "Who is in “App users”?" in page and quote(guest(78)) in page and "¥" in page
    other = base64.urlsafe_b64encode(b'["x", "y"]').decode()
    assert client.get(f"/audiences/{key}/members?after={other}").status_code == 404
    assert client.get(f"/api/v1/audiences/{key}/members?after={other}").status_code == 404


def test_the_person_s_page_names_the_audiences(client: TestClient, key: str, ws: Workspace) -> None:
    service.refresh(ws, now=clock.now())
    assert "App users" in client.get(f"/audiences/of/{guest(2)}").text
    assert "This customer is in no audience" in client.get(f"/audiences/of/{guest(3)}").text
    assert client.get(f"/api/v1/people/{guest(2)}/audiences").json()[0]["key"] == key


def test_who_may_read_no_numbers_is_not_led_to_their_pages(
    client: TestClient, key: str, ws: Workspace
) -> None:
    service.refresh(ws, now=clock.now())
    agent = client_of(ws, Role.AGENT)
    assert f'href="/audiences/{key}"' in client.get(f"/audiences/of/{guest(2)}").text
    assert "/audiences" not in agent.get(f"/audiences/of/{guest(2)}").text
    assert "/audiences" not in agent.get(f"/audiences/of/{guest(3)}").text


def test_an_analyst_sees_numbers_and_no_members(
    client: TestClient, key: str, ws: Workspace
) -> None:
    analyst = client_of(ws, Role.ANALYST)
    assert analyst.get(f"/audiences/{key}/numbers").status_code == 200
    assert analyst.get(f"/audiences/{key}/members").status_code == 403
    assert analyst.post("/api/v1/audiences", json=APP).status_code == 403
    assert analyst.get("/audiences/new").status_code == 403


def test_fields_are_listed_for_who_writes_conditions(client: TestClient) -> None:
    fields = {one["key"]: one for one in client.get("/api/v1/audiences/fields").json()}
    assert set(fields["value_group"]["choices"]) == {"core", "potential", "base"}
    assert "person_id" not in fields
