"""The doctor: a sound workspace is called sound, and each illness is named with its cure."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from regulars.company.rights.model import Role
from regulars.jobs.doctor import service, who
from regulars.jobs.doctor.model import Finding, Severity, worst
from regulars.jobs.lanes import queries as lane_queries
from regulars.jobs.lanes.model import PACES, Lane, TaskRecord
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline import acts, linking
from regulars.timeline.lease import lease
from regulars.timeline.workspace import Workspace
from tests.company.cast import hire


def examined(ws: Workspace) -> dict[str, Finding]:
    return {finding.key: finding for finding in service.examine(ws.folder, clock.now())}


def test_a_new_workspace_is_sound_but_for_what_nobody_has_done_yet(ws: Workspace) -> None:
    found = examined(ws)
    assert worst(list(found.values())) is not Severity.BAD
    waiting = {key for key, finding in found.items() if finding.state is not Severity.OK}
    assert waiting - {"memory", "disk"} == {"findings", "staff", "lanes"}
    assert all(found[key].advice is not None for key in waiting)
    assert {"settings", "versions", "secret", "clock", "zones", "database", "lake"} <= set(found)


def test_an_administrator_is_enough(ws: Workspace) -> None:
    hire(ws, "mei", Role.ADMIN, clock.now())
    assert examined(ws)["staff"].state is Severity.OK


def test_looking_changes_nothing(ws: Workspace) -> None:
    before = sorted(path.name for path in ws.folder.iterdir())
    examined(ws)
    after = {path.name for path in ws.folder.iterdir()}
    assert after - set(before) <= {"spill"}


def test_looking_for_a_lost_database_makes_none(ws: Workspace) -> None:
    file = ws.database_file
    if file is None:
        pytest.skip("no file on PostgreSQL")
    ws.close()
    for path in ws.folder.glob(f"{file.name}*"):
        path.unlink()
    assert examined(ws)["database"].seen.en == "there is none yet"
    assert not file.exists()


def test_wrong_settings_and_no_workspace_are_told(ws: Workspace, tmp_path: Path) -> None:
    (ws.folder / "regulars.toml").write_text('[workspace]\ntime_zone = "Mars/Olympus"\n')
    assert "Mars/Olympus" in examined(ws)["settings"].seen.en
    empty = {finding.key: finding for finding in service.examine(tmp_path / "no", clock.now())}
    assert empty["settings"].state is Severity.BAD


def test_contested_links_are_told_with_what_to_do(ws: Workspace) -> None:
    with ws.database.transaction() as connection:
        for user in ("a" * 32, "b" * 32):
            linking.link(ws, connection, user, "c" * 32, link_id=user, kind="identify",
                         source="shop", at=clock.now(), through="c" * 32)  # fmt: skip
            linking.tell_users(ws, connection, [(user, "shop", clock.now())])
    (found,) = who.identities(ws)
    assert (found.state, "1 links contested" in found.seen.en) == (Severity.WARN, True)
    assert found.advice is not None and "regulars contested" in found.advice.en


def test_a_lane_that_nobody_runs_is_named_with_what_to_do(ws: Workspace) -> None:
    with lease(ws.database, "lane:react"), lease(ws.database, "lane:refresh"):
        told = examined(ws)["lanes"]
    assert told.seen.en == "nobody runs: deliver,maintain"
    assert told.advice is not None
    assert "regulars work --lanes deliver,maintain" in told.advice.en
    with ExitStack() as every:
        for lane in Lane:
            every.enter_context(lease(ws.database, f"lane:{lane}"))
        assert examined(ws)["lanes"].advice is None


def test_what_fails_in_a_lane_is_named_with_its_error(ws: Workspace) -> None:
    broken = TaskRecord("mails", Lane.DELIVER, Text("Mails of alerts", "提醒邮件"))
    with ws.database.transaction() as connection:
        failed = broken.failed("OSError: refused", clock.now(), PACES[Lane.DELIVER])
        lane_queries.put_task(connection, failed)
    told = [one for one in service.examine(ws.folder, clock.now()) if one.key == "lanes"]
    assert any("OSError: refused" in one.seen.zh for one in told)


def test_acts_that_do_not_become_events_are_named(ws: Workspace) -> None:
    now = clock.now()
    with ws.database.transaction() as connection:
        acts.record(ws, connection, [{"name": "Case Opened"}], now=now - timedelta(minutes=5))
    assert examined(ws)["acts"].seen.en == "1 acts wait to become events, the oldest for 5 min"
    acts.move(ws, now=now)
    assert "acts" not in examined(ws)
