"""Times as people write them, read right or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, reasons, visits, write


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-01 10:00:00", ""),
        ("2026/03/01 10:00", ""),
        ("2026-03-01T02:00:00Z", ""),
        ("2026-03-01T02:00Z", ""),
        ("2026-03-01 10:00:00.5+0800", ""),
        ("2026-03-01T03:00:00.000+01:00", ""),
        ("2026年3月1日 10:00", ""),
        ("20260301100000", ""),
        ("01/03/2026 10:00", ', formats = ["%d/%m/%Y %H:%M"]'),
        ("3/1/2026 10:00", ', formats = ["%Y-%m-%d", "%m/%d/%Y %H:%M"]'),
        ("1.3.2026 10:00 +0800", ', formats = ["%d.%m.%Y %H:%M %z"]'),
        ("1772330400", ', formats = ["epoch_s"]'),
        ("1772330400000", ', formats = ["epoch_ms"]'),
        ("2026-03-01 03:00", ', zone = "Europe/Berlin"'),
    ],
)
def test_times(ws: Workspace, tmp_path: Path, written: str, moment: str) -> None:
    bring(ws, write(tmp_path, "a.csv", f"who,at,score\nann,{written},\n"), moment=moment)
    assert visits(ws) == [("2026-03-01 02:00", None)]


def test_a_file_may_mix_ways_to_write_a_time(ws: Workspace, tmp_path: Path) -> None:
    text = "who,at\nann,2026-03-01T02:00Z\nbo,1/3/2026 10:00\ncy,1772330400\ndi,1 March\n"
    formats = ', formats = ["iso", "%d/%m/%Y %H:%M", "epoch_s"]'
    outcome = bring(ws, write(tmp_path, "a.csv", text), moment=formats)
    assert visits(ws) == [("2026-03-01 02:00", None)] * 3
    assert reasons(ws, outcome) == [(4, "at", "unreadable_moment", "1 March")]


def test_times_that_cannot_be(ws: Workspace, tmp_path: Path) -> None:
    text = "who,at\nann,2026-02-30\nbo,31 Dec\ncy,2999-01-01\ndi,1066-10-14\nem,\n"
    outcome = bring(ws, write(tmp_path, "a.csv", text))
    assert sorted(reasons(ws, outcome)) == [
        (1, "at", "unreadable_moment", "2026-02-30"),
        (2, "at", "unreadable_moment", "31 Dec"),
        (3, "occurred_at", "future", "2998-12-31 16:00:00+00"),
        (4, "occurred_at", "out_of_range", "1066-10-13 15:54:17+00"),
        (5, "at", "missing", None),
    ]


def test_times_without_a_zone_are_the_workspaces_and_it_is_said(
    ws: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.csv", "date,nps\n2026-03-01 10:00,9\n2026-03-01 10:00 +0200,8\n")
    outcome = service.import_files(ws, [file], "survey", now=clock.now())
    assert visits(ws) == [("2026-03-01 02:00", 9.0), ("2026-03-01 08:00", 8.0)]
    assert [(note.code, note.rows) for note in outcome.notes] == [("zone", 1)]
    assert "Asia/Shanghai" in outcome.notes[0].text.en
    london = service.import_files(
        ws, [file], "survey", now=clock.now(), habits=Habits("Europe/London")
    )
    assert london.notes == ()
