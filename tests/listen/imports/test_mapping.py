"""A mapping made of a file can be written down, edited and used."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.listen.imports import library, service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import visits, write
from tests.listen.imports.test_preview import ENGLISH, look


def test_a_proposal_can_be_written_down_edited_and_used(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "answers.csv", ENGLISH)
    words = library.render(look(ws, file, "Europe/London").recipe)
    mapping = library.parse(words.replace('"Survey Answered"', '"Product Reviewed"'))
    outcome = service.import_files(ws, [file], mapping, now=clock.now())
    assert (outcome.counts.accepted, outcome.counts.rejected) == (120, 0)
    assert {row["name"] for row in ws.query(lambda view: view.events).to_pylist()} == {
        "Product Reviewed"
    }
    assert visits(ws)[0][0] == "2026-03-01 10:00"


def test_a_file_without_a_time_says_so_and_is_not_imported_until_it_is_filled_in(
    ws: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.csv", "name,stars\nx,5\ny,4\n")
    proposal = look(ws, file)
    assert any("No column is the time" in one.words.en for one in proposal.questions)
    assert proposal.samples == ()
    words = library.render(proposal.recipe)
    with pytest.raises(Invalid, match=r"recipe\.unfilled"):
        library.parse(words)
    with pytest.raises(Invalid, match=r"recipe\.unfilled"):
        service.import_files(ws, [file], proposal.recipe, now=clock.now())
    assert ws.query(lambda view: view.events).num_rows == 0
    filled = words.replace('occurred_at = ""', "occurred_at = \"moment('2026-03-01')\"")
    outcome = service.import_files(ws, [file], library.parse(filled), now=clock.now())
    assert outcome.counts.accepted == 2
