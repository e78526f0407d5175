"""Accounts: who may be what, and that somebody can always administer."""

from __future__ import annotations

from datetime import datetime

import pytest

from regulars.company.access import principal_of
from regulars.company.places import service as places
from regulars.company.rights.model import SHELL, Right, Role
from regulars.company.staff import service
from regulars.company.staff.model import Staff
from regulars.kit.errors import Invalid
from regulars.store.workspace import Store
from tests.company.cast import ONE_STORE, OTHER_STORE, hire, plant


def make(store: Store, account: Staff, role: Role, places: list[str] | None = None) -> Staff:
    return service.change(
        store, SHELL, account.id, name=account.name, role=role, places=places, language=None
    )


def test_an_administrator_is_not_bound_to_places(store: Store, noon: datetime) -> None:
    plant(store, noon)
    wang = hire(store, "wang", Role.MANAGER, noon, [ONE_STORE])
    with pytest.raises(Invalid, match="all places"):
        make(store, wang, Role.ADMIN, [ONE_STORE])
    with pytest.raises(Invalid, match="at least one place"):
        make(store, wang, Role.MANAGER, [" "])
    assert service.by_id(store, wang.id).chosen == {ONE_STORE}


def test_a_place_that_nobody_knows_is_refused_with_those_that_are_near(
    store: Store, noon: datetime
) -> None:
    plant(store, noon)
    with pytest.raises(Invalid, match=f"no place “sh-1”. Near: {ONE_STORE}"):
        hire(store, "wang", Role.MANAGER, noon, ["sh-1"])
    with pytest.raises(Invalid, match=f"Near: {OTHER_STORE}"):
        hire(store, "wang", Role.MANAGER, noon, ["Wangfujin"])
    with pytest.raises(Invalid, match="places show"):
        hire(store, "wang", Role.MANAGER, noon, ["nowhere at all"])
    wang = hire(store, "wang", Role.MANAGER, noon, [ONE_STORE, OTHER_STORE])
    places.remove(store, SHELL, OTHER_STORE, now=noon)
    kept = make(store, wang, Role.AGENT, [ONE_STORE, OTHER_STORE])
    assert kept.chosen == {ONE_STORE, OTHER_STORE}
    with pytest.raises(Invalid, match=OTHER_STORE):
        hire(store, "li", Role.MANAGER, noon, [OTHER_STORE])


def test_a_regional_manager_sees_the_stores_of_the_region_as_the_tree_changes(
    store: Store, noon: datetime
) -> None:
    plant(store, noon)
    wang = hire(store, "wang", Role.MANAGER, noon, ["east"])
    assert principal_of(store, wang).places == {"east", ONE_STORE}
    places.move(store, SHELL, OTHER_STORE, "east", now=noon)
    assert principal_of(store, wang).places == {"east", ONE_STORE, OTHER_STORE}


def test_whoever_is_bound_to_places_has_no_right_over_the_company(
    store: Store, noon: datetime
) -> None:
    plant(store, noon)
    bound = principal_of(store, hire(store, "wang", Role.MANAGER, noon, [ONE_STORE]))
    free = principal_of(store, hire(store, "li", Role.MANAGER, noon))
    assert (bound.may(Right.READ_NUMBERS), free.may(Right.READ_NUMBERS)) == (True, True)
    assert (bound.may(Right.EDIT_CATALOG), free.may(Right.EDIT_CATALOG)) == (False, True)
