"""Refused rows are listed and kept as they were, and go with their person."""

from __future__ import annotations

import json
from pathlib import Path

from regulars.kit import clock
from regulars.listen.imports import rejects, service
from regulars.listen.imports.model import ImportState
from regulars.timeline import erasure, identity
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, write
from tests.listen.imports.test_service import ANN, HEAD


def test_rejects_are_listed_by_page_and_kept_as_they_were(ws: Workspace, tmp_path: Path) -> None:
    rows = [f"p{number},never,{number}\n" for number in range(25)]
    outcome = bring(ws, write(tmp_path, "a.csv", HEAD + ANN + "".join(rows)))
    assert (outcome.counts.accepted, outcome.counts.rejected) == (1, 25)
    assert outcome.reasons == {"unreadable_moment": 25}
    assert len(list(service.every_reject(ws, outcome.run_id))) == 25
    second = service.rejects_of(ws, outcome.run_id, limit=5, offset=5, reason="unreadable_moment")
    assert [one.row for one in second] == [7, 8, 9, 10, 11]
    assert json.loads(second[0].line or "") == {"who": "p5", "at": "never", "score": "5"}
    run = service.get_run(ws, outcome.run_id)
    assert (run.state, run.counts.rejected, run.done) == (ImportState.DONE, 25, 1.0)
    assert run.rejects_file is not None
    assert (ws.folder / run.rejects_file).is_file()


def test_an_erased_person_leaves_no_refused_row_and_stays_away(
    ws: Workspace, tmp_path: Path
) -> None:
    text = HEAD + ANN + "ann,never,1\nbo,never,2\n" + "ann,2026-03-01\n" + '"ann,broken\n'
    file = write(tmp_path, "a.csv", text)
    outcome = bring(ws, file)
    assert outcome.counts.rejected == 4
    ann = identity.identity_id(ws, "user", "ann")
    told = erasure.erase(ws, [ann], by="ann", now=clock.now())
    assert told.rows["refused rows of imports"] == 3
    assert [one.value for one in service.every_reject(ws, outcome.run_id)] == ["never"]
    kept = [path for path in (ws.folder / rejects.FOLDER).rglob("*") if path.is_file()]
    assert kept
    assert not any(b"ann" in path.read_bytes() for path in kept)
    again = bring(ws, file)
    assert (again.counts.accepted, again.counts.refused) == (0, 1)
