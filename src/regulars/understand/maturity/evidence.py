"""What the workspace itself bears out for each question, by declared limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.maturity.model import Evidence, graded

Edges = tuple[float, float, float, float]
LIMITS: Mapping[str, Edges] = {
    "owners": (0.25, 0.5, 0.9, 1.0),
    "targets": (0.05, 0.25, 0.5, 0.8),
    "sources": (1, 2, 4, 6),
    "feedback": (0.05, 0.25, 0.5, 0.9),
    "words": (0.01, 0.05, 0.2, 0.5),
    "priorities": (0.05, 0.25, 0.5, 0.9),
    "map": (0.25, 0.5, 0.8, 0.98),
    "places": (0.1, 0.3, 0.6, 0.9),
    "loop": (4320, 2880, 1440, 240),
    "groups": (0.25, 0.5, 0.9, 0.95),
    "measuring": (1, 4, 9, 12),
    "returns": (0.05, 0.25, 0.5, 0.9),
}
"""The values from which grades 2, 3, 4 and 5 hold; docs/algorithms/maturity.md explains them."""

SHARES: Mapping[str, Text] = {
    "owners": Text(
        "{part} of {whole} touchpoints with an owner", "{whole} 个触点中有 {part} 个有负责人"
    ),
    "targets": Text(
        "{part} of {whole} touchpoints with a target", "{whole} 个触点中有 {part} 个有目标"
    ),
    "feedback": Text(
        "{part} of {whole} touchpoints with 30 answers or more",
        "{whole} 个触点中有 {part} 个有 30 条及以上评价",
    ),
    "words": Text(
        "{part} of {whole} customers' answers with comments",
        "{whole} 条客户反馈中有 {part} 条带有原话",
    ),
    "priorities": Text(
        "{part} of {whole} touchpoints ranked by association with recommendation",
        "{whole} 个触点中有 {part} 个已按与推荐的相关程度排名",
    ),
    "map": Text(
        "{part} of {whole} events at touchpoints of the catalog",
        "{whole} 个事件中有 {part} 个归入清单中的触点",
    ),
    "places": Text(
        "{part} of {whole} events that name their place", "{whole} 个事件中有 {part} 个注明了地点"
    ),
    "returns": Text(
        "{part} of {whole} ranked touchpoints with a stated cost",
        "{whole} 个已排名触点中有 {part} 个写明了成本",
    ),
}
"""What a share is called, by its key: of how many how many hold."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was gathered from other nouns; None where nothing is known.

    `timeline` is the row of `queries.shown`; `rated` of `weighted` touchpoints have enough
    answers; `months` had an index; `minutes` (median, n) to the first answer; `drivers` are the
    ranked touchpoints, `priced` those with a stated cost; `groups` is the share of customers whose
    value group stands as recomputed.
    """

    timeline: Mapping[str, Any]
    rated: int
    weighted: int
    months: int
    minutes: tuple[float | None, int]
    drivers: int
    priced: int
    groups: tuple[float | None, int]


def gathered(catalog: Catalog, held: Gathered) -> list[Evidence]:
    """Return the evidence of every question, in their order."""
    points, seen = catalog.touchpoints, held.timeline
    events, answers = int(seen["events"] or 0), int(seen["answers"] or 0)
    owned = sum(point.owner is not None for point in points)
    aimed = sum(point.target is not None for point in points)
    return [
        _share("owners", owned, len(points)),
        _share("targets", aimed, len(points)),
        _count("sources", int(seen["sources"] or 0), events,
               Text("sources on the timeline", "个数据来源进入时间线")),
        _share("feedback", held.rated, held.weighted),
        _share("words", int(seen["words"] or 0), answers),
        _share("priorities", held.drivers, held.weighted),
        _share("map", int(seen["known"] or 0), events),
        _share("places", int(seen["placed"] or 0), events),
        _minutes(held.minutes),
        _groups(held.groups),
        _count("measuring", held.months, held.months,
               Text("months of the last 12 with a health index", "个月有健康度指数（近 12 个月）")),
        _share("returns", held.priced, held.drivers),
    ]  # fmt: skip


def _share(key: str, part: int, whole: int) -> Evidence:
    if whole <= 0:
        return _silent(key)
    value = part / whole
    counts = {"part": f"{part:,}", "whole": f"{whole:,}"}
    words = SHARES[key]
    text = Text(words.en.format(**counts), words.zh.format(**counts))
    return Evidence(key, value, whole, graded(LIMITS[key], value), text)


def _count(key: str, count: int, n: int, words: Text) -> Evidence:
    if n <= 0:
        return _silent(key)
    text = Text(f"{count:,} {words.en}", f"{count:,} {words.zh}")
    return Evidence(key, float(count), n, graded(LIMITS[key], count), text)


def _minutes(found: tuple[float | None, int]) -> Evidence:
    value, n = found
    if value is None:
        return _silent("loop")
    hours = f"{value / 60:,.1f}"
    text = Text(
        f"median {hours} hours to the first answer, {n:,} contacts",
        f"首次答复中位数 {hours} 小时，{n:,} 次联系",
    )
    return Evidence("loop", value, n, graded(LIMITS["loop"], value), text)


def _groups(found: tuple[float | None, int]) -> Evidence:
    value, n = found
    if value is None:
        return _silent("groups")
    text = Text(
        f"value groups of {n:,} customers, {value:.1%} as recomputed",
        f"{n:,} 位客户有价值分组，{value:.1%} 与重算一致",
    )
    return Evidence("groups", value, n, graded(LIMITS["groups"], value), text)


def _silent(key: str) -> Evidence:
    return Evidence(key, None, 0, None, Text("not enough data yet", "工作区数据尚不足以判断"))
