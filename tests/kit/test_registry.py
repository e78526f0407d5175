"""Named things are found under their keys, once each, in every noun of a floor."""

from __future__ import annotations

import pytest

from regulars.kit import registry
from regulars.kit.errors import Conflict, NotFound
from regulars.kit.registry import Registry
from regulars.kit.text import Text


@pytest.fixture
def teas() -> Registry[int]:
    made: Registry[int] = Registry(Text("tea", "茶"))
    made.add("oolong", 3)
    made.add("green", 1)
    return made


def test_an_entry_is_found_by_its_key_in_the_order_of_adding(teas: Registry[int]) -> None:
    assert teas.get("green") == 1 and "green" in teas and "black" not in teas
    assert (list(teas), teas.values(), len(teas)) == (["oolong", "green"], [3, 1], 2)


def test_a_second_entry_of_a_key_is_refused(teas: Registry[int]) -> None:
    with pytest.raises(Conflict) as error:
        teas.add("green", 2)
    assert error.value.message.en == "There are two entries “green” (tea)."
    assert teas.get("green") == 1


def test_what_is_not_there_names_what_is(teas: Registry[int]) -> None:
    with pytest.raises(NotFound) as error:
        teas.get("black")
    assert error.value.message.en == "There is no tea “black”. Known: green, oolong."
    assert error.value.message.zh == "没有茶“black”。已有：green, oolong。"


def test_every_noun_s_module_of_a_role_is_imported() -> None:
    """Those of a floor, and of a noun itself; what lies deeper is the noun's own."""
    names = [module.__name__ for module in registry.import_roles("regulars.company", "tables")]
    assert "regulars.company.audit.tables" in names and names == sorted(names)
    assert list(registry.import_roles("regulars.company", "no_such_role")) == []
    whole = {module.__name__ for module in registry.import_roles("regulars", "tables")}
    assert set(names) < whole and "regulars.timeline.tables" in whole


def test_a_drop_in_folder_is_imported_whole() -> None:
    from regulars.understand.metrics import definitions

    names = {module.__name__.rpartition(".")[2] for module in registry.import_folder(definitions)}
    assert {"nps", "revenue", "active_share"} <= names
