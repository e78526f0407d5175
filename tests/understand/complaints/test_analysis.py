"""Page, API, file and command say the same of the same complaints."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.complaints.test_service import guests, met, tell
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.places import service as places
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace


def signed(ws: Workspace, role: Role, places: list[str] | None = None) -> TestClient:
    _key, secret = keys.add_api_key(
        ws, SHELL, name=f"as {role} {places}", role=role, places=places, now=clock.now()
    )
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    tell(ws, guests(count=200))
    return signed(ws, Role.MANAGER)


def test_the_page_follows_and_then_stands(client: TestClient) -> None:
    address = "/complaints?period=all"
    assert "/complaints/funnel?period=all" in client.get(address).text
    assert "20 problems of 20 customers" in client.get("/complaints/funnel?period=all").text
    page = client.get(address).text
    assert "What came before?" in page
    assert "/complaints/words?touchpoint=checkout" in page


def test_file_api_and_command_show_the_same_digits(client: TestClient, ws: Workspace) -> None:
    answer = client.get("/api/v1/complaints", params={"period": "all"}).json()
    (till,) = (one for one in answer["touchpoints"] if one["n"])
    text = client.get("/complaints?period=all&format=csv").text.lstrip("\ufeff")
    (line,) = (row for row in csv.DictReader(io.StringIO(text)) if row["Touchpoint"] == "Checkout")
    assert float(line["Per 1,000 visits"]) == till["rate"]["value"] == 100.0
    before = client.get("/complaints?period=all&table=before&format=csv").text
    assert "Preceding step" in before
    args = ["show", "complaints", "--period", "all", "--workspace", str(ws.folder)]
    shown = CliRunner().invoke(build_cli(), [*args, "--json"])
    assert json.loads(shown.stdout)["touchpoints"] == answer["touchpoints"]
    assert CliRunner().invoke(build_cli(), args).exit_code == 0


def test_words_need_the_right_to_read_people(client: TestClient, ws: Workspace) -> None:
    asked = {"period": "all", "touchpoint": "checkout"}
    assert len(client.get("/api/v1/complaints/words", params=asked).json()) == 20
    assert "slow till" in client.get("/complaints/words", params=asked).text
    analyst = signed(ws, Role.ANALYST)
    assert analyst.get("/complaints/words", params=asked).status_code == 403
    assert "/complaints/words" not in analyst.get("/complaints/funnel?period=all").text


def test_one_person_s_page_tells_what_they_complained_of(ws: Workspace) -> None:
    """Ann complains of the till at home and brings a lamp back; Bob has no trouble."""
    order = {"order_id": "o1", "place": "home"}
    rows = [
        met(1, "order", "Order Completed", 1, **order),
        met(1, "delivery", "Order Delivered", 30, actor="partner", **order),
        met(1, "return", "Order Returned", 70, **order),
        met(1, "checkout", "Complaint Made", 5, text="slow till", place="home"),
        met(2, "checkout", "Checkout Started", 5, place="home"),
    ]
    tell(ws, rows)
    client = signed(ws, Role.MANAGER)
    back, till = client.get("/api/v1/people/guest 0001/complaints").json()
    assert (till["problem"], till["touchpoint"], till["named"]) == ("complaint", "checkout", True)
    assert till["text"] == "slow till"
    assert (back["problem"], back["touchpoint"], back["named"]) == ("return", "delivery", False)
    piece = client.get("/complaints/of/guest 0001").text
    assert "slow till" in piece
    assert client.get("/api/v1/people/guest 0002/complaints").json() == []
    tree = [Place("elsewhere", Text("Elsewhere", "别处"), Kind.STORE)]
    places.replace_all(ws, SHELL, tree, now=clock.now())
    away = signed(ws, Role.MANAGER, places=["elsewhere"])
    assert away.get("/api/v1/people/guest 0001/complaints").json() == []
    assert signed(ws, Role.ANALYST).get("/complaints/of/guest 0001").status_code == 403


def test_unreadable_wishes_are_refused(client: TestClient) -> None:
    assert client.get("/api/v1/complaints?problem=grief").status_code == 422
    assert client.get("/api/v1/complaints?days=400").status_code == 422
