"""The SQL of expressions on DuckDB, compiled once for all workspaces of a process.

To compile a question costs more than to answer it on a small timeline.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import duckdb
import ibis
import ibis.expr.operations as ops

from regulars.timeline.event import SCHEMA
from regulars.timeline.folding import FOLDED

EVENTS, PEOPLE, PAST_PEOPLE = "events", "linked_people", "people_as_of"
MAX_TEXTS, SMALL_GIVEN = 300, 1_000
"""Expressions whose SQL is kept, and rows of a table given with one that is."""


class Texts:
    """The SQL of expressions, and the tables that all of them are made of.

    All sessions call these the same, so that an expression is compiled once for all of them.
    """

    def __init__(self, backend: Any) -> None:
        self.events, self.linked, self.past = map(backend.table, (EVENTS, PEOPLE, PAST_PEOPLE))
        self._known: dict[Any, str] = {}
        self._lock = threading.Lock()

    def of(self, expression: Any, compile_it: Callable[[Any], str]) -> str:
        """Return the SQL of an expression; that of large tables given with it is not kept."""
        table = expression.as_table()
        node = table.op()
        text = self._known.pop(node, None)
        if text is None:
            text = str(compile_it(table))
            given = node.find(ops.InMemoryTable)
            if any(len(one.data.to_pyarrow(one.schema)) > SMALL_GIVEN for one in given):
                return text
        with self._lock:
            self._known[node] = text  # the last of all to go
            if len(self._known) > MAX_TEXTS:
                del self._known[next(iter(self._known))]
        return text


@cache
def shared_texts() -> Texts:
    """Return those of all workspaces of this process: their tables have the same columns.

    They are described by an empty database, so that nobody's events stay with them.
    """
    nobody = duckdb.connect(config={"threads": 1})
    empty = {EVENTS: SCHEMA, PEOPLE: FOLDED, PAST_PEOPLE: FOLDED}
    for name, schema in empty.items():
        nobody.register(name, schema.empty_table())
    return Texts(ibis.duckdb.from_connection(nobody))
