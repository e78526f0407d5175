"""A clock, versions and leftovers of the machine that are wrong are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from regulars.company.audit.tables import audit_entries
from regulars.jobs.doctor import machine
from regulars.jobs.doctor.model import Severity
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from tests.jobs.doctor.test_service import examined


def test_a_record_from_the_future_shows_a_wrong_clock(ws: Workspace) -> None:
    ahead = {"at": clock.now() + timedelta(days=2), "action": "staff.added", "details": "{}"}
    by = {"caller_kind": "shell", "caller_id": "shell", "caller_name": "shell", "subject": "mei"}
    with ws.database.transaction() as connection:
        connection.execute(sa.insert(audit_entries).values(**ahead, **by))
    assert examined(ws)["clock"].state is Severity.WARN


def test_versions_outside_the_limits_are_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [finding.state for finding in machine.versions()] == [Severity.OK]
    monkeypatch.setitem(machine.LIMITS, "duckdb", ((1, 0), (1, 1)))
    assert [finding.state for finding in machine.versions()] == [Severity.BAD]


def test_what_a_process_that_died_left_behind_is_told(ws: Workspace) -> None:
    assert examined(ws)["spill"].state is Severity.OK
    left = ws.folder / "spill" / "4711-dead"
    left.mkdir(parents=True)
    (left / "work.db").write_bytes(b"x" * 1200)
    found = examined(ws)["spill"]
    assert found.state is Severity.WARN
    assert found.seen.en == "1 left behind by processes that died, 1.2 kB"
    assert left.exists()
