"""Files with types of their own keep them, and logs of XES come in as they are."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.listen.imports import service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, parquet, visits, write
from tests.listen.imports.reading.test_files import EXPECTED


def test_parquet_keeps_its_types(ws: Workspace, tmp_path: Path) -> None:
    file = parquet(
        tmp_path,
        "SELECT 'ann' AS who, TIMESTAMP '2026-03-01 10:00' AS at, 9 AS score "
        "UNION ALL SELECT 'bo', TIMESTAMP '2026-03-02 10:00', NULL",
    )
    assert bring(ws, file).counts.accepted == 2
    assert sorted(visits(ws)) == EXPECTED
    zipped = tmp_path / "again.parquet.gz"
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    assert bring(ws, zipped).counts.duplicates == 2


def test_traces_without_a_name_are_numbered(ws: Workspace, tmp_path: Path) -> None:
    event = (
        '<event><string key="concept:name" value="Called"/>'
        '<date key="time:timestamp" value="2026-03-01T10:00:00Z"/></event>'
    )
    named = f'<trace><string key="concept:name" value="7"/>{event}</trace>'
    text = f"<log><trace>{event}{event}</trace>{named}<trace>{event}</trace></log>"
    outcome = service.import_files(ws, [write(tmp_path, "calls.xes", text)], "xes", now=clock.now())
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [row["case_id"] for row in rows] == ["calls 1", "calls 1", "7", "calls 3"]
    assert [note.rows for note in outcome.notes if note.code == "numbered_cases"] == [2]


def test_xes_does_not_fetch_what_it_names(ws: Workspace, tmp_path: Path) -> None:
    secret = write(tmp_path, "secret.txt", "hidden")
    text = (
        f'<!DOCTYPE log [<!ENTITY x SYSTEM "file://{secret}">]><log><trace>'
        '<string key="concept:name" value="1"/><event><string key="who" value="&x;"/>'
        '<date key="at" value="2026-03-01T10:00:00Z"/></event></trace></log>'
    )
    with pytest.raises(Invalid, match=r"import\.xes"):
        bring(ws, write(tmp_path, "a.xes", text))
