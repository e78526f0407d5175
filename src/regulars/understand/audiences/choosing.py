"""Asking the customer table who fits which condition; sums only, and pages of members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from regulars.company.rights.model import Scope
from regulars.kit.ranked import Key
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences.customers import opened
from regulars.understand.audiences.model import Condition
from regulars.understand.audiences.writing import holds

if TYPE_CHECKING:
    import ibis.expr.types as ir

Sums = dict[str, float]
MEMBER_COLUMNS = (
    "person_id", "spend", "orders", "last_seen", "value_group", "segment", "lifetime_value",
    "churn_chance", "nps", "csat", "complaints", "channel", "place",
)  # fmt: skip


def sums(ws: Workspace, scope: Scope, conditions: Sequence[Condition]) -> list[tuple[Sums, Sums]]:
    """Return for each condition the sums of who fits and of all the others."""
    with opened(ws, scope) as (table, run):
        return [_sums(table, run, condition) for condition in conditions]


def _sums(table: ir.Table, run: Any, condition: Condition) -> tuple[Sums, Sums]:
    fitting = holds(condition, table).fill_null(False)
    grouped = table.mutate(fits=ibis.ifelse(fitting, 1, 0))
    found = grouped.group_by("fits").aggregate(
        n=grouped.count(),
        spend=grouped.spend.sum(),
        spend_squares=(grouped.spend**2).sum(),
        worth_n=grouped.lifetime_value.count(),
        worth=grouped.lifetime_value.sum(),
        worth_squares=(grouped.lifetime_value**2).sum(),
        promoters=grouped.promoters.sum(),
        detractors=grouped.detractors.sum(),
        nps_answers=grouped.nps_answers.sum(),
        csat_n=grouped.csat.count(),
        csat=grouped.csat.sum(),
        csat_squares=(grouped.csat**2).sum(),
    )
    rows: dict[int, Sums] = {}
    for row in run(found).to_pylist():
        rows[row.pop("fits")] = {name: float(value or 0) for name, value in row.items()}
    return rows.get(1, {}), rows.get(0, {})


def masks(ws: Workspace, scope: Scope, conditions: Sequence[Condition]) -> pa.Table:
    """Return person_id and `mask` of every customer: bit i says that condition i holds.

    At most 62 conditions. In order of the person.
    """
    with opened(ws, scope) as (table, run):
        mask = ibis.literal(0, "int64")
        for place, condition in enumerate(conditions):
            fits = holds(condition, table).fill_null(False)
            mask = mask + ibis.ifelse(fits, ibis.literal(1 << place, "int64"), 0)
        return run(table.select("person_id", mask=mask.cast("int64")).order_by("person_id"))


def with_bit(found: pa.Table, place: int) -> pa.Array:
    """Return the persons of `masks` that have a bit."""
    bit = pc.bit_wise_and(found.column("mask"), pa.scalar(1 << place, pa.int64()))
    persons = found.column("person_id").filter(pc.not_equal(bit, 0))
    return pa.array([], pa.string()) if not len(persons) else persons.combine_chunks()


def members(
    ws: Workspace, scope: Scope, condition: Condition, size: int | None, after: Key | None
) -> pa.Table:
    """Return members with MEMBER_COLUMNS, up to `size` behind a key; who spent most first."""
    with opened(ws, scope) as (table, run):
        found = table.filter(holds(condition, table)).select(*MEMBER_COLUMNS)
        if after is not None:
            level, later = found.spend == after[0], found.person_id > after[1]
            found = found.filter((found.spend < after[0]) | (level & later))
        found = found.order_by([found.spend.desc(), found.person_id])
        return run(found if size is None else found.limit(size))


def fitting(
    ws: Workspace, scope: Scope, identities: Sequence[str], conditions: Mapping[str, Condition]
) -> list[str]:
    """Return the keys of the conditions that hold for one person (any of the identities)."""
    if not conditions:
        return []
    with opened(ws, scope) as (table, run):
        theirs = table.filter(table.person_id.isin(list(identities)))
        columns = {
            f"c{place}": holds(condition, theirs).fill_null(False)
            for place, condition in enumerate(conditions.values())
        }
        rows = run(theirs.select(**columns)).to_pylist()
    names = list(conditions)
    return [names[place] for place in range(len(names)) if any(row[f"c{place}"] for row in rows)]
