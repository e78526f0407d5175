"""Counts of problems that were found, by place and by person; pure."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Row = dict[str, Any]


def by_place(found: pa.Table) -> list[Row]:
    """Return by touchpoint and `how`: problems `n`, `people`, and squares summed over people.

    `found` has a row a problem: event_id, who, us, touchpoint (null where none is known), how.
    """
    persons = found.group_by(["touchpoint", "how", "who"]).aggregate([([], "count_all")])
    k = persons.column("count_all").cast(pa.float64())
    persons = persons.append_column("squares", pc.multiply(k, k))
    summed = persons.group_by(["touchpoint", "how"]).aggregate(
        [("count_all", "sum"), ("squares", "sum"), ([], "count_all")]
    )
    return [
        {
            "touchpoint": row["touchpoint"],
            "how": row["how"],
            "n": row["count_all_sum"],
            "squares": row["squares_sum"],
            "people": row["count_all"],
        }
        for row in summed.to_pylist()
    ]


def people(found: pa.Table) -> int:
    """Return how many people had a problem."""
    return len(pc.unique(found.column("who")))


def first(found: pa.Table) -> pa.Table:
    """Return each person's first problem: who, us, stratum ("" where no touchpoint is known)."""
    ordered = found.sort_by([("us", "ascending"), ("event_id", "ascending")])
    stratum = pc.fill_null(ordered.column("touchpoint").cast(pa.string()), "")
    whole = pa.table({"who": ordered.column("who"), "us": ordered.column("us"), "stratum": stratum})
    return (
        whole.group_by("who", use_threads=False)
        .aggregate([("us", "first"), ("stratum", "first")])
        .rename_columns(["who", "us", "stratum"])
    )
