"""A refresh computes what pages show; it is due at the right times."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner

from regulars import app
from regulars.company.rights.model import SHELL
from regulars.jobs.refresh import service
from regulars.jobs.runs.model import State
from regulars.kit import clock
from regulars.listen.imports import service as imports
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.health import service as health
from regulars.understand.metrics import board
from regulars.understand.scope.model import EventFilter

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
ORDERS = "event_id,name,user_id,occurred_at\n1,Store Visited,anna,2026-10-05T12:00:00Z\n"


def test_all_steps_are_done_on_an_empty_workspace_too(ws: Workspace) -> None:
    run = service.run(ws, reason="test", clock=lambda: NOON)
    assert [step.error for step in run.steps] == [None] * len(run.steps)
    assert run.state == State.DONE


def test_findings_are_stored_and_new_events_go_to_the_lake(ws: Workspace) -> None:
    row = {"event_id": "1", "actor": "customer", "occurred_at": NOON, "name": "Store Visited"}
    inbox.accept(ws, inbox.make([row], NOON))
    service.run(ws, reason="test", clock=lambda: NOON)
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


def test_a_script_alone_makes_the_boards_that_pages_read(ws: Workspace) -> None:
    """It imports no page; what pages declare of their own is renewed all the same."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ws.folder)], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "done"
    stored = findings.find(ws, board.BOARD, {"period": board.USUAL}, now=clock.now())
    assert stored is not None and stored.payload.tiles


def test_it_is_due_first_then_hourly(ws: Workspace) -> None:
    assert service.due(ws, NOON) == "first"
    service.run(ws, reason="test", clock=lambda: NOON)
    assert service.due(ws, NOON + timedelta(minutes=59)) is None
    assert service.due(ws, NOON + timedelta(minutes=60)) == "schedule"


def test_it_is_due_after_an_import(ws: Workspace, tmp_path: Path) -> None:
    service.run(ws, reason="test", clock=clock.now)
    file = tmp_path / "visits.csv"
    file.write_text(ORDERS, "utf-8")
    assert service.due(ws, clock.now()) is None
    imports.import_files(ws, [file], "events", now=clock.now(), by=SHELL)
    assert service.due(ws, clock.now()) == "import"
    service.run(ws, reason="import", clock=clock.now)
    assert service.due(ws, clock.now()) is None


def test_the_command_prints_the_run(ws: Workspace) -> None:
    done = CliRunner().invoke(app.build_cli(), ["refresh", "-w", str(ws.folder), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["state"] == "done"
    words = CliRunner().invoke(app.build_cli(), ["refresh", "-w", str(ws.folder)])
    assert words.exit_code == 0
    assert words.stdout.count("●") == len(service.job().steps)
