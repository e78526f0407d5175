"""A company takes its own data out: every event of the period once, and what is held of people."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL, Principal, Role
from regulars.jobs.export import queries, service
from regulars.jobs.export.model import Form, What
from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid, NotAllowed, Unavailable
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from tests.jobs.export.conftest import LEI, at


def test_everything_goes_into_one_file_each(ws: Workspace, tmp_path: Path) -> None:
    written = service.export(ws, SHELL, tmp_path / "out", now=clock.now())
    assert {one.what: one.rows for one in written} == {
        What.EVENTS: 3,
        What.PEOPLE: 1,
        What.FINDINGS: 1,
    }
    events = pq.read_table(tmp_path / "out" / "events.parquet")
    assert events.column("event_id").to_pylist() == ["e1", "e2", "e3"]
    assert set(events.column("person_id").to_pylist()) == {LEI}
    held = pq.read_table(tmp_path / "out" / "people.parquet").to_pylist()
    assert (held[0]["person_id"], held[0]["value"]) == (LEI, "李雷")
    found = pq.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    assert json.loads(found[0]["payload"]) == {"nps": 40}


def test_csv_is_safe_to_open(ws: Workspace, tmp_path: Path) -> None:
    service.export(ws, SHELL, tmp_path / "out", now=clock.now(), form=Form.CSV)
    file = tmp_path / "out" / "events.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    row = pcsv.read_csv(file).to_pylist()[0]
    assert row["text"] == "'=1+1"
    assert json.loads(row["lines"])[0]["product"] == "tea"
    assert "2026-10-01T04:00:00" in file.read_text("utf-8-sig")


def test_a_workspace_without_events_gives_empty_files(tmp_path: Path) -> None:
    from regulars.app import init_workspace

    empty = init_workspace(tmp_path / "empty")
    written = service.export(empty, SHELL, tmp_path / "out", now=clock.now(), form=Form.CSV)
    assert [one.rows for one in written] == [0, 0, 0]
    empty.close()


def test_nothing_is_overwritten_and_nothing_stays_within_reach_of_the_workspace(
    ws: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(Conflict):
        service.export(ws, SHELL, tmp_path, now=clock.now())
    with pytest.raises(Invalid):
        service.export(ws, SHELL, ws.folder / "out", now=clock.now())
    analyst = Principal("staff", "1", "Mei", Role.ANALYST)
    with pytest.raises(NotAllowed):
        service.export(ws, analyst, tmp_path / "out", now=clock.now())


def test_the_command_says_what_it_wrote_and_the_log_keeps_it(ws: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "out"
    words = [str(target), "--what", "events", "--from", "2026-10-02", "--json"]
    ran = CliRunner().invoke(build_cli(), ["export", *words, "-w", str(ws.folder)])
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told == [{"what": "events", "file": str(target / "events.parquet"), "rows": 2}]
    entry = audit.find(ws, Search(action="data.exported"))[0]
    assert entry.details == {"rows": {"events": 2}}


def test_a_file_that_lost_events_on_the_way_is_taken_back(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = queries.events
    monkeypatch.setattr(queries, "events", lambda *asked: list(whole(*asked))[1:])
    with pytest.raises(Unavailable, match="holds 3 events of this period and 2 were written"):
        service.export(ws, SHELL, tmp_path / "out", now=clock.now())
    assert list((tmp_path / "out").iterdir()) == []


def test_what_comes_while_the_file_is_written_does_not_stop_it(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = queries.events

    def meanwhile(*asked: Any) -> Any:
        yield from whole(*asked)
        late = {"event_id": "late", "occurred_at": at(4), "known_at": at(4), "name": "Late"}
        inbox.accept(ws, inbox.make([late], at(4)))

    monkeypatch.setattr(queries, "events", meanwhile)
    written = service.export(ws, SHELL, tmp_path / "out", now=clock.now(), what=[What.EVENTS])
    assert written[0].rows == 3


def test_events_that_become_known_later_are_told(ws: Workspace, tmp_path: Path) -> None:
    next_year = datetime(2100, 1, 1, tzinfo=UTC)
    later = {"event_id": "later", "occurred_at": at(2), "known_at": next_year, "name": "Sale"}
    inbox.accept(ws, inbox.make([later], at(4)))
    words = ["--what", "events", "-w", str(ws.folder)]
    ran = CliRunner().invoke(build_cli(), ["export", str(tmp_path / "all"), *words])
    assert ran.exit_code == 0
    assert "Left out: 1 events that become known only after now" in ran.stderr
    outside = ["--from", "2026-10-03"]
    ran = CliRunner().invoke(build_cli(), ["export", str(tmp_path / "some"), *outside, *words])
    assert "Left out" not in ran.stderr
