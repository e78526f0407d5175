"""Every change of the tree is a version, and every version can be had again."""

from __future__ import annotations

from datetime import datetime

import pytest

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.places import service
from regulars.company.places.model import Kind, Place, Tree
from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.store.workspace import Store

CHINA = Place("china", Text("China", "中国"), Kind.REGION)
EAST = Place("east", Text("East", "华东"), Kind.REGION, "china")
SHANGHAI = Place("sh-01", Text("Nanjing Road", "南京路店"), Kind.STORE, "east")


def test_a_company_grows_and_every_step_can_be_looked_at(store: Store, noon: datetime) -> None:
    assert len(service.tree(store)) == 0
    for expected, place in enumerate((CHINA, EAST, SHANGHAI), start=1):
        assert service.put(store, SHELL, place, now=noon) == expected
    service.rename(store, SHELL, "sh-01", Text("Bund", "外滩店"), now=noon)
    assert service.tree(store).get("sh-01").name.zh == "外滩店"
    assert service.tree_at(store, 3).get("sh-01").name.zh == "南京路店"
    assert "sh-01" not in service.tree_at(store, 2)
    assert [version.number for version in service.versions(store)] == [4, 3, 2, 1]


def test_what_changes_nothing_makes_no_version(store: Store, noon: datetime) -> None:
    service.put(store, SHELL, CHINA, now=noon)
    assert service.put(store, SHELL, CHINA, now=noon) == 1
    assert len(service.versions(store)) == 1


def test_an_older_tree_comes_back_as_a_new_version(store: Store, noon: datetime) -> None:
    service.replace_all(store, SHELL, [CHINA, EAST, SHANGHAI], now=noon)
    service.remove(store, SHELL, "east", now=noon)
    assert service.tree(store).get("sh-01").parent == "china"
    assert service.restore(store, SHELL, 1, now=noon) == 3
    assert service.tree(store) == service.tree_at(store, 1) == Tree([CHINA, EAST, SHANGHAI])
    with pytest.raises(NotFound):
        service.restore(store, SHELL, 9, now=noon)


def test_whoever_looked_at_an_older_tree_is_told(store: Store, noon: datetime) -> None:
    service.put(store, SHELL, CHINA, now=noon)
    service.put(store, SHELL, EAST, now=noon, base=1)
    with pytest.raises(Conflict):
        service.put(store, SHELL, SHANGHAI, now=noon, base=1)


def test_a_refused_change_leaves_no_trace(store: Store, noon: datetime) -> None:
    service.replace_all(store, SHELL, [CHINA, EAST], now=noon)
    with pytest.raises(Invalid):
        service.move(store, SHELL, "china", "east", now=noon)
    assert service.current(store) == (1, Tree([CHINA, EAST]))
    assert [entry.action for entry in audit.find(store, Search())] == ["places.imported"]


def test_places_that_only_events_know_are_adopted(store: Store, noon: datetime) -> None:
    service.put(store, SHELL, CHINA, now=noon)
    assert service.unknown(store, ["sh-02", "china", "sh-03"]) == ["sh-02", "sh-03"]
    service.adopt(store, SHELL, ["sh-02", "china", " sh-03 "], now=noon, parent="china")
    assert service.tree(store).within({"china"}) == {"china", "sh-02", "sh-03"}
    assert service.tree(store).get("china").name.en == "China"


def test_a_manager_of_one_region_sees_that_region_only(store: Store, noon: datetime) -> None:
    service.replace_all(store, SHELL, [CHINA, EAST, SHANGHAI], now=noon)
    seen = service.visible(store, service.tree(store).within({"east"}))
    assert [(depth, place.id) for depth, place in seen.walk()] == [(0, "east"), (1, "sh-01")]
    assert service.visible(store, None) == service.tree(store)
