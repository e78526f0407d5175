"""Rows behind a key: what long lists are cut by, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from regulars.kit import cursors
from regulars.kit.cursors import Key


def beyond(
    columns: Sequence[sa.ColumnElement[Any]], key: Key | None, *, falling: bool = False
) -> sa.ColumnElement[bool]:
    """Return the condition "sorted behind `key`" for rows ordered by `columns` (none NULL).

    The last column must make the order unique. Raises NotFound when the key does not fit.
    """
    if key is None:
        return sa.true()
    cursors.check(key, *(column.type.python_type for column in columns))
    left = sa.tuple_(*columns)
    right = sa.tuple_(*(sa.literal(v, c.type) for c, v in zip(columns, key, strict=True)))
    return left < right if falling else left > right
