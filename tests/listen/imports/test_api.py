"""Imports by API: a run from its files to its refused rows."""

from __future__ import annotations

import time
from typing import Any

from fastapi.testclient import TestClient

from regulars.listen.imports import service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.test_pages import ANSWERS

ORDERS = "order_id;customer_id;date;amount\n1;ann;01_02_2024;1.234\n2;bo;13_02_2024;7.500\n"


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
