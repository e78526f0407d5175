"""Sessions: how they begin and all the ways in which they end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from regulars.company.rights.model import SHELL, Principal, Role
from regulars.company.sign_in import service
from regulars.company.sign_in.model import IDLE, LIFETIME, browser_of
from regulars.company.staff import service as staff
from regulars.company.staff.model import Staff
from regulars.kit.errors import NotFound, NotSignedIn
from regulars.store.workspace import Store
from tests.company.cast import PASSWORD, hire


def enter(store: Store, now: datetime, login: str = "mei", password: str = PASSWORD) -> str:
    return service.sign_in(store, login, password, address="10.0.0.7", agent="curl/8", now=now)[0]


def test_the_right_password_opens_a_session(store: Store, mei: Staff, noon: datetime) -> None:
    session = service.session_of(store, enter(store, noon), noon)
    assert session is not None
    assert (session.staff.id, session.address, session.agent) == (mei.id, "10.0.0.7", "curl/8")


@pytest.mark.parametrize("login", ["mei", " MEI ", "ｍｅｉ"])
def test_a_name_may_be_typed_in_any_spelling(
    store: Store, mei: Staff, noon: datetime, login: str
) -> None:
    assert service.session_of(store, enter(store, noon, login), noon) is not None


def test_nothing_tells_an_unknown_name_from_a_wrong_password(
    store: Store, mei: Staff, noon: datetime
) -> None:
    invited = staff.add(store, SHELL, login="new", name="New", role=Role.AGENT, now=noon)
    closed = hire(store, "old", Role.AGENT, noon)
    staff.disable(store, SHELL, closed.id, noon)
    told = set()
    for login, password in (
        ("mei", "wrong wrong wrong"),
        ("nobody", PASSWORD),
        (invited.login, PASSWORD),
        (closed.login, PASSWORD),
    ):
        with pytest.raises(NotSignedIn) as refused:
            enter(store, noon, login, password)
        told.add((refused.value.code, refused.value.message))
    assert len(told) == 1


def test_a_session_ends_when_idle_and_at_last_in_any_case(
    store: Store, mei: Staff, noon: datetime
) -> None:
    token = enter(store, noon)
    assert service.session_of(store, token, noon + IDLE - timedelta(seconds=1)) is not None
    assert service.session_of(store, token, noon + 2 * IDLE - timedelta(minutes=3)) is not None
    idle = enter(store, noon)
    assert service.session_of(store, idle, noon + IDLE) is None
    at = noon
    while at < noon + LIFETIME:
        assert service.session_of(store, token, at) is not None or at == noon
        at += IDLE / 2
    assert service.session_of(store, token, noon + LIFETIME) is None


def test_signing_out_ends_this_session_and_no_other(
    store: Store, mei: Staff, noon: datetime
) -> None:
    laptop, phone = enter(store, noon), enter(store, noon)
    service.sign_out(store, laptop)
    assert service.session_of(store, laptop, noon) is None
    assert service.session_of(store, phone, noon) is not None


def test_each_way_to_end_all_sessions(store: Store, mei: Staff, noon: datetime) -> None:
    wang = hire(store, "wang", Role.MANAGER, noon)
    later = noon + timedelta(minutes=1)
    for close in (
        lambda: service.sign_out_everywhere(store, SHELL, wang.id, later),
        lambda: service.set_password(store, SHELL, wang.id, "oolong in autumn", later),
        lambda: staff.disable(store, SHELL, wang.id, later),
    ):
        with store.database.transaction() as connection:
            token = service.open_session(connection, wang.id, noon)
        close()
        assert service.session_of(store, token, later) is None
        assert service.sessions_of(store, wang.id, later) == []
    staff.enable(store, SHELL, wang.id)
    assert service.session_of(store, token, later) is None


def test_one_ends_only_ones_own_sessions(store: Store, mei: Staff, noon: datetime) -> None:
    wang = hire(store, "wang", Role.MANAGER, noon)
    token = enter(store, noon)
    session = service.session_of(store, token, noon)
    assert session is not None
    someone = Principal("staff", wang.id, wang.name, wang.role)
    for session_id in (session.id, "", "%", session.id[:4]):
        with pytest.raises(NotFound):
            service.end_session(store, someone, session_id)
    service.end_session(store, Principal("staff", mei.id, mei.name, mei.role), session.id)
    assert service.session_of(store, token, noon) is None


def test_browsers_are_told_apart() -> None:
    safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0"
    assert browser_of(safari) == "Safari · iOS"
    assert browser_of(edge) == "Edge · Windows"
    assert (browser_of("curl/8.5.0"), browser_of("")) == ("curl/8.5.0", "?")
