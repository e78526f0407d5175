"""Predicted needs as tables, pictures and files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from regulars.faces import charts
from regulars.faces.language import say
from regulars.kit.errors import NotFound
from regulars.kit.text import Text
from regulars.understand.needs import service
from regulars.understand.needs.model import (
    AHEAD,
    CANDIDATES,
    LEVELS,
    MEANING,
    POPULAR,
    TOLD,
    Needs,
)

Line = tuple[Any, ...]
SHOWN = 12
CANDIDATE_HEADS = (
    Text("Model", "模型"),
    Text("Selected", "已采用"),
    Text("Top-3 hit rate", "前三命中率"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Top-1 hit rate", "首推命中率"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("As good as the best", "与最佳相当"),
    Text("n", "样本量"),
)
ITEMS = (
    Text("Category or product", "品类或商品"),
    Text("Top pick for", "首推客户数"),
    Text("Share of next purchases", "下次购买占比"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Top-1 hit rate", "首推命中率"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "样本量"),
)
CUSTOMERS = (
    Text("Customer", "客户"),
    Text("Days with a purchase", "有购买的天数"),
    *(
        Text(f"{en} {at}", f"{zh} {at}")
        for at in range(1, TOLD + 1)
        for en, zh in (("Need", "需求"), ("Probability", "概率"), ("Low", "下限"), ("High", "上限"),
                       ("n", "样本量"))
    ),
)  # fmt: skip


def table(found: Needs, name: str) -> tuple[tuple[Text, ...], Iterator[Line]]:
    """Return heads and lines of the page's table `name`. Raises NotFound."""
    if name == "ways":
        return CANDIDATE_HEADS, (
            (CANDIDATES[one.key], one.key == found.used, one.hits.value, one.hits.low,
             one.hits.high, one.first.value, one.first.low, one.first.high, one.as_good,
             one.hits.n)
            for one in (found.back_test.candidates if found.back_test else [])
        )  # fmt: skip
    if name == "items":
        return ITEMS, (
            (one.name, one.first, one.share.value, one.share.low, one.share.high,
             one.hits.value, one.hits.low, one.hits.high, one.hits.n)
            for one in found.items
        )  # fmt: skip
    raise NotFound("needs.table", Text("There is no such table.", "没有这张表。"))


def customer_lines(people: pa.Table) -> Iterator[Line]:
    """Yield one line a customer under CUSTOMERS."""
    for batch in people.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            told: list[Any] = [row["person_id"], row["bought"]]
            for one in service.wants_of(row):
                told += [one.item, one.chance, one.low, one.high, one.n]
            yield (*told, *[None] * (len(CUSTOMERS) - len(told)))


def values(found: Needs | None) -> dict[str, Any]:
    """Return what the templates show."""
    test = found.back_test if found else None
    by_key = {one.key: one for one in test.candidates} if test else {}
    return {
        "found": found,
        "meaning": MEANING,
        "candidates": CANDIDATES,
        "levels": LEVELS,
        "ahead": AHEAD,
        "wants_of": service.wants_of,
        "used": by_key.get(found.used) if found and found.used else None,
        "popular": by_key.get(POPULAR),
        "shown_items": found.items[:SHOWN] if found else [],
        "ways_chart": _ways(found) if found and test else None,
    }


def _ways(found: Needs) -> charts.Option:
    tested = found.back_test.candidates if found.back_test else []
    bars = [
        charts.Bar(
            say(CANDIDATES[one.key]), one.hits.value, one.hits.low,
            one.hits.high, one.hits.n, "met" if one.key == found.used else None,
        )
        for one in tested
    ]  # fmt: skip
    return charts.bars(bars, unit="share")
