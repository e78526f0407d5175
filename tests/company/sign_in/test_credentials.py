"""Passwords, one-time links, and the first administrator."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL, Principal, Role
from regulars.company.sign_in import service, throttle
from regulars.company.sign_in.credentials import FIRST_RUN_LIFETIME, LINK_LIFETIME
from regulars.company.staff import service as staff
from regulars.kit.errors import Conflict, Invalid, NotAllowed, NotSignedIn
from regulars.store.workspace import Store
from tests.company.cast import PASSWORD, hire

NEW = "oolong in autumn"


def can_enter(store: Store, login: str, password: str, now: datetime) -> bool:
    try:
        service.sign_in(store, login, password, address="::1", agent="", now=now)
    except NotSignedIn:
        return False
    return True


def test_a_link_sets_a_password_once(store: Store, noon: datetime) -> None:
    wang = staff.add(store, SHELL, login="wang", name="Wang", role=Role.MANAGER, now=noon)
    older = service.password_link(store, SHELL, wang.id, noon)
    code = service.password_link(store, SHELL, wang.id, noon)
    assert service.whose_link(store, code, noon).login == "wang"
    with pytest.raises(Invalid):
        service.use_link(store, code, "short", noon)
    service.use_link(store, code, NEW, noon)
    assert can_enter(store, "wang", NEW, noon)
    for spent in (code, older, "", "nonsense"):
        with pytest.raises(NotAllowed):
            service.use_link(store, spent, PASSWORD, noon)


def test_a_link_grows_old_and_a_closed_account_has_none(store: Store, noon: datetime) -> None:
    wang = hire(store, "wang", Role.MANAGER, noon)
    code = service.password_link(store, SHELL, wang.id, noon)
    with pytest.raises(NotAllowed):
        service.whose_link(store, code, noon + LINK_LIFETIME)
    staff.disable(store, SHELL, wang.id, noon)
    with pytest.raises(NotAllowed):
        service.whose_link(store, code, noon)


def test_changing_ones_password_needs_the_present_one(store: Store, noon: datetime) -> None:
    wang = hire(store, "wang", Role.MANAGER, noon)
    caller = Principal("staff", wang.id, wang.name, wang.role)
    with pytest.raises(Invalid, match="present password"):
        service.change_password(store, caller, old=NEW, new=NEW, address="::1", now=noon)
    service.change_password(store, caller, old=PASSWORD, new=NEW, address="::1", now=noon)
    assert can_enter(store, "wang", NEW, noon)
    assert not can_enter(store, "wang", PASSWORD, noon)


def test_a_new_password_that_is_refused_costs_no_try(store: Store, noon: datetime) -> None:
    wang = hire(store, "wang", Role.MANAGER, noon)
    caller = Principal("staff", wang.id, wang.name, wang.role)
    for _ in range(2 * throttle.ACCOUNT.free):
        with pytest.raises(Invalid, match="guessed"):
            service.change_password(
                store, caller, old=PASSWORD, new="password12345", address="::1", now=noon
            )
    service.change_password(store, caller, old=PASSWORD, new=NEW, address="::1", now=noon)
    assert can_enter(store, "wang", NEW, noon)


def test_the_first_administrator_is_made_with_the_code_only(store: Store, noon: datetime) -> None:
    code = service.first_run_code(store, noon)
    assert code is not None
    for wrong, at in (("", noon), ("x" * 22, noon), (code, noon + FIRST_RUN_LIFETIME)):
        with pytest.raises(NotAllowed):
            service.check_first_run(store, wrong, at_this_machine=False, now=at)
    service.check_first_run(store, "", at_this_machine=True, now=noon)
    service.check_first_run(store, code, at_this_machine=False, now=noon)
    made = service.make_first_admin(
        store, login="mei", name="Mei", password=PASSWORD, language="zh", now=noon
    )
    assert (made.role, made.chosen, made.language) == (Role.ADMIN, None, "zh")
    assert can_enter(store, "mei", PASSWORD, noon)
    with pytest.raises(Conflict):
        service.make_first_admin(
            store, login="eve", name="Eve", password=PASSWORD, language=None, now=noon
        )
    with pytest.raises(NotAllowed):
        service.check_first_run(store, code, at_this_machine=False, now=noon)
    assert service.first_run_code(store, noon) is None


def test_no_secret_is_ever_on_record(store: Store, noon: datetime) -> None:
    wang = hire(store, "wang", Role.MANAGER, noon)
    code = service.password_link(store, SHELL, wang.id, noon)
    service.use_link(store, code, NEW, noon + timedelta(minutes=1))
    written = str(audit.find(store, Search()))
    assert "staff.password_set" in written
    assert not any(secret in written for secret in (PASSWORD, NEW, code))
