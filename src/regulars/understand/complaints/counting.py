"""Counts of problems that were found, by place and by person; pure."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.understand.complaints.comparing import Stratum

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
    """Return each person's first problem: who, event_id, stratum ("" where no touchpoint is known).

    The stratum is the touchpoint.
    """
    ordered = found.sort_by([("us", "ascending"), ("event_id", "ascending")])
    stratum = pc.fill_null(ordered.column("touchpoint").cast(pa.string()), "")
    names = ["event_id", "stratum"]
    whole = ordered.select(["who", "event_id"]).append_column("stratum", stratum)
    return (
        whole.group_by("who", use_threads=False)
        .aggregate([(name, "first") for name in names])
        .rename_columns(["who", *names])
    )


def by_stratum(first: pa.Table, only: pa.Table | None = None) -> dict[str, int]:
    """Return how many first problems each stratum has; `only` those that a table names."""
    if only is not None:
        named = only.column("event_id").combine_chunks()
        first = first.filter(pc.is_in(first.column("event_id"), named))
    counted = first.group_by("stratum").aggregate([([], "count_all")]).to_pylist()
    return {row["stratum"]: int(row["count_all"]) for row in counted}


def steps_before(first: pa.Table, steps: pa.Table) -> dict[str, Stratum]:
    """Return by stratum how many first problems there are, and how many had each step before.

    `steps` has a row for each problem, first or not, and step: event_id, step.
    """
    strata = {key: Stratum(n, n) for key, n in by_stratum(first).items()}
    theirs = steps.select(["event_id", "step"]).join(
        first.select(["event_id", "stratum"]), "event_id", join_type="inner"
    )
    counted = theirs.group_by(["stratum", "step"]).aggregate([([], "count_all")]).to_pylist()
    for row in counted:
        strata[row["stratum"]].steps[row["step"]] = int(row["count_all"])
    return strata
