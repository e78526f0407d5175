"""What the workspace itself bears out for each question, by declared limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.maturity.model import Evidence, graded
from regulars.understand.received import GUIDE

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

SEND_ANSWERS = Text(
    f"send “Survey Answered” or “Product Reviewed” with a score ({GUIDE})",
    f"请发送带评分的“回答问卷”（Survey Answered）或“评价商品”（Product Reviewed）（{GUIDE}）",
)
TO_DO: Mapping[str, Text] = {
    "owners": Text(
        "the owners in the catalog are those that it came with: name your own there",
        "触点清单中的负责人仍为产品自带：请在触点管理中填写本公司的负责人",
    ),
    "targets": Text(
        "the catalog is as it came: set targets of touchpoints there",
        "触点清单仍为产品自带：请在触点管理中设定触点目标",
    ),
    "sources": Text(
        f"no event names its source: import a file or send `source` ({GUIDE})",
        f"没有注明来源的事件：请导入文件，或随事件发送 `source`（{GUIDE}）",
    ),
    "feedback": SEND_ANSWERS,
    "words": Text(
        f"no answer came with words: send the `text` of answers ({GUIDE})",
        f"没有带原话的评价：请随评价发送 `text`（{GUIDE}）",
    ),
    "priorities": Text(
        "nothing ranks the touchpoints yet: ask “nps” beside scores of touchpoints",
        "尚无法为触点排名：请在触点评分之外询问“nps”",
    ),
    "map": Text(
        f"no event was received: import a file or send events ({GUIDE})",
        f"没有收到任何事件：请导入文件或发送事件（{GUIDE}）",
    ),
    "places": Text(
        f"no event names its place: send `place` with events ({GUIDE})",
        f"没有注明地点的事件：请随事件发送 `place`（{GUIDE}）",
    ),
    "loop": Text(
        f"no first answer was received: send “Case Answered” with its `case_id` ({GUIDE})",
        f"没有收到首次答复：请发送“回复客户”（Case Answered）及其 `case_id`（{GUIDE}）",
    ),
    "groups": Text(
        "no customer has a value group yet: assign value groups",
        "客户尚未划分价值分组：请先完成价值分组",
    ),
    "measuring": SEND_ANSWERS,
    "returns": Text(
        "no cost of a touchpoint is stated yet: state costs with the key experiences",
        "尚未填写任何触点的成本：请在关键体验中填写",
    ),
}
"""What would make a question measured, by its key."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was gathered from other nouns; None where nothing is known.

    `timeline` is the row of `queries.shown`; `rated` of `weighted` touchpoints have enough
    answers; `months` had an index; `minutes` (median, n) to the first answer; `drivers` are the
    ranked touchpoints, `priced` those with a stated cost; `groups` is the share of customers whose
    value group stands as recomputed. `shipped` are touchpoints and owners of catalogs that come
    with the product: these say nothing about the company.
    """

    timeline: Mapping[str, Any]
    rated: int
    weighted: int
    months: int
    minutes: tuple[float | None, int]
    drivers: int
    priced: int
    groups: tuple[float | None, int]
    shipped: frozenset[tuple[str, Text]] = frozenset()


def gathered(catalog: Catalog, held: Gathered) -> list[Evidence]:
    """Return the evidence of every question, in their order."""
    seen = held.timeline
    events, answers = int(seen["events"] or 0), int(seen["answers"] or 0)
    return [
        _owners(catalog, held.shipped),
        _targets(catalog),
        _count("sources", int(seen["sources"] or 0), events if seen["sources"] else 0,
               Text("sources on the timeline", "个数据来源进入时间线")),
        _share("feedback", held.rated, held.weighted if answers else 0),
        _received("words", int(seen["words"] or 0), answers),
        _received("priorities", held.drivers, held.weighted),
        _share("map", int(seen["known"] or 0), events),
        _received("places", int(seen["placed"] or 0), events),
        _minutes(held.minutes),
        _groups(held.groups),
        _count("measuring", held.months, held.months,
               Text("months of the last 12 with a health index", "个月有健康度指数（近 12 个月）")),
        _received("returns", held.priced, held.drivers),
    ]  # fmt: skip


def _owners(catalog: Catalog, shipped: frozenset[tuple[str, Text]]) -> Evidence:
    """Count the touchpoints with an owner of the company's own."""
    named = [(point.key, point.owner) for point in catalog.touchpoints if point.owner is not None]
    own = sum(one not in shipped for one in named)
    whole = 0 if named and not own else len(catalog.touchpoints)
    return _share("owners", own, whole)


def _targets(catalog: Catalog) -> Evidence:
    aimed = sum(point.target is not None for point in catalog.touchpoints)
    return _share("targets", aimed, len(catalog.touchpoints) if aimed or catalog.version else 0)


def _received(key: str, part: int, whole: int) -> Evidence:
    """Return a share of what may never have been received: none at all says nothing."""
    return _share(key, part, whole if part else 0)


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
    do = TO_DO[key]
    return Evidence(key, None, 0, None, Text(f"not measured: {do.en}", f"未测量：{do.zh}"))
