"""A file that a recipe knows is known by its columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.listen.imports import library
from regulars.timeline.workspace import Workspace
from tests.listen.imports.test_preview import look


@pytest.mark.data
@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("cdnow/CDNOW_master.txt", "cdnow"),
        ("online-retail/online_retail.csv.gz", "online-retail"),
        ("event-logs/helpdesk.csv.gz", "helpdesk"),
        ("airline-tweets/Tweets.csv", "airline-tweets"),
    ],
)
def test_known_files_are_known(ws: Workspace, real_data: Path, path: str, fits: str) -> None:
    proposal = look(ws, real_data / path)
    assert fits in proposal.fits
    assert proposal.recipes[0].recipe == fits
    assert proposal.recipes[0].words.en.startswith(f"The template “{fits}”")
    assert library.parse(library.render(proposal.recipe)) == proposal.recipe
    assert proposal.samples
    assert set(proposal.as_json()) >= {"columns", "mapping", "questions", "fits"}
