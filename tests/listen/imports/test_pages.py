"""Imports by command, by API and by page: the same verbs, each behind its right."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from regulars.listen.imports import service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import visits

ANSWERS = (
    "date,customer_id,nps,weight\n2026-03-01T10:00:00Z,ann,9,1\n2026-03-02T10:00:00Z,bo,8,-1\n"
)


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
