"""A refresh computes what pages show; it is due at the right times."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from regulars import app
from regulars.company.rights.model import SHELL
from regulars.jobs.refresh import service
from regulars.jobs.refresh.steps import steps
from regulars.jobs.runs.model import State
from regulars.kit import clock
from regulars.listen.imports import service as imports
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.health import service as health
from regulars.understand.metrics.analysis import ANALYSIS
from regulars.understand.scope.model import EventFilter

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
ORDERS = "event_id,name,user_id,occurred_at\n1,Store Visited,anna,2026-10-05T12:00:00Z\n"


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a refresh do its first step only, where what it computes is not looked at."""
    monkeypatch.setattr(service, "steps", lambda: steps()[:1])


def test_every_step_has_a_key_of_its_own() -> None:
    """A run that was interrupted goes on with the steps whose keys are not done."""
    listed = [one.key for one in steps()]
    assert len(set(listed)) == len(listed)


def test_findings_are_stored_and_new_events_go_to_the_lake(ws: Workspace) -> None:
    row = {"event_id": "1", "actor": "customer", "occurred_at": NOON, "name": "Store Visited"}
    inbox.accept(ws, inbox.make([row], NOON))
    run = service.run(ws, reason="test", clock=lambda: NOON)
    assert [(step.key, step.error) for step in run.steps] == [(one.key, None) for one in steps()]
    assert run.state == State.DONE
    assert inbox.backlog(ws)[0] == 0
    found = health.stored(ws, EventFilter(), now=NOON)
    assert found is not None
    assert found.as_of == NOON


SCRIPT = """
import sys
from regulars.app import open_workspace
from regulars.jobs.refresh import service
from regulars.kit import clock
ws = open_workspace(sys.argv[1])
print(service.run(ws, reason="script", clock=clock.now).state)
ws.close()
"""


@pytest.mark.one_database
def test_a_script_alone_makes_the_boards_that_pages_read(ws: Workspace) -> None:
    """It imports no page; what pages declare of their own is renewed all the same."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ws.folder)], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "done"
    stored = analyses.stored(ws, ANALYSIS, analyses.usual(ANALYSIS), now=clock.now())
    assert stored.found is not None and stored.result.tiles


@pytest.mark.usefixtures("brief")
def test_it_is_due_first_then_hourly(ws: Workspace) -> None:
    assert service.due(ws, NOON) == "first"
    service.run(ws, reason="test", clock=lambda: NOON)
    assert service.due(ws, NOON + timedelta(minutes=59)) is None
    assert service.due(ws, NOON + timedelta(minutes=60)) == "schedule"


@pytest.mark.usefixtures("brief")
def test_it_is_due_after_an_import(ws: Workspace, tmp_path: Path) -> None:
    service.run(ws, reason="test", clock=clock.now)
    file = tmp_path / "visits.csv"
    file.write_text(ORDERS, "utf-8")
    assert service.due(ws, clock.now()) is None
    imports.import_files(ws, [file], "events", now=clock.now(), by=SHELL)
    assert service.due(ws, clock.now()) == "import"
    service.run(ws, reason="import", clock=clock.now)
    assert service.due(ws, clock.now()) is None


def test_the_command_prints_the_run_of_an_empty_workspace_too(
    ws: Workspace, request: pytest.FixtureRequest
) -> None:
    words = ["refresh", "-w", str(ws.folder)]
    done = CliRunner().invoke(app.build_cli(words), [*words, "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["state"] == "done"
    assert [step["error"] for step in told["steps"]] == [None] * len(steps())
    request.getfixturevalue("brief")
    written = CliRunner().invoke(app.build_cli(words), words)
    assert written.exit_code == 0
    assert written.stdout.count("●") == len(service.job().steps) == 1
