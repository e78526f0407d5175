"""The brake on guessing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.company.rights.model import Principal, Role
from regulars.company.sign_in import known_browsers, service, throttle
from regulars.company.sign_in.throttle import ACCOUNT, ADDRESS, FORGET
from regulars.kit.errors import Invalid, NotSignedIn, TooMany
from regulars.store import settings
from regulars.store.workspace import Store
from tests.company.cast import PASSWORD, hire


def attempt(
    store: Store,
    now: datetime,
    login: str,
    password: str = "wrong",
    address: str = "10.0.0.7",
    *,
    known: str = "",
) -> str:
    """Return what came of it."""
    try:
        service.sign_in(store, login, password, address=address, agent="", now=now, cookie=known)
    except NotSignedIn:
        return "wrong"
    except TooMany:
        return "wait"
    return "in"


@pytest.mark.parametrize("login", ["mei", "nobody"])
def test_after_a_few_wrong_passwords_one_must_wait(
    store: Store, noon: datetime, login: str
) -> None:
    hire(store, "mei", Role.ADMIN, noon)
    assert [attempt(store, noon, login) for _ in range(7)] == ["wrong"] * 5 + ["wait"] * 2
    assert attempt(store, noon, login, PASSWORD) == "wait"
    later = noon + ACCOUNT.first
    assert attempt(store, later, login) == "wrong"
    assert attempt(store, later + ACCOUNT.first, login) == "wait"
    assert attempt(store, later + 2 * ACCOUNT.first, login) == "wrong"


def test_the_right_password_clears_the_account(store: Store, noon: datetime) -> None:
    hire(store, "mei", Role.ADMIN, noon)
    for _ in range(3):
        assert [attempt(store, noon, "mei") for _ in range(4)] == ["wrong"] * 4
        assert attempt(store, noon, "mei", PASSWORD) == "in"


def test_another_account_at_another_address_need_not_wait(store: Store, noon: datetime) -> None:
    hire(store, "wang", Role.MANAGER, noon)
    for _ in range(6):
        attempt(store, noon, "mei")
    assert attempt(store, noon, "wang", PASSWORD, "10.0.0.8") == "in"


def test_a_browser_known_to_the_account_is_let_through(store: Store, noon: datetime) -> None:
    hire(store, "mei", Role.ADMIN, noon)
    known = known_browsers.make(store, "mei", noon)
    later = noon + known_browsers.LIFETIME - timedelta(minutes=1)
    for _ in range(ACCOUNT.free + 1):
        attempt(store, later, "mei")
    assert attempt(store, later, "mei", PASSWORD) == "wait"
    assert attempt(store, later, "mei", PASSWORD, known=known) == "in"
    assert attempt(store, later, " MEI ", PASSWORD, known=known) == "in"
    assert attempt(store, later, "mei", PASSWORD) == "wait"


def test_a_known_browser_is_counted_by_itself(store: Store, noon: datetime) -> None:
    hire(store, "mei", Role.ADMIN, noon)
    known, other = (known_browsers.make(store, "mei", noon) for _ in range(2))
    tries = [attempt(store, noon, "mei", known=known) for _ in range(ACCOUNT.free + 1)]
    assert tries == ["wrong"] * ACCOUNT.free + ["wait"]
    assert attempt(store, noon, "mei", PASSWORD, known=known) == "wait"
    assert attempt(store, noon, "mei", PASSWORD, known=other) == "in"
    assert attempt(store, noon, "mei", PASSWORD) == "in"


def test_only_ones_own_fresh_cookie_makes_a_browser_known(store: Store, noon: datetime) -> None:
    known = known_browsers.make(store, "mei", noon)
    nonce, made_at, signature = known.split(".")
    fresh = noon + known_browsers.LIFETIME
    forged = (
        "",
        ".",
        "..",
        nonce,
        f"{nonce}.{made_at}.",
        f"{nonce}.{made_at}.密码",
        f"{nonce}.{int(made_at) + 9}.{signature}",
        f"x{known}",
        "x" * 5_000,
    )
    assert [known_browsers.known(store, "mei", one, noon) for one in forged] == [None] * 9
    assert known_browsers.known(store, "wang", known, noon) is None
    assert known_browsers.known(store, "mei", known, fresh) is None
    assert known_browsers.known(store, "mei", known, noon) == f"{nonce}.{made_at}"


def test_a_present_password_is_asked_of_a_known_browser_too(store: Store, noon: datetime) -> None:
    mei = hire(store, "mei", Role.ADMIN, noon)
    caller = Principal("staff", mei.id, mei.name, mei.role)
    known = known_browsers.make(store, "mei", noon)
    for _ in range(ACCOUNT.free + 1):
        attempt(store, noon, "mei")
    change = {"new": "oolong in autumn", "address": "10.0.0.9", "now": noon}
    with pytest.raises(TooMany):
        service.change_password(store, caller, old=PASSWORD, **change)
    with pytest.raises(Invalid, match="present password"):
        service.change_password(store, caller, old="wrong", cookie=known, **change)
    service.change_password(store, caller, old=PASSWORD, cookie=known, **change)


def test_the_memory_outlives_the_server(store: Store, noon: datetime) -> None:
    hire(store, "mei", Role.ADMIN, noon)
    for _ in range(5):
        attempt(store, noon, "mei")
    again = reopened(store.folder)
    assert attempt(again, noon, "mei", PASSWORD) == "wait"
    assert attempt(again, noon + FORGET + timedelta(hours=1), "mei", PASSWORD) == "in"
    again.close()


def reopened(folder: Path) -> Store:
    return Store(folder, settings.load(folder))


def charge(store: Store, address: str, now: datetime, count: int) -> None:
    for number in range(count):
        with store.database.transaction() as connection:
            throttle.charge(connection, throttle.targets(store, f"n{number}", address), now)


def test_one_address_may_not_try_many_accounts(store: Store, noon: datetime) -> None:
    charge(store, "2001:db8::1", noon, ADDRESS.free)
    with pytest.raises(TooMany) as told:
        charge(store, "2001:db8::2", noon, 1)
    assert told.value.details["retry_after"] == 15
    charge(store, "2001:db8:0:1::1", noon, 1)


def test_owning_one_account_does_not_clear_the_address(store: Store, noon: datetime) -> None:
    charge(store, "10.0.0.7", noon, ADDRESS.free - 1)
    own = throttle.targets(store, "eve", "10.0.0.7")
    with store.database.transaction() as connection:
        throttle.charge(connection, own, noon)
        throttle.refund(connection, own, noon)
    charge(store, "10.0.0.7", noon, 1)
    with pytest.raises(TooMany):
        charge(store, "10.0.0.7", noon, 1)


@given(st.integers(0, 200), st.sampled_from([ACCOUNT, ADDRESS]))
def test_the_wait_never_shrinks_and_stays_bounded(failures: int, brake: throttle.Brake) -> None:
    wait, next_wait = brake.wait(failures), brake.wait(failures + 1)
    assert wait <= next_wait <= brake.longest
    assert (wait == timedelta()) == (failures < brake.free)
