"""The page of background work, the small part on other pages, and the API."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from regulars import app
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.jobs.lanes import queries as lane_queries
from regulars.jobs.lanes.model import PACES, ChildState, Lane, TaskRecord
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs import queries
from regulars.jobs.runs import service as runs
from regulars.jobs.runs.model import State
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline import acts
from regulars.timeline import lease as lease_module
from regulars.timeline.lease import lease
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


def csrf(browser: TestClient) -> str:
    return browser.get("/jobs").text.split('name="csrf" value="')[1].split('"')[0]


def test_it_can_be_asked_for(browser: TestClient, ws: Workspace) -> None:
    answer = browser.post("/jobs/refresh", data={"csrf": csrf(browser)}, follow_redirects=False)
    assert answer.headers["location"] == "/jobs?asked=1"
    assert runs.requested(ws) == {"refresh"}
    assert "Starts within seconds." in browser.get("/jobs?asked=1").text
    key = keys.add_api_key(ws, SHELL, name="jobs", role=Role.ADMIN, now=clock.now())[1]
    asked = browser.post("/api/v1/jobs/refresh", headers={"Authorization": f"Bearer {key}"})
    assert (asked.status_code, asked.json()) == (202, {"job": "refresh"})


def test_a_run_under_way_can_be_cancelled(browser: TestClient, ws: Workspace) -> None:
    with lease(ws.database, "job:refresh"):
        with ws.database.transaction() as connection:
            queries.insert_run(connection, refresh.job(), "first", clock.now())
        assert "Cancel computation" in browser.get("/jobs").text
        token = csrf(browser)
        answer = browser.post("/jobs/refresh/cancel", data={"csrf": token}, follow_redirects=False)
        assert answer.headers["location"] == "/jobs"
        assert "It ends within seconds." in browser.get("/jobs").text
        assert runs.recent(ws)[0].cancel_at is not None
        key = keys.add_api_key(ws, SHELL, name="jobs", role=Role.ADMIN, now=clock.now())[1]
        headers = {"Authorization": f"Bearer {key}"}
        again = browser.post("/api/v1/jobs/refresh/cancel", headers=headers)
        assert again.status_code == 202
    cancelled = CliRunner().invoke(
        app.build_cli(["jobs", "cancel"]), ["jobs", "cancel", "-w", str(ws.folder)]
    )
    assert cancelled.exit_code == 0  # its process is gone: it has ended at once
    assert runs.recent(ws)[0].state == State.CANCELLED
    nothing = browser.post("/api/v1/jobs/refresh/cancel", headers=headers)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "jobs.idle")


def test_every_lane_is_shown_with_who_runs_it_and_what_went_wrong(
    browser: TestClient, ws: Workspace
) -> None:
    page = browser.get("/jobs").text
    assert page.count("Nobody runs it") == len(Lane)
    now = clock.now()
    broken = TaskRecord("mails", Lane.DELIVER, Text("Mails of alerts", "提醒邮件"))
    with ws.database.transaction() as connection:
        lane_queries.taken(connection, Lane.DELIVER, now)
        broken = broken.failed("OSError: refused", now, PACES[Lane.DELIVER])
        lane_queries.put_task(connection, broken)
        server = lease_module.written()
        died = ChildState(lease_module.here(), None, None, 3, -9, now, now)
        lane_queries.put_child(connection, server, died)
    with lease(ws.database, "lane:deliver"):
        page = browser.get("/jobs").text
        assert page.count("Nobody runs it") == len(Lane) - 1
        assert "OSError: refused" in page
        assert "Failed 1 times in a row" in page
        assert "ended with code -9, 3 times in a row" in page
        told = browser.get("/api/v1/lanes").json()
        printed = CliRunner().invoke(
            app.build_cli(["jobs", "lanes"]), ["jobs", "lanes", "-w", str(ws.folder), "--json"]
        )
    deliver = next(one for one in told["lanes"] if one["lane"] == "deliver")
    assert deliver["holder"]["process"] == os.getpid()
    assert deliver["tasks"][0]["error"] == "OSError: refused"
    assert told["children"][0]["exit_code"] == -9
    assert msgspec.json.decode(printed.stdout)["lanes"][1]["holder"]["process"] == os.getpid()


def test_work_that_lags_is_told_by_the_servers_health(
    browser: TestClient, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.faces.health.EVERY", 0.0)
    assert browser.get("/healthz").json() == {"status": "ok"}
    late = clock.now() - timedelta(minutes=5)
    with ws.database.transaction() as connection:
        acts.record(ws, connection, [{"name": "Case Opened"}], now=late)
    told = browser.get("/healthz")
    assert (told.status_code, told.json()["status"]) == (200, "lagging")
    assert told.json()["parts"]["reactions"]["code"] == "work.late"
    acts.move(ws, now=clock.now())
    assert browser.get("/healthz").json() == {"status": "ok"}
