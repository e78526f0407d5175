"""The brake on guessing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.company.rights.model import Role
from regulars.company.sign_in import service, throttle
from regulars.company.sign_in.throttle import ACCOUNT, ADDRESS, FORGET
from regulars.kit.errors import NotSignedIn, TooMany
from regulars.store import settings
from regulars.store.workspace import Store
from tests.company.cast import PASSWORD, hire


def attempt(
    store: Store, now: datetime, login: str, password: str = "wrong", address: str = "10.0.0.7"
) -> str:
    """Return what came of it."""
    try:
        service.sign_in(store, login, password, address=address, agent="", now=now)
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
