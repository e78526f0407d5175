"""Equal rows: told twice, or of different people; ids of answers told before stay."""

from __future__ import annotations

from pathlib import Path

import msgspec

from regulars.kit import clock
from regulars.listen.imports import library, service
from regulars.listen.imports.model import Habits, ImportOutcome, Recipe
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import write

EARLY = "date,nps\n2026-03-01,9\n2026-03-01,8\n"
LONGER = EARLY + "2026-03-02,3\n"
ANSWERS = "answer_id,date,customer,nps,handled by\nr1,2026-03-01,ann,9,{0}\nr2,2026-03-01,bo,3,\n"


def bring(
    ws: Workspace, *files: Path, recipe: Recipe | str = "survey", habits: Habits | None = None
) -> ImportOutcome:
    said = habits or Habits("UTC")
    return service.import_files(ws, list(files), recipe, now=clock.now(), habits=said)


def count(ws: Workspace) -> int:
    return ws.query(lambda view: view.events).num_rows


def test_a_file_within_another_is_asked_about(ws: Workspace, tmp_path: Path) -> None:
    files = write(tmp_path, "a.csv", EARLY), write(tmp_path, "b.csv", LONGER)
    outcome = bring(ws, *files)
    assert [(one.key, one.rows) for one in outcome.questions] == [("overlap", 2)]
    assert (outcome.counts.accepted, outcome.reasons) == (3, {"unanswered": 2})
    same = bring(ws, *files, habits=Habits("UTC", answers={"overlap": "same"}))
    assert (same.counts.accepted, count(ws)) == (0, 3)
    bring(ws, *files, habits=Habits("UTC", answers={"overlap": "different"}))
    assert count(ws) == 5


def test_a_longer_export_doubles_nothing_and_another_source_is_other_people(
    ws: Workspace, tmp_path: Path
) -> None:
    early, longer = write(tmp_path, "a.csv", EARLY), write(tmp_path, "b.csv", LONGER)
    bring(ws, early)
    assert bring(ws, longer).counts.accepted == 1
    other = bring(ws, early, habits=Habits("UTC", source="kiosk"))
    assert (other.counts.accepted, other.source) == (2, "kiosk")


def test_an_edited_note_doubles_no_answer(ws: Workspace, tmp_path: Path) -> None:
    bring(ws, write(tmp_path, "a.csv", ANSWERS.format("")))
    again = bring(ws, write(tmp_path, "b.csv", ANSWERS.format("Ann")))
    assert (again.counts.accepted, count(ws)) == (0, 2)


def test_answers_told_by_their_content_keep_their_ids(ws: Workspace, tmp_path: Path) -> None:
    recipe = library.get("survey")
    part = msgspec.structs.replace(recipe.inputs[0], id=None, formerly=None)
    before = msgspec.structs.replace(recipe, inputs=(part,))
    file = write(tmp_path, "a.csv", ANSWERS.format(""))
    bring(ws, file, recipe=before)
    again = bring(ws, file)
    assert (again.counts.accepted, again.counts.duplicates) == (0, 2)
