"""Count readings: by problem type, feeling, touchpoint and month, by customer, set by set."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.stats.proportion import exceeding, proportion
from regulars.understand.health.model import MINIMUM_GROUP
from regulars.understand.words.model import KINDS, MOODS, Line, Month

LEVEL = 0.05
MARGIN = 0.2
"""By how much a share must lie above that of all other touchpoints to stand out: people speak of
other things on the phone than in a store, and that alone is no trouble."""
NAMES = (*(str(kind) for kind in KINDS), *(str(mood) for mood in MOODS))
MOST_WORDS = 40


def flags(readings: pa.Table) -> pa.Table:
    """Return the readings with a column 0 or 1 for each problem type and feeling."""
    kinds, mood = readings.column("kinds").to_numpy(), readings.column("mood").to_numpy()
    made = readings.select(["speaker", "meant"])
    for place, kind in enumerate(KINDS):
        made = made.append_column(str(kind), pa.array((kinds >> place & 1).astype(np.int32)))
    for place, name in enumerate(MOODS):
        made = made.append_column(str(name), pa.array((mood == place - 1).astype(np.int32)))
    return made


def lines(readings: pa.Table) -> tuple[list[Line], list[Line], list[Line], list[Line]]:
    """Return lines of feelings, of problem types, of touchpoints, and of type by touchpoint.

    A share is of the customers who wrote (at the touchpoint): who wrote often counts once.
    Touchpoints that fewer than five customers wrote about are left out.
    """
    table = flags(readings)
    whole = _summed(table, [])
    moods = [_line(whole, 0, "", str(one)) for one in MOODS] if whole.num_rows else []
    kinds = [_line(whole, 0, "", str(one)) for one in KINDS] if whole.num_rows else []
    placed = _summed(table.filter(pc.is_valid(table.column("meant"))), ["meant"])
    people = int(whole.column("people")[0].as_py()) if whole.num_rows else 0
    points, cells = [], []
    for row, key in enumerate(placed.column("meant").to_pylist()):
        wrote = int(placed.column("people")[row].as_py())
        if wrote < MINIMUM_GROUP:
            continue
        said = int(placed.column("texts")[row].as_py())
        points.append(Line(key, "", said, wrote, proportion(wrote, people)))
        cells += [_line(placed, row, key, name) for name in NAMES]
    points.sort(key=lambda one: (-one.people, one.touchpoint))
    return moods, kinds, points, _marked(cells)


def _summed(table: pa.Table, by: list[str]) -> pa.Table:
    """Return by group: texts, people, and for each flag its texts (`_texts`) and people."""
    persons = table.group_by([*by, "speaker"]).aggregate(
        [([], "count_all"), *((name, "sum") for name in NAMES), *((name, "max") for name in NAMES)]
    )
    wanted = [("count_all", "sum"), ([], "count_all")]
    wanted += [(f"{name}_{how}", "sum") for name in NAMES for how in ("sum", "max")]
    found = persons.group_by(by).aggregate(wanted)
    titles = {"count_all_sum": "texts", "count_all": "people"}
    titles |= {f"{name}_sum_sum": f"{name}_texts" for name in NAMES}
    titles |= {f"{name}_max_sum": f"{name}_people" for name in NAMES}
    return found.rename_columns([titles.get(name, name) for name in found.column_names])


def _line(table: pa.Table, row: int, touchpoint: str, name: str) -> Line:
    people = int(table.column(f"{name}_people")[row].as_py() or 0)
    wrote = int(table.column("people")[row].as_py())
    texts = int(table.column(f"{name}_texts")[row].as_py() or 0)
    return Line(touchpoint, name, texts, people, proportion(people, wrote))


def _marked(cells: list[Line]) -> list[Line]:
    """Return the cells with those marked whose share is far above that of all other touchpoints.

    Problem types only; tested is that the share of customers lies more than MARGIN above the
    others', q-values over all cells.
    """
    kinds = set(map(str, KINDS))
    totals = {
        name: (
            sum(one.people for one in cells if one.key == name),
            sum(one.share.n for one in cells if one.key == name),
        )
        for name in kinds
    }
    tested = [one for one in cells if one.key in kinds]
    p = []
    for one in tested:
        yes, size = totals[one.key]
        rest = (yes - one.people, size - one.share.n)
        p.append(exceeding(rest, (one.people, one.share.n), MARGIN) if rest[1] else None)
    judged = {id(one): q for one, q in zip(tested, benjamini_hochberg(p), strict=True)}
    return [
        replace(one, q=(q := judged.get(id(one))), marked=q is not None and q <= LEVEL)
        for one in cells
    ]


def months(readings: pa.Table, zone: ZoneInfo) -> list[Month]:
    """Return by month of the reporting zone: texts, and the share of writers who were unhappy."""
    if not readings.num_rows:
        return []
    local = pc.local_timestamp(
        pc.cast(readings.column("occurred_at"), pa.timestamp("us", tz=str(zone)))
    )
    table = pa.table(
        {
            "month": pc.strftime(pc.cast(local, pa.timestamp("s"), safe=False), "%Y-%m"),
            "speaker": readings.column("speaker"),
            "negative": pc.cast(pc.less(readings.column("mood"), 0), pa.int32()),
        }
    )
    persons = table.group_by(["month", "speaker"]).aggregate(
        [("negative", "max"), ([], "count_all")]
    )
    found = persons.group_by("month").aggregate(
        [("negative_max", "sum"), ("count_all", "sum"), ([], "count_all")]
    )
    return [
        Month(row["month"], row["count_all_sum"],
              proportion(row["negative_max_sum"], row["count_all"]))
        for row in found.sort_by("month").to_pylist()
    ]  # fmt: skip


def top(readings: pa.Table) -> list[tuple[str, int, int]]:
    """Return the words that most customers used: (word, customers, of them in unhappy texts)."""
    words = readings.column("words").combine_chunks()
    parents = pc.list_parent_indices(words)
    negative = pc.cast(pc.less(readings.column("mood"), 0), pa.int32())
    table = pa.table(
        {
            "word": pc.list_flatten(words),
            "speaker": readings.column("speaker").take(parents),
            "negative": negative.take(parents),
        }
    )
    persons = table.group_by(["word", "speaker"]).aggregate([("negative", "max")])
    found = persons.group_by("word").aggregate([([], "count_all"), ("negative_max", "sum")])
    kept = found.filter(pc.greater_equal(found.column("count_all"), MINIMUM_GROUP))
    order = [("count_all", "descending"), ("word", "ascending")]
    best = kept.sort_by(order).slice(0, MOST_WORDS)
    return [(row["word"], row["count_all"], row["negative_max_sum"]) for row in best.to_pylist()]
