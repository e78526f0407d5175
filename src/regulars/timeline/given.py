"""Small tables that an expression is given; the same content is the same table.

An engine knows an expression again by the tables in it, and need not compile it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir


def given(schema: Mapping[str, str], *columns: Iterable[Any]) -> ir.Table:
    """Return the table of these columns, in the order of `schema` (name → Ibis type)."""
    return _given(tuple(schema.items()), tuple(tuple(column) for column in columns))


@lru_cache(maxsize=256)
def _given(schema: tuple[tuple[str, str], ...], columns: tuple[tuple[Any, ...], ...]) -> ir.Table:
    import ibis

    names = [name for name, _kind in schema]
    made = {name: list(column) for name, column in zip(names, columns, strict=True)}
    return ibis.memtable(made, schema=dict(schema))
