"""A key, a file, a database or an inbox that is not as it should be is told with what to do."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import sqlalchemy as sa

from regulars.jobs.doctor import service
from regulars.jobs.doctor.model import Severity
from regulars.kit import clock
from regulars.store.workspace import SECRET_FILE
from regulars.timeline import inbox
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.jobs.doctor.test_service import examined


def accept(ws: Workspace, count: int) -> None:
    now = clock.now()
    rows = [
        {"event_id": f"e{n}", "occurred_at": now, "name": "Order Completed"} for n in range(count)
    ]
    inbox.accept(ws, inbox.make(rows, now))


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_key_that_others_can_read_is_bad(ws: Workspace) -> None:
    (ws.folder / SECRET_FILE).chmod(0o644)
    found = examined(ws)["secret"]
    assert found.state is Severity.BAD
    assert found.advice is not None
    assert "chmod 600" in found.advice.en
    (ws.folder / SECRET_FILE).chmod(0o600)
    ws.folder.chmod(0o755)
    assert examined(ws)["secret"].state is Severity.WARN


@pytest.mark.parametrize("key", [None, b"", b"\xff\x00 no text", b"ab" * 31])
def test_a_lost_or_damaged_key_is_bad_and_hides_nothing_else(
    ws: Workspace, key: bytes | None
) -> None:
    path = ws.folder / SECRET_FILE
    path.unlink() if key is None else path.write_bytes(key)
    found = examined(ws)
    assert found["secret"].state is Severity.BAD
    assert found["secret"].seen.en == "secret.key is missing or damaged"
    assert found["lake"].state is Severity.OK


def test_a_file_of_the_lake_that_is_gone_is_bad(ws: Workspace) -> None:
    accept(ws, 3)
    flush(ws)
    assert examined(ws)["lake"].seen.en.startswith("3 events in 1 files")
    next((ws.folder / "lake").rglob("*.parquet")).unlink()
    found = examined(ws)["lake"]
    assert (found.state, found.seen.en) == (Severity.BAD, "1 of 1 files are missing or cut short")


def test_events_that_nobody_flushes_are_told(ws: Workspace) -> None:
    accept(ws, 5)
    assert examined(ws)["inbox"].state is Severity.OK
    late = clock.now() + timedelta(hours=1)
    found = {finding.key: finding for finding in service.examine(ws.folder, late)}["inbox"]
    assert found.state is Severity.WARN
    assert found.seen.en == "5 events wait, the oldest for 60 min"


def test_a_database_of_a_newer_version_is_not_asked_further(ws: Workspace) -> None:
    with ws.database.transaction() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'from-2031'"))
    found = examined(ws)
    assert found["revision"].state is Severity.BAD
    assert "staff" not in found
