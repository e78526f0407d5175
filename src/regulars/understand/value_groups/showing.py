"""Value groups as tables, files and plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pyarrow as pa

from regulars.kit.errors import NotFound
from regulars.kit.text import Text
from regulars.understand.value_groups.model import (
    DIMENSION_TITLES,
    GROUP_TITLES,
    MEANING,
    REASON_TITLES,
    SEGMENT_TITLES,
    STRATEGIES,
    Group,
    Overview,
    Reason,
    Row,
    Segment,
)

Line = tuple[Any, ...]
SIZES = (
    Text("Group", "分组"),
    Text("Customers", "客户数"),
    Text("Spend", "消费金额"),
    Text("Mean spend", "人均消费"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Mean orders", "人均订单数"),
    Text("Mean interaction depth", "人均互动深度"),
)
MOVES = (Text("From", "原分组"), Text("To", "现分组"), Text("Customers", "客户数"),
         Text("Reason", "原因"), Text("With this reason", "其中该原因人数"))  # fmt: skip
TIERS = (
    Text("Tier", "等级"),
    Text("Customers that reach it", "达到人数"),
    Text("Score", "得分"),
    Text("Spend alone", "仅按消费"),
    Text("Customers that reach the spend", "达到该消费的人数"),
    Text("Orders alone", "仅按订单数"),
    Text("Customers that reach the orders", "达到该订单数的人数"),
)
CUSTOMERS = (
    Text("Customer", "客户"),
    Text("Group", "分组"),
    Text("Segment", "客户细分"),
    Text("Score", "得分"),
    *DIMENSION_TITLES.values(),
    Text("Days of silence", "沉默天数"),
)
CHANGES = (
    Text("Customer", "客户"),
    Text("From", "原分组"),
    Text("To", "现分组"),
    Text("Reason", "原因"),
    Text("Previous score", "原得分"),
    Text("Score", "得分"),
    Text("Spend", "消费金额"),
)


def _sizes(rows: list[Row], title: Callable[[str], Text]) -> Iterator[Line]:
    for one in rows:
        yield (
            title(one.key), one.n, one.spend, one.mean, one.low, one.high, one.orders, one.depth
        )  # fmt: skip


def _moves(found: Overview) -> Iterator[Line]:
    for one in found.moves:
        ends = (group_title(one.before), group_title(one.after), one.n)
        yield (*ends, None, None)
        for reason, count in one.reasons.items():
            yield (*ends, REASON_TITLES[Reason(reason)], count)


def _tiers(found: Overview) -> Iterator[Line]:
    for one in found.thresholds:
        alone = (one.spend, one.spend_reached, one.orders, one.orders_reached)
        yield (group_title(one.group), one.customers, one.score, *alone)


def table(found: Overview, name: str) -> tuple[tuple[Text, ...], Iterator[Line]]:
    """Return heads and lines of the page's table `name`. Raises NotFound."""
    if name == "groups":
        return SIZES, _sizes(found.groups, group_title)
    if name == "segments":
        return SIZES, _sizes(found.segments, segment_title)
    if name == "moves":
        return MOVES, _moves(found)
    if name == "tiers":
        return TIERS, _tiers(found)
    raise NotFound("value_groups.table", Text("There is no such table.", "没有这张表。"))


def customer_lines(people: pa.Table) -> Iterator[Line]:
    """Yield one line a customer under CUSTOMERS."""
    for batch in people.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield (
                row["person_id"],
                group_title(row["group"]),
                segment_title(row["segment"]),
                *(row[name] for name in ("score", "spend", "frequency", "depth", "silent")),
            )


def change_lines(people: pa.Table) -> Iterator[Line]:
    """Yield one line a changed customer under CHANGES."""
    for batch in people.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield (
                row["person_id"],
                group_title(row["before"]),
                group_title(row["after"]),
                REASON_TITLES[Reason(row["reason"])],
                *(row[name] for name in ("score_before", "score", "spend")),
            )


def group_title(key: str) -> Text:
    """Return a group's name."""
    return GROUP_TITLES[Group(key)]


def segment_title(key: str) -> Text:
    """Return the name of a part of the second cut."""
    return SEGMENT_TITLES[Segment(key)]


def values(found: Overview | None) -> dict[str, Any]:
    """Return what the templates show."""
    return {
        "found": found,
        "meaning": MEANING,
        "group_title": group_title,
        "segment_title": segment_title,
        "strategies": STRATEGIES,
        "reasons": REASON_TITLES,
        "dimensions": DIMENSION_TITLES,
        "moves": [one for one in found.moves if one.before != one.after] if found else [],
        "spend": sum(one.spend for one in found.groups) if found else 0.0,
    }


def plain(found: Overview) -> dict[str, Any]:
    """Return the overview with the meaning and the strategies as plain JSON values."""
    words = {"meaning": MEANING, "strategies": {str(key): one for key, one in STRATEGIES.items()}}
    made = msgspec.to_builtins({**words, **msgspec.to_builtins(found)})
    made["assigned_as_of"] = made.pop("as_of")
    return {"metric": "value_group_accuracy_share", **made}
