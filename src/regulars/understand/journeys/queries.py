"""The expressions of the journey map; each runs on DuckDB and on Spark."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.timeline.moments import SECOND, micros
from regulars.understand.journeys.steps import in_order

if TYPE_CHECKING:
    import ibis.expr.types as ir

BIN = 0.01
"""Width of a bin of waits, as a share: bin b holds 1 + wait in [e^(b/100), e^((b+1)/100))."""
TRANSITION = ("before", "code", "bin")
MASK_BITS = 60
"""Steps a bit mask holds; further ones go to a second, third… mask."""
PRIME = 2_147_483_647
MIXERS = ((48_271, 11, 7), (69_621, 12_345, 99))
"""Two ways to mix (position, step) into a number below the prime; see `prints`."""
PRINT = ("length", "print0", "print1")


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(mask: dt.int64) -> dt.int64:
    """Bitwise or of all values: built into DuckDB and Spark, but not into Ibis for Spark."""


def transitions(rows: ir.Table) -> ir.Table:
    """Return by (step before, step, bin of the wait): count and seconds waited.

    The step before is null where a journey starts.
    """
    window = ibis.window(group_by=rows.case, order_by=in_order(rows))
    pairs = rows.select(
        code=rows.code,
        before=rows.code.lag().over(window),
        waited=micros(rows.occurred_at) - micros(rows.occurred_at).lag().over(window),
    )
    wait = pairs.waited.cast("float64") / SECOND
    counted = pairs.select(
        before=pairs.before,
        code=pairs.code,
        wait=wait,
        bin=bin_of(wait),
    )
    return counted.group_by("before", "code", "bin").agg(n=counted.count(), wait=counted.wait.sum())


def disorder(rows: ir.Table) -> ir.Table:
    """Return by step: how often it came within a thread, and how often out of order.

    A step is out of order when a step of a later expected position came before it. Steps of the
    same moment count as in order.
    """
    ranked = rows.filter(rows["rank"] >= 0, rows.thread.notnull())
    before = ibis.window(
        group_by=[ranked.case, ranked.thread],
        order_by=[ranked.occurred_at, ranked["rank"]],
        preceding=(None, 1),
    )
    looked = ranked.select(
        code=ranked.code, rank=ranked["rank"], highest=ranked["rank"].max().over(before)
    )
    late = ibis.ifelse((looked["rank"] < looked.highest).fill_null(False), 1, 0)
    counted = looked.select(code=looked.code, late=late)
    return counted.group_by("code").agg(checked=counted.count(), backward=counted.late.sum())


def bin_of(wait: ir.Value) -> ir.Value:
    """Return the bin of a wait in seconds."""
    return ((wait + 1.0).ln() / BIN).floor().cast("int32")


def _length(single: ir.Table) -> ir.Value:
    """Return whole seconds between a journey's first and last step."""
    return (micros(single["last"]) - micros(single["first"])) // SECOND


def masks(steps: int) -> int:
    """Return how many masks hold that many steps."""
    return max(1, -(-steps // MASK_BITS))


def cases(rows: ir.Table, steps: int, cutoff: datetime) -> ir.Table:
    """Return journeys counted by which steps they reached and whether they may still go on.

    Columns: `mask0`, `mask1`, … (bit i of mask m is step 60 m + i), `open` (the last step lies
    at or after `cutoff`), `cases`, and the sum of their lengths in seconds.
    """
    reached = _reached(rows, steps)
    single = rows.group_by("case").agg(
        **reached, first=rows.occurred_at.min(), last=rows.occurred_at.max()
    )
    flagged = single.mutate(
        open=ibis.ifelse(single["last"] >= cutoff, 1, 0),
        length=_length(single).cast("float64"),
    )
    return flagged.group_by(*reached, "open").agg(
        cases=flagged.count(), length=flagged.length.sum()
    )


def _reached(rows: ir.Table, steps: int) -> dict[str, ir.Value]:
    yes, none = ibis.literal(1, "int64"), ibis.literal(0, "int64")
    code = rows.code.cast("int64")
    return {
        f"mask{m}": bit_or(
            ibis.ifelse(
                (code >= m * MASK_BITS) & (code < (m + 1) * MASK_BITS),
                yes << (code - m * MASK_BITS).clip(0, MASK_BITS - 1),
                none,
            )
        )
        for m in range(masks(steps))
    }


def rated(rows: ir.Table, ratings: ir.Table, steps: int) -> ir.Table:
    """Return rated journeys counted by which steps they reached, with sums of their ratings.

    A journey's rating is the mean of its answers, so each journey counts once.
    """
    reached = _reached(rows, steps)
    single = rows.group_by("case").agg(**reached)
    joined = single.inner_join(ratings, "case")
    points = joined.mutate(points=joined.points / joined.answers)
    return points.group_by(*reached).agg(
        cases=points.count(),
        total=points.points.sum(),
        squares=(points.points * points.points).sum(),
    )


def lengths(rows: ir.Table) -> ir.Table:
    """Return the length of each journey in seconds, as a float with fractions dropped."""
    single = rows.group_by("case").agg(first=rows.occurred_at.min(), last=rows.occurred_at.max())
    counted = single.select(length=_length(single))
    return counted.group_by("length").agg(n=counted.count())


def sequence(rows: ir.Table, *, collapse: bool) -> ir.Table:
    """Return rows with `position` in their case; with `collapse`, repeats in a row count once."""
    window = ibis.window(group_by=rows.case, order_by=in_order(rows))
    if collapse:
        marked = rows.mutate(before=rows.code.lag().over(window))
        rows = marked.filter(marked.before.isnull() | (marked.before != marked.code))
        window = ibis.window(group_by=rows.case, order_by=in_order(rows))
    return rows.select(
        case=rows.case, code=rows.code, position=ibis.row_number().over(window).cast("int64")
    )


def prints(rows: ir.Table, *, collapse: bool) -> ir.Table:
    """Return what each journey's sequence is summed up by: length, print0, print1.

    The prints are two sums over its (position, step) pairs, mixed by a cubic residue modulo
    2^31-1. Two different sequences agree in all three with a chance of about 2^-62; an ordered
    list per journey would need twenty times the memory.
    """
    placed = sequence(rows, collapse=collapse)
    key = placed.position * 4096 + placed.code.cast("int64") + 1
    mixed = {f"print{number}": _mix(key, *mixer) for number, mixer in enumerate(MIXERS)}
    pairs = placed.select("case", **mixed)
    return pairs.group_by("case").agg(
        length=pairs.count(), print0=pairs.print0.sum(), print1=pairs.print1.sum()
    )


def commonest(found: pa.Table, top: int) -> tuple[list[dict[str, Any]], int]:
    """Return the commonest sequences of `prints` and how many different ones there are.

    A row has its PRINT, the number `n` of journeys that took it and one of them, `case`.
    """
    counted = found.group_by(list(PRINT)).aggregate([("case", "count"), ("case", "min")])
    order = [("case_count", "descending"), ("case_min", "ascending")]
    first = counted.take(pc.select_k_unstable(counted, k=min(top, len(counted)), sort_keys=order))
    names = {"case_count": "n", "case_min": "case"}
    rows = first.rename_columns([names.get(name, name) for name in first.column_names])
    return rows.to_pylist(), len(counted)


def _mix(key: ir.Value, factor: int, add: int, twist: int) -> ir.Value:
    seed = (key * factor + add) % PRIME
    square = (seed * seed) % PRIME
    return (square * seed + twist) % PRIME


def steps_of(rows: ir.Table, chosen: list[str], *, collapse: bool) -> ir.Table:
    """Return the positions of some journeys, in order."""
    placed = sequence(rows.filter(rows.case.isin(chosen)), collapse=collapse)
    return placed.order_by("case", "position")
