"""A run tells its progress, is done once, and what stopped it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.company.rights.model import SHELL
from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.listen.imports import library, service
from regulars.listen.imports.model import ImportState, Progress
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, recipe, write
from tests.listen.imports.test_service import ANN, HEAD


def test_nothing_is_left_in_the_workspace_but_events_and_rejects(
    ws: Workspace, tmp_path: Path
) -> None:
    bring(ws, write(tmp_path, "a.csv", HEAD + ANN))
    assert list(ws.spill.folder.iterdir()) == []


def test_progress_is_told(ws: Workspace, tmp_path: Path) -> None:
    told: list[Progress] = []
    file = write(tmp_path, "a.csv", HEAD + ANN)
    service.import_files(ws, [file], recipe(), now=clock.now(), tell=told.append)
    assert [progress.stage.value for progress in told][-1] == "load"
    assert all(progress.done is None or 0 <= progress.done <= 1 for progress in told)


def test_a_run_is_done_once(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", HEAD + ANN)
    run = service.prepare(ws, [file], recipe(), now=clock.now(), by=SHELL)
    service.carry_out(ws, run, now=clock.now())
    with pytest.raises(Conflict, match=r"import\.started"):
        service.carry_out(ws, run, now=clock.now())
    assert library.parse(service.mapping_of(ws, run.id)) == recipe()


def test_what_stopped_a_run_is_kept(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        bring(ws, write(tmp_path, "a.csv", "when\n2026\n"))
    (run,) = service.runs(ws)
    assert (run.state, run.error_code) == (ImportState.FAILED, "import.column_missing")
    assert run.error is not None
    assert "who" in run.error.en
    with pytest.raises(NotFound):
        service.get_run(ws, "nothing")
