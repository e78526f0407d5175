"""Members enter and exit on the timeline, once each, whatever crashes."""

from __future__ import annotations

from datetime import timedelta

from tests.understand.audiences.cast import MAY, NOW, event, guest, guests, tell
from tests.understand.audiences.test_service import made, told

from regulars.company.rights.model import SHELL
from regulars.timeline import linking
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import customers, following, service, storing


def test_members_enter_and_exit_on_the_timeline_once(ws: Workspace) -> None:
    tell(ws, guests())
    one = made(ws, "spend >= 500", "Big spenders")
    assert service.refresh(ws, now=NOW) == {one.key: (30, 0)}
    entered = told(ws, "Audience Entered")
    assert [row["identity_id"] for row in entered] == [guest(n) for n in range(50, 80)]
    assert {row["actor"] for row in entered} == {"system"}
    assert service.refresh(ws, now=NOW + timedelta(hours=1)) == {one.key: (0, 0)}
    assert len(told(ws, "Audience Entered")) == 30

    back = MAY + timedelta(days=3)
    tell(ws, [event(60, "Order Refunded", back, amount=-600), event(3, "Order Completed", back,
                                                                     amount=900)])  # fmt: skip
    assert service.refresh(ws, now=NOW + timedelta(hours=7)) == {one.key: (1, 1)}
    assert [row["identity_id"] for row in told(ws, "Audience Exited")] == [guest(60)]
    assert service.memberships(ws)[one.key].members == 30


def test_a_repeat_after_a_crash_doubles_nothing(ws: Workspace) -> None:
    """The members were lost with the crash, and their events were not: ids make the repeat void."""
    tell(ws, guests())
    one = made(ws)
    table = customers.answered(ws, None, now=NOW).payload
    following.write_down(ws, [one], table, now=NOW)
    with ws.database.transaction() as connection:
        storing.drop_members(connection, one.key)
    following.write_down(ws, [one], table, now=NOW + timedelta(hours=1))
    assert len(told(ws, "Audience Entered")) == 40


def test_retiring_lets_everybody_leave(ws: Workspace) -> None:
    tell(ws, guests())
    one = made(ws)
    service.refresh(ws, now=NOW)
    service.retire(ws, SHELL, one.key, now=NOW)
    assert len(told(ws, "Audience Exited")) == 40
    assert service.memberships(ws) == {}


def test_a_merge_is_no_entry_and_no_exit(ws: Workspace) -> None:
    tell(ws, guests())
    one = made(ws)
    service.refresh(ws, now=NOW)
    with ws.database.transaction() as connection:
        linking.link(
            ws, connection, guest(10), guest(12), link_id="a", kind="merge", source="staff", at=NOW
        )
    assert service.refresh(ws, now=NOW + timedelta(hours=7)) == {one.key: (0, 0)}
    assert service.memberships(ws)[one.key].members == 39
