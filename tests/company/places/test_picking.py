"""A reader chooses among the places that the reader sees."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request

from regulars.company.places import picking, service
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL, Scope
from regulars.kit.text import Text
from regulars.store.workspace import Store

EAST = Place("east", Text("East", "华东"), Kind.REGION)
BUND = Place("bund", Text("Bund", "外滩店"), Kind.STORE, "east")
WEST = Place("west", Text("West", "西部"), Kind.REGION)


def picked(store: Store, scope: Scope, chosen: str | None) -> tuple[str, list[tuple[str, bool]]]:
    scope_ = {"type": "http", "method": "GET", "server": ("shop.test", 80), "scheme": "http",
              "path": "/levels", "query_string": b"", "headers": []}  # fmt: skip
    label, items = picking.choices(Request(scope_), store, scope, chosen)
    return label, [(words, present) for words, _href, present in items]


def test_the_whole_company_or_a_manager_s_part_of_it(store: Store, noon: datetime) -> None:
    service.replace_all(store, SHELL, [EAST, BUND, WEST], now=noon)
    every = [("All places", True), ("East", False), ("\u2003Bund", False), ("West", False)]
    assert picked(store, None, None) == ("All places", every)
    own = [("All your places", False), ("East", False), ("\u2003Bund", True)]
    assert picked(store, frozenset({"east", "bund"}), "bund") == ("Bund", own)
