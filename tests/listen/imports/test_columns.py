"""A cell that is wrong costs its row only where the mapping needs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.listen.imports import service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, reasons, write


@pytest.mark.parametrize("blank", [" ", "\t", "\r", "\n", "\u3000", " \u3000\t"])
def test_blanks_at_both_ends_are_no_part_of_words(
    ws: Workspace, tmp_path: Path, blank: str
) -> None:
    words = [f"{blank}王 芳{blank}", f"{blank}Bo", f"Cy{blank}", blank, "no-break\u00a0"]
    rows = [f'ann,2026-03-{day:02d},{day},"{word}"' for day, word in enumerate(words, 1)]
    bring(
        ws,
        write(tmp_path, "a.csv", "\n".join(["who,at,score,said", *rows])),
        columns='said = "text"',
        take=', text = "said"',
    )
    found = ws.query(lambda view: view.events.order_by("occurred_at").select("text")).to_pylist()
    said = ["王 芳", "Bo", "Cy", None, "no-break\u00a0"]
    assert [row["text"] for row in found] == said


def test_one_bad_cell_does_not_lose_the_respondent(ws: Workspace, tmp_path: Path) -> None:
    text = (
        "date,customer_id,nps,csat,comment\n2026-03-01,ann,8.5,4,fine\n2026-03-01,bo,great,5,\n"
        "2026-03-01,cy,N/A,3,\n2026-03-01,di,9 - likely,9,\n"
    )
    file = write(tmp_path, "a.csv", text)
    outcome = service.import_files(ws, [file], "survey", now=clock.now())
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [(row["metric"], row["score"], row["text"]) for row in rows] == [
        ("csat", 4.0, "fine"),
        ("csat", 5.0, None),
        ("csat", 3.0, None),
        ("nps", 9.0, None),
    ]
    assert (outcome.counts.used, outcome.counts.rejected) == (4, 0)
    assert sum(note.rows for note in outcome.notes if note.code.startswith("left_out")) == 3


def test_a_cell_that_the_mapping_needs_refuses_its_row(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "who,at,score\nann,2026-03-01,11\nbo,2026-03-01,8\n")
    outcome = bring(ws, file, number=", needed = true")
    assert reasons(ws, outcome) == [(1, "score", "out_of_range", "11")]
    assert outcome.counts.accepted == 1


@pytest.mark.parametrize("column", ["score", "SCORE"])
def test_a_row_without_identity_stays_where_another_cell_is_bad(
    ws: Workspace, tmp_path: Path, column: str
) -> None:
    outcome = bring(ws, write(tmp_path, "a.csv", f"who,at,{column}\n,2026-03-01,x\n"))
    assert (outcome.counts.used, outcome.counts.accepted) == (1, 1)
