"""Pages, API, files and the command tell the same of the same eighty guests."""

from __future__ import annotations

import base64
import csv
import io
import json
from urllib.parse import quote

from fastapi.testclient import TestClient
from tests.understand.audiences.cast import guest
from tests.understand.audiences.conftest import APP, client_of
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.company.rights.model import Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import service


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
