"""A workspace that holds events without what every event has is repaired once, and told of it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from deltalake import Schema as DeltaSchema
from typer.testing import CliRunner

from regulars.app import build_cli, init_workspace, open_workspace
from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.jobs.doctor import service as doctor
from regulars.jobs.doctor.model import Severity
from regulars.kit import clock
from regulars.timeline import compaction, duck, lake, repair, required
from regulars.timeline.event import COLUMNS
from regulars.timeline.inbox import encode
from regulars.timeline.lease import MAINTENANCE, lease
from regulars.timeline.tables import inbox as groups
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.tables import findings
from regulars.understand.value_groups.tables import value_group_runs
from tests.timeline.cast import ANN, BO, NOON, ids, visits
from tests.timeline.test_required import without


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of an earlier version: no mark in its lake, two of Ann's three visits unknown."""
    with monkeypatch.context() as earlier:
        earlier.setattr(lake, "COMPLETE", ("something else", 1))
        earlier.setattr(required, "refuse", lambda _lacks: None)
        ws = init_workspace(tmp_path / "old")
        add(ws, without(without(visits(ANN, 1, 2, 3), "known_at", 0), "known_at", 2))
        add(ws, visits(BO, 1))
    ws.close()
    return ws


def add(ws: Workspace, table: pa.Table) -> None:
    """Store events as the earlier version did, without a look at them."""
    connection = duck.connect(ws)
    connection.register("incoming", table)
    path = ws.lake.folder / f"new-{len(list(ws.lake.folder.glob('*.parquet')))}.parquet"
    columns = ", ".join(COLUMNS)
    connection.execute(f"COPY (SELECT {columns} FROM incoming) TO '{path}' (FORMAT parquet)")
    found = required.footer(connection, str(path))
    action = lake._action(path, found, None, None, moved=False)
    with lease(ws.database, MAINTENANCE) as held:
        lake.commit(held, ws.lake.open(), [action])


def known(ws: Workspace) -> list[str]:
    """Return the ids of what was known an hour after noon."""
    table = ws.query(lambda view: view.events.select("event_id"), as_of=NOON + timedelta(hours=1))
    return sorted(table.column("event_id").to_pylist())


def test_what_was_hidden_is_seen_again(old: Workspace) -> None:
    ws = open_workspace(old.folder)
    assert known(ws) == ["a1", "a2", "a3", "b1"] == ids(ws)
    rows = ws.query(lambda view: view.events.order_by("event_id")).to_pylist()
    assert [row["known_at"] for row in rows[:3:2]] == [row["occurred_at"] for row in rows[:3:2]]
    ws.close()


def test_only_files_that_lack_something_are_written_anew_in_one_commit(old: Workspace) -> None:
    before = {file.path for file in lake.files(old.lake.open())}
    version = old.lake.open().version()
    ws = open_workspace(old.folder)
    after = {file.path for file in lake.files(ws.lake.open())}
    assert len(before & after) == 1
    assert len(after) == 2
    assert ws.lake.open().version() == version + 1
    ws.close()
    again = open_workspace(old.folder)
    assert again.notes == []
    assert again.lake.open().version() == version + 1
    again.close()


def test_it_is_told_by_notes_audit_log_and_doctor(old: Workspace) -> None:
    sick = {one.key: one for one in doctor.examine(old.folder, clock.now())}["required"]
    assert sick.state is Severity.BAD
    assert "known_at (2)" in sick.seen.en
    ws = open_workspace(old.folder)
    assert "known_at (2)" in ws.notes[0].en
    assert "known_at（2）" in ws.notes[0].zh
    entry = audit.find(ws, Search(action=repair.ACTION))[0]
    assert entry.details == {"known_at": 2}
    well = {one.key: one for one in doctor.examine(old.folder, clock.now())}["required"]
    assert well.state is Severity.OK
    assert "known_at (2) were filled in" in well.seen.en
    ws.close()


def test_what_was_computed_without_them_is_made_anew(old: Workspace) -> None:
    now = clock.now()
    with old.database.transaction() as connection:
        for table, row in (
            (value_group_runs, {"rules": "{}", "cuts": "{}", "customers": 0, "assigned": b""}),
            (findings, {"key": "costs", "slice": "{}", "slice_hash": "", "version": 1,
                        "form": "json", "payload": b"{}"}),
        ):  # fmt: skip
            connection.execute(table.insert().values(as_of=NOON, computed_at=now, **row))
        connection.execute(findings.update().values(as_of=now))
    ws = open_workspace(old.folder)
    with ws.database.reading() as connection:
        for table in (value_group_runs, findings):
            assert connection.execute(table.select()).all() == []
    ws.close()


def test_a_command_tells_it_beside_its_answer(old: Workspace, tmp_path: Path) -> None:
    words = ["export", str(tmp_path / "out"), "--what", "events", "--json", "-w", str(old.folder)]
    ran = CliRunner().invoke(build_cli(), words)
    assert json.loads(ran.stdout)[0]["rows"] == 4
    assert "known_at (2)" in ran.stderr


def test_a_sorted_file_stays_one_of_its_month(
    old: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(required, "refuse", lambda _lacks: None)
        earlier.setattr(required, "lacking", lambda *_: {})
        compaction.compact(old)
    old.close()
    ws = open_workspace(old.folder)
    assert {(file.month, file.bucket) for file in lake.files(ws.lake.open())} == {
        ("2026-03", "0/1")
    }
    assert known(ws) == ["a1", "a2", "a3", "b1"]
    ws.close()


def test_a_new_lake_needs_no_look_and_a_sound_old_one_only_one(tmp_path: Path) -> None:
    ws = init_workspace(tmp_path / "new")
    assert lake.is_complete(ws.lake.open())
    ws.close()
    bare = tmp_path / "bare"
    DeltaTable.create(
        str(bare),
        DeltaSchema.from_arrow(lake.LAKE_SCHEMA),
        partition_by=lake.PARTITIONS,
    )
    assert not lake.is_complete(DeltaTable(str(bare)))


def test_a_lake_that_cannot_be_read_does_not_keep_the_workspace_shut(old: Workspace) -> None:
    for file in old.lake.folder.glob("*.parquet"):
        file.unlink()
    ws = open_workspace(old.folder)
    assert ws.notes == []
    assert not lake.is_complete(ws.lake.open())
    ws.close()


def test_what_an_earlier_version_left_in_the_inbox_is_filled_at_the_flush(ws: Workspace) -> None:
    from regulars.timeline.flush import flush

    table = without(visits(ANN, 1, 2), "known_at", 1)
    with ws.database.transaction() as connection:
        row = {"revision": 0, "events": 2, "appended_at": NOON, "batch": encode(table)}
        connection.execute(groups.insert().values(**row))
    assert flush(ws).events == 2
    assert known(ws) == ["a1", "a2"]
