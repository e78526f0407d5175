"""Which formats read the times of a column, and which cells are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.listen.imports import library, service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import visits, write
from tests.listen.imports.test_preview import look, roles


def test_a_column_may_mix_ways_to_write_a_time(ws: Workspace, tmp_path: Path) -> None:
    values = ["2026-03-01 10:00", "25/03/2026", "2026-03-02 10:00", "01/03/2026", "2026年3月4日"]
    file = write(tmp_path, "a.csv", "date,stars\n" + "".join(f"{one},5\n" for one in values))
    proposal = look(ws, file, "UTC")
    (day, _stars) = proposal.columns
    assert (day.role, set(day.formats)) == ("occurred_at", {"iso", "%d/%m/%Y"})
    assert proposal.questions == ()
    mapping = library.parse(library.render(proposal.recipe))
    assert service.import_files(ws, [file], mapping, now=clock.now()).counts.rejected == 0
    assert sorted(at for at, _score in visits(ws)) == [
        "2026-03-01 00:00",
        "2026-03-01 10:00",
        "2026-03-02 10:00",
        "2026-03-04 00:00",
        "2026-03-25 00:00",
    ]


@pytest.mark.parametrize("header", ["created_at", "x"])
def test_one_bad_date_in_six_is_told_and_refused(
    ws: Workspace, tmp_path: Path, header: str
) -> None:
    rows = "".join(f"2026-03-0{n} 10:00,{n}\n" for n in range(1, 6)) + "soon,3\n"
    file = write(tmp_path, "a.csv", f"{header},stars\n{rows}")
    proposal = look(ws, file, "UTC")
    assert roles(proposal)[header] == "occurred_at"
    (note,) = [one for one in proposal.notes if one.code == "no_times"]
    assert (note.rows, note.examples) == (1, ("soon",))
    assert "1 of 6 values are no time (soon)" in note.text.en
    outcome = service.import_files(ws, [file], proposal.recipe, now=clock.now())
    assert (outcome.counts.accepted, outcome.reasons) == (5, {"unreadable_moment": 1})


def test_numbers_and_words_are_no_times(ws: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"{n},2026{n:04d},see you on 2026-03-01 at {n}\n" for n in range(1101, 1131))
    proposal = look(ws, write(tmp_path, "a.csv", "date,code,words\n" + rows), "UTC")
    assert "occurred_at" not in {
        role for header, role in roles(proposal).items() if header != "code"
    }
