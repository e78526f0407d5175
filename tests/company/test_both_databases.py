"""The company floor tells the same story on SQLite and on PostgreSQL, also when people hurry."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.keys import service as keys
from regulars.company.places import service as places
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.sign_in.throttle import ACCOUNT
from regulars.company.staff import service as staff
from regulars.kit.errors import Conflict, NotAllowed, NotSignedIn, RegularsError, TooMany
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from tests.company.cast import ONE_STORE, PASSWORD, hire, plant

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


def at_once(count: int, work: Callable[[int], object]) -> list[type]:
    """Do `work(0)`, `work(1)`, … at the same time; return what each came to."""

    def attempt(number: int) -> type:
        try:
            work(number)
        except RegularsError as error:
            return type(error)
        return type(None)

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(attempt, range(count)), key=str)


def test_a_day_of_the_company(any_ws: Workspace) -> None:
    plant(any_ws, NOON)
    hire(any_ws, "mei", Role.ADMIN, NOON)
    wang = hire(any_ws, "wang", Role.MANAGER, NOON, ["east"])
    token, _account = sign_in.sign_in(
        any_ws, "wang", PASSWORD, address="10.0.0.7", agent="", now=NOON
    )
    session = sign_in.session_of(any_ws, token, NOON + timedelta(hours=1))
    assert session is not None
    assert session.staff.chosen == {"east"}
    places.move(any_ws, SHELL, ONE_STORE, "china", now=NOON)
    assert places.tree(any_ws).within({"east"}) == {"east"}
    assert places.tree_at(any_ws, 1).within({"east"}) == {"east", ONE_STORE}
    _key, secret = keys.add_write_key(any_ws, SHELL, name="shop", source="shop", now=NOON)
    assert keys.check_write_key(any_ws, secret, NOON).source == "shop"
    staff.disable(any_ws, SHELL, wang.id, NOON)
    assert sign_in.session_of(any_ws, token, NOON) is None
    found = [entry.action for entry in audit.find(any_ws, Search(words="WANG"))]
    assert found == ["staff.disabled", "session.opened", "staff.password_set", "staff.added"]


def test_two_administrators_cannot_retire_each_other(any_ws: Workspace) -> None:
    pair = [hire(any_ws, name, Role.ADMIN, NOON) for name in ("mei", "ana")]
    came = at_once(2, lambda n: staff.disable(any_ws, SHELL, pair[n].id, NOON))
    assert came == sorted([type(None), Conflict], key=str)
    assert sum(account.disabled_at is None for account in staff.everyone(any_ws)) == 1


def test_one_becomes_the_first_administrator(any_ws: Workspace) -> None:
    def make(number: int) -> None:
        sign_in.make_first_admin(
            any_ws, login=f"first{number}", name="First", password=PASSWORD, language=None, now=NOON
        )

    assert at_once(3, make).count(type(None)) == 1
    assert len(staff.everyone(any_ws)) == 1


def test_a_link_is_used_once_also_by_two_at_once(any_ws: Workspace) -> None:
    wang = hire(any_ws, "wang", Role.MANAGER, NOON)
    code = sign_in.password_link(any_ws, SHELL, wang.id, NOON)
    came = at_once(2, lambda n: sign_in.use_link(any_ws, code, f"oolong in autumn {n}", NOON))
    assert came == sorted([type(None), NotAllowed], key=str)


def test_guesses_at_once_all_count(any_ws: Workspace) -> None:
    def guess(_number: int) -> None:
        sign_in.sign_in(any_ws, "mei", "wrong", address="10.0.0.7", agent="", now=NOON)

    came = at_once(8, guess)
    assert came.count(NotSignedIn) == ACCOUNT.free
    assert came.count(TooMany) == 8 - ACCOUNT.free


def test_places_put_at_once_make_one_version_each(any_ws: Workspace) -> None:
    def put(number: int) -> None:
        name = Text(f"Store {number}", f"门店 {number}")
        place = Place(f"s{number}", name, Kind.STORE)
        while True:
            try:
                places.put(any_ws, SHELL, place, now=NOON)
            except Conflict:
                continue
            return

    assert at_once(4, put) == [type(None)] * 4
    assert [version.number for version in places.versions(any_ws)] == [4, 3, 2, 1]
    assert [len(places.tree_at(any_ws, number)) for number in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(Conflict):
        places.remove(any_ws, SHELL, "s1", now=NOON, base=3)
