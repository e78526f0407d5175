"""An import is taken back by command, API and page; what it replaced returns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from regulars.company.audit import service as audit
from regulars.company.rights.model import SHELL
from regulars.kit import clock
from regulars.kit.errors import Conflict, NotFound
from regulars.listen.imports import library, service, taking_back
from regulars.listen.imports.model import ImportOutcome, ImportState
from regulars.timeline.tables import earlier_loads
from regulars.timeline.workspace import Workspace
from tests.listen.imports import test_commands as shell
from tests.listen.imports.makes import recipe, visits, write

HEAD = "who,at,score\n"


def told(ws: Workspace, folder: Path, *scores: int) -> ImportOutcome:
    """Import the visits of Ann, Bo and Cy, of which `who` is the id, with these scores."""
    words = library.render(recipe()).replace('key = "visit"', 'key = "visit"\nid = "who"')
    named = zip(("ann", "bo", "cy"), scores, strict=False)
    lines = [f"{who},2026-03-01,{score}\n" for who, score in named]
    file = write(folder, "visits.csv", HEAD + "".join(lines))
    return service.import_files(ws, [file], library.parse(words), now=clock.now())


def scores(ws: Workspace) -> list[float]:
    return sorted(score for _at, score in visits(ws))


def test_what_it_brought_goes_and_what_it_replaced_returns(ws: Workspace, tmp_path: Path) -> None:
    told(ws, tmp_path, 9, 8)
    second = told(ws, tmp_path, 1, 8, 7)
    counts = second.counts
    assert (counts.accepted, counts.duplicates, counts.replaced) == (1, 1, 1)
    assert scores(ws) == [1, 7, 8]
    third = told(ws, tmp_path, 1, 8, 7)
    assert third.counts.duplicates == 3
    run = taking_back.take_back(ws, second.run_id, now=clock.now())
    assert run.state is ImportState.TAKEN_BACK
    assert run.notes[-1].text.en == (
        "Events that go: 1. Events that are again as they were told before: 1. Later imports told "
        "2 of these events again and found them known: import those files again afterwards."
    )
    assert scores(ws) == [8, 9]
    noted = next(audit.every(ws, audit.Search()))
    assert (noted.action, noted.subject) == ("import.taken_back", second.run_id)
    assert told(ws, tmp_path, 1, 8, 7).counts.accepted == 1
    with pytest.raises(Conflict, match="has been taken back"):
        taking_back.take_back(ws, second.run_id, now=clock.now())


def test_only_what_has_ended_and_notes_its_events_is_taken_back(
    ws: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        taking_back.effect_of(ws, "nothing")
    file = write(tmp_path, "visits.csv", HEAD + "ann,2026-03-01,9\n")
    waits = service.prepare(ws, [file], recipe(), now=clock.now(), by=SHELL)
    with pytest.raises(Conflict, match="has not ended"):
        taking_back.effect_of(ws, waits.id)
    done = told(ws, tmp_path, 9)
    now = clock.now()
    with ws.database.transaction() as connection:
        connection.execute(
            sa.insert(earlier_loads).values(
                load_id=f"import:{done.run_id}", first_at=now, last_at=now
            )
        )
    with pytest.raises(Conflict, match="earlier release"):
        taking_back.take_back(ws, done.run_id, now=now)


def test_by_command(ws: Workspace, tmp_path: Path) -> None:
    run_id = told(ws, tmp_path, 9, 8).run_id
    done = shell.run(ws, "imports", "--take-back", run_id)
    assert (done.exit_code, done.stdout.strip()) == (0, "Events that go: 2.")
    again = shell.run(ws, "imports", "--take-back", run_id)
    assert isinstance(again.exception, Conflict)
    listed = json.loads(shell.run(ws, "imports", "--json").stdout)
    assert [one["state"] for one in listed] == ["taken_back"]
    assert "taken_back" in shell.run(ws, "imports").stdout
    other = told(ws, tmp_path, 5).run_id
    told_json = json.loads(shell.run(ws, "imports", "--take-back", other, "--json").stdout)
    assert told_json["notes"][-1]["code"] == "taken_back"


def test_by_api(ws: Workspace, tmp_path: Path, api: TestClient) -> None:
    told(ws, tmp_path, 9, 8)
    run_id = told(ws, tmp_path, 1, 8).run_id
    answer = api.post(f"/api/v1/imports/{run_id}/take-back").json()
    assert answer["state"] == "taken_back"
    assert answer["notes"][-1]["rows"] == 1
    assert scores(ws) == [8, 9]
    assert api.post(f"/api/v1/imports/{run_id}/take-back").status_code == 409
    assert api.post("/api/v1/imports/nothing/take-back").status_code == 404


def test_by_page(ws: Workspace, tmp_path: Path, browser: TestClient) -> None:
    told(ws, tmp_path, 9, 8)
    run_id = told(ws, tmp_path, 1, 8).run_id
    address = f"/sources/imports/{run_id}"
    assert f'href="{address}/take-back"' in browser.get(address).text
    asked = browser.get(f"{address}/take-back").text
    assert "Events that are again as they were told before: 1." in asked
    assert scores(ws) == [1, 8]
    done = browser.post(f"{address}/take-back")
    assert done.url.path == address
    assert "taken back" in done.text and "told before: 1." in done.text
    assert f"{address}/take-back" not in done.text
    assert scores(ws) == [8, 9]
