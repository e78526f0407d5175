"""An upload may be looked at, edited, imported, and given up."""

from __future__ import annotations

from fastapi.testclient import TestClient

from regulars.listen.imports import service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.test_pages import ANSWERS


def test_an_upload_may_be_given_up(ws: Workspace, browser: TestClient) -> None:
    files = [("files", ("answers.csv", ANSWERS.encode()))]
    shown = browser.post("/sources/imports/new", files=files, data={"recipe": ""})
    run_id = shown.url.path.split("/")[-2]
    gone = browser.post(f"/sources/imports/{run_id}/give-up")
    assert "The upload is discarded" in gone.text
    assert service.runs(ws) == []
    assert list((ws.folder / "uploads").iterdir()) == []
