"""An import, a refresh and a restore killed at random moments lose nothing and double nothing."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from regulars.app import open_workspace
from regulars.company.rights.model import SHELL
from regulars.jobs.backup import service
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs.model import State
from regulars.kit import clock
from regulars.kit.errors import NotFound
from regulars.listen.imports import service as imports
from regulars.store import spill
from regulars.timeline import lineage
from regulars.timeline.flush import flush
from regulars.timeline.lineage import LineageFit
from regulars.timeline.workspace import Workspace
from tests.jobs.backup import crashing
from tests.jobs.backup.conftest import another
from tests.processes import Forked
from tests.timeline.cast import ANN, BO, ids
from tests.timeline.test_lineage import expected, send

MOMENTS = random.Random(12)


@pytest.fixture
def kills(pytestconfig: pytest.Config) -> int:
    """How often each is killed; more with `--heavy`."""
    return 10 if pytestconfig.getoption("--heavy") else 1


def killed(seconds: float, *told: object) -> None:
    """Start a process that does it, and kill it after so long at work."""
    process = Forked(crashing.main, *map(str, told))
    process.wait_until_begun()
    time.sleep(seconds)
    process.kill()


def test_an_import_killed_is_all_there_or_not_at_all_and_whole_when_run_again(
    ws: Workspace, tmp_path: Path, kills: int
) -> None:
    before = {"b1"}
    send(ws, BO, 1)
    for kill in range(kills):
        file = tmp_path / f"visits{kill}.csv"
        rows = [
            f"v{kill}-{n},guest {n % 50},2026-03-{n % 28 + 1:02d}T10:00:00Z" for n in range(900)
        ]
        head = "event_id,user_id,occurred_at,name\n"
        file.write_text(head + "".join(f"{row},Store Visited\n" for row in rows), "utf-8")
        theirs = {row.partition(",")[0] for row in rows}
        killed(MOMENTS.uniform(0.0, 1.5), "import", ws.folder, file)
        there = ids(ws)
        assert len(there) == len(set(there))
        assert set(there) in (before, before | theirs)
        done = imports.import_files(ws, [file], "events", now=clock.now(), by=SHELL)
        assert done.counts.accepted in (0, 900)
        before |= theirs
        assert sorted(ids(ws)) == sorted(before)
    assert lineage.judge(ws).fit is LineageFit.WHOLE
    open_workspace(ws.folder).close()
    assert spill.left_behind(ws.folder) == []


def test_a_refresh_killed_leaves_every_event_once_and_the_next_one_ends(
    ws: Workspace, kills: int
) -> None:
    wanted: set[str] = set()
    for kill in range(kills):
        numbers = range(kill * 1000, kill * 1000 + 300)
        send(ws, ANN, *numbers)
        wanted |= expected(ANN, *numbers)
        killed(MOMENTS.uniform(0.0, 2.5), "refresh", ws.folder)
        there = ids(ws)
        assert len(there) == len(set(there))
        assert set(there) == wanted
    assert refresh.run(ws, reason="test", clock=clock.now).state == State.DONE
    assert set(ids(ws)) == wanted
    assert lineage.judge(ws).fit is LineageFit.WHOLE


def test_a_restore_killed_is_no_workspace_or_the_whole_one(
    ws: Workspace, tmp_path: Path, request: pytest.FixtureRequest, kills: int
) -> None:
    send(ws, ANN, *range(300))
    flush(ws)
    send(ws, BO, *range(20))
    wanted = expected(ANN, *range(300)) | expected(BO, *range(20))
    backup = service.make(ws, SHELL, tmp_path / "copy", now=clock.now()).folder
    for kill in range(kills):
        url = ""
        if ws.database.dialect == "postgresql":
            given = request.getfixturevalue("postgres_url")
            made = sa.make_url(given).set(database=another(given))
            url = made.render_as_string(hide_password=False)
        folder = tmp_path / f"restored{kill}"
        killed(MOMENTS.uniform(0.0, 1.0), "restore", backup, folder, url)
        try:
            restored = open_workspace(folder)
        except NotFound:
            service.restore(
                backup, SHELL, folder, now=clock.now(), opens=open_workspace, database=url or None
            )
            restored = open_workspace(folder)
        assert sorted(ids(restored)) == sorted(wanted)
        assert send(restored, BO, 5, 50) == [False, True]
        assert lineage.judge(restored).fit is LineageFit.WHOLE
        assert not list(folder.glob(".restoring*"))
        restored.close()
