"""Rows made for those touched, kept beside the rows of everybody that they replace."""

from __future__ import annotations

import pyarrow as pa

from regulars.timeline.engine.base import Amended
from regulars.timeline.engine.standing import Kept

AMENDED = ("rows", "replaced")
NOBODY = pa.nulls(0, pa.string())


def none_of(schema: pa.Schema) -> Amended:
    """Return what lies beside rows that were just made of everybody."""
    return Amended(schema.empty_table(), NOBODY)


def read(kept: Kept, token: str, key: str) -> Amended | None:
    """Return what was kept of a state beside the answer to `key`."""
    rows, replaced = (kept.read(token, f"{key} {what}") for what in AMENDED)
    if rows is None or replaced is None:
        return None
    return Amended(rows, replaced.column(0).combine_chunks())


def write(kept: Kept, token: str, key: str, made: Amended) -> None:
    """Keep what lies beside the answer to `key` of a state."""
    tables = (made.rows, pa.table({"person_id": made.replaced}))
    for what, table in zip(AMENDED, tables, strict=True):
        kept.write(token, f"{key} {what}", table)
