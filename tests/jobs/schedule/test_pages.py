"""The page of background work, the small part on other pages, and the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from regulars import app
from regulars.company.sign_in import service as sign_in
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs import queries
from regulars.kit import clock
from regulars.timeline.workspace import Workspace

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def browser(ws: Workspace) -> Iterator[TestClient]:
    admin = sign_in.make_first_admin(
        ws, login="anna", name="Anna", password="correct horse", language="en", now=clock.now()
    )
    token = sign_in.start_session(ws, admin, clock.now(), address="", agent="")
    client = TestClient(app.build_web(ws), base_url="http://127.0.0.1:8000")
    client.cookies.set(sign_in.cookie_name(ws), token)
    yield client


def test_before_anything_ran_the_page_says_so(browser: TestClient) -> None:
    assert "Nothing has run yet." in browser.get("/jobs").text
    assert 'hx-get="/jobs/now"' in browser.get("/jobs/now").text  # the first run is about to begin
    assert browser.get("/api/v1/jobs").json() == []


def test_a_run_is_listed_with_its_steps(
    browser: TestClient, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown_only = tuple(replace(one, run=lambda *_told: None) for one in refresh.job().steps)
    monkeypatch.setattr(refresh, "steps", lambda: shown_only)
    refresh.run(ws, reason="first", clock=lambda: NOON)
    shown = browser.get("/jobs").text
    assert "the first time" in shown
    assert "<span>Journey</span>" in shown
    listed = browser.get("/api/v1/jobs").json()
    assert [step["state"] for step in listed[0]["steps"]] == ["done"] * len(refresh.job().steps)
    assert listed[0]["progress"] == 1.0


def test_progress_is_shown_until_it_ends(browser: TestClient, ws: Workspace) -> None:
    with ws.database.transaction() as connection:
        number = queries.insert_run(connection, refresh.job(), "first", clock.now())
        queries.set_step(connection, number, "health", state="running", progress=0.5)
    during = browser.get("/jobs/now").text
    assert "Health index" in during
    assert f"/jobs/now?seen={number}" in during
    with ws.database.transaction() as connection:
        queries.end_run(connection, number, "done", NOON)  # type: ignore[arg-type]
    assert "New findings are ready." in browser.get(f"/jobs/now?seen={number}").text
    assert browser.get("/jobs/now").text.strip() == ""


def test_it_can_be_asked_for(browser: TestClient) -> None:
    asked = browser.app.state.schedule._asked  # type: ignore[attr-defined]
    token = browser.get("/jobs").text.split('name="csrf" value="')[1].split('"')[0]
    answer = browser.post("/jobs/refresh", data={"csrf": token}, follow_redirects=False)
    assert answer.headers["location"] == "/jobs?asked=1"
    assert asked == {"refresh"}
    assert "Starts within seconds." in browser.get("/jobs?asked=1").text
