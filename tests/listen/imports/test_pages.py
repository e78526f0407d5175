"""Imports by command, by API and by page: the same verbs, each behind its right."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import visits

ANSWERS = (
    "date,customer_id,nps,weight\n2026-03-01T10:00:00Z,ann,9,1\n2026-03-02T10:00:00Z,bo,8,-1\n"
)


ORDERS = "order_id;customer_id;date;amount\n1;ann;01_02_2024;1.234\n2;bo;13_02_2024;7.500\n"


@pytest.fixture
def api(ws: Workspace) -> Iterator[TestClient]:
    """A program with the rights of an analyst."""
    _key, secret = keys.add_api_key(
        ws, SHELL, name="loader", role=Role.ANALYST, places=None, now=clock.now()
    )
    with TestClient(build_web(ws), headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


def finished(client: TestClient, run_id: str) -> dict[str, Any]:
    for _attempt in range(100):
        told: dict[str, Any] = client.get(f"/api/v1/imports/{run_id}").json()
        if told["state"] in ("done", "failed"):
            return told
        time.sleep(0.05)
    raise AssertionError("the import does not end")


def test_import_by_api(ws: Workspace, api: TestClient) -> None:
    files = [("files", ("answers.csv", ANSWERS.encode()))]
    answer = api.post("/api/v1/imports", files=files, data={"recipe": "survey"})
    assert answer.status_code == 202
    told = finished(api, answer.json()["id"])
    assert (told["state"], told["accepted"], told["rejected"]) == ("done", 1, 1)
    assert told["files"] == ["answers.csv"]
    page = api.get(f"/api/v1/imports/{told['id']}/rejects", params={"limit": 1}).json()
    assert page["items"][0]["meaning"] == "The value lies outside its range."
    exported = api.get(f"/api/v1/imports/{told['id']}/rejects", params={"format": "csv"})
    assert "out_of_range" in exported.text
    assert [one["id"] for one in api.get("/api/v1/imports").json()["items"]] == [told["id"]]
    (source,) = api.get("/api/v1/sources").json()
    assert (source["name"], source["events"]) == ("survey", 1)
    assert not (ws.folder / "uploads" / told["id"]).exists()


def test_how_a_file_is_written_is_said_by_api_and_page(
    ws: Workspace, api: TestClient, browser: TestClient
) -> None:
    files = [("files", ("orders.csv", ORDERS.encode()))]
    plain = {"recipe": "orders", "zone": "UTC"}
    unread = finished(api, api.post("/api/v1/imports", files=files, data=plain).json()["id"])
    assert (unread["accepted"], unread["rejected"]) == (0, 2)
    (first, *_) = api.get(f"/api/v1/imports/{unread['id']}/rejects").json()["items"]
    assert "--date-format" in first["cure"]
    assert "decimal=," in browser.get(f"/sources/imports/{unread['id']}").text
    said = {**plain, "decimal": ",", "date_format": "%d_%m_%Y"}
    read = finished(api, api.post("/api/v1/imports", files=files, data=said).json()["id"])
    assert (read["accepted"], read["rejected"]) == (2, 0)
    again = browser.post("/sources/imports/new", files=files, data=said)
    assert service.get_run(ws, again.url.path.split("/")[-1]).counts.duplicates == 2
    wrong = browser.post("/sources/imports/new", files=files, data={**said, "date_format": "d/m"})
    assert wrong.status_code == 422 and "%d/%m/%Y %H:%M" in wrong.text


def test_what_stops_an_import_is_told(ws: Workspace, api: TestClient) -> None:
    files = [("files", ("answers.csv", b"when\n2026\n"))]
    told = finished(
        api, api.post("/api/v1/imports", files=files, data={"recipe": "survey"}).json()["id"]
    )
    assert (told["state"], told["error_code"]) == ("failed", "import.column_missing")
    wrong = [{"recipe": "nothing"}, {}, {"mapping": "x"}, {"recipe": "survey", "zone": "Mars"}]
    codes = [api.post("/api/v1/imports", files=files, data=one).status_code for one in wrong]
    assert codes == [404, 422, 422, 422]
    assert list((ws.folder / "uploads").iterdir()) == []


def test_rejects_come_by_pages(ws: Workspace, api: TestClient) -> None:
    rows = "".join(f"2026-03-01T10:00:00Z,c{n},9,-1\n" for n in range(7))
    files = [("files", ("answers.csv", ("date,customer_id,nps,weight\n" + rows).encode()))]
    run_id = api.post("/api/v1/imports", files=files, data={"recipe": "survey"}).json()["id"]
    finished(api, run_id)
    seen: list[int] = []
    after: str | None = None
    while True:
        query = {"limit": 3, **({"after": after} if after else {})}
        page = api.get(f"/api/v1/imports/{run_id}/rejects", params=query).json()
        seen += [one["row"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [1, 2, 3, 4, 5, 6, 7]


@pytest.fixture
def browser(ws: Workspace) -> Iterator[TestClient]:
    """An administrator at the pages."""
    staff.add(ws, SHELL, login="ann", name="Ann", role=Role.ADMIN, places=None, now=clock.now())
    token = sign_in.start_session(
        ws, staff.named(ws, "ann"), clock.now(), address="127.0.0.1", agent="tests"
    )
    headers = {"X-CSRF-Token": sign_in.csrf_token(ws, token)}
    with TestClient(build_web(ws), headers=headers, base_url="http://127.0.0.1") as client:
        client.cookies.set(sign_in.cookie_name(ws), token)
        yield client


def test_upload_look_edit_and_import_by_page(ws: Workspace, browser: TestClient) -> None:
    assert "No data yet" in browser.get("/sources").text
    files = [("files", ("answers.csv", ANSWERS.encode()))]
    shown = browser.post("/sources/imports/new", files=files, data={"recipe": ""})
    assert shown.url.path.endswith("/mapping")
    assert "recommendation 0-10" in shown.text
    run_id = shown.url.path.split("/")[-2]
    address = f"/sources/imports/{run_id}/mapping/toml"
    words = service.mapping_of(ws, run_id)
    checked = browser.post(address, data={"mapping": words, "act": "check"})
    assert checked.status_code == 200
    refused = browser.post(address, data={"mapping": "name = 1", "act": "check"})
    assert refused.status_code == 422
    browser.post(address, data={"mapping": words, "act": "start"})
    assert len(visits(ws)) == service.get_run(ws, run_id).counts.accepted > 0
    page = browser.get(f"/sources/imports/{run_id}").text
    assert "answers.csv" in page
    assert browser.get(address.removesuffix("/toml")).status_code == 409
    assert "answers.csv" in browser.get("/sources").text


def test_a_mapping_whose_time_is_to_be_filled_in_waits_for_that(
    ws: Workspace, browser: TestClient
) -> None:
    files = [("files", ("a.csv", b"customer_id,stars\nann,5\nbo,4\n"))]
    shown = browser.post("/sources/imports/new", files=files, data={"recipe": ""})
    assert shown.status_code == 200 and "Date of all rows" in shown.text
    run_id = shown.url.path.split("/")[-2]
    words = service.mapping_of(ws, run_id)
    text = f"{shown.url.path}/toml"
    refused = browser.post(text, data={"mapping": words, "act": "start"})
    assert refused.status_code == 422 and "has no occurred_at yet" in refused.text
    assert service.get_run(ws, run_id).state == "waiting"
    filled = words.replace('occurred_at = ""', "occurred_at = \"moment('2026-03-01')\"")
    browser.post(text, data={"mapping": filled, "act": "start"})
    assert len(visits(ws)) == 2


def test_import_by_recipe_and_see_refused_rows(ws: Workspace, browser: TestClient) -> None:
    files = [("files", ("answers.csv", ANSWERS.encode()))]
    shown = browser.post("/sources/imports/new", files=files, data={"recipe": "survey"})
    assert "The value lies outside its range." in browser.get(shown.url.path).text
    saved = browser.get(shown.url.path, params={"format": "csv"})
    assert saved.headers["content-type"].startswith("text/csv")
    wrong = browser.post("/sources/imports/new", data={"recipe": "survey"})
    assert wrong.status_code == 422
    assert "Choose a file first." in wrong.text


def test_a_status_nobody_mapped_leads_to_the_list_of_statuses(
    ws: Workspace, browser: TestClient
) -> None:
    text = "order_id,customer,date,amount,status\n1,ann,2026-03-01,10,已核销\n"
    files = [("files", ("orders.csv", text.encode()))]
    shown = browser.post("/sources/imports/new", files=files, data={"recipe": "orders"})
    page = browser.get(shown.url.path)
    (way,) = re.findall('href="(/sources/statuses[^"]*)"', page.text)
    assert 'value="已核销"' in browser.get(way).text


def test_an_upload_may_be_given_up(ws: Workspace, browser: TestClient) -> None:
    files = [("files", ("answers.csv", ANSWERS.encode()))]
    shown = browser.post("/sources/imports/new", files=files, data={"recipe": ""})
    run_id = shown.url.path.split("/")[-2]
    gone = browser.post(f"/sources/imports/{run_id}/give-up")
    assert "The upload is discarded" in gone.text
    assert service.runs(ws) == []
    assert list((ws.folder / "uploads").iterdir()) == []
