"""Drivers as pictures, tables and plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from regulars.faces import charts, maps
from regulars.faces.charts import Bar
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.maps import Dot
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.drivers.model import Cost, Driver, Drivers, gains

TABLE = (
    Text("Touchpoint", "触点"),
    Text("Rank", "排名"),
    Text("Rank, low", "排名下限"),
    Text("Rank, high", "排名上限"),
    Text("Importance (share)", "重要性（份额）"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Part of R²", "占 R² 部分"),
    Text("Johnson's weight (share)", "Johnson 权重（份额）"),
    Text("Sign", "方向"),
    Text("Correlation", "相关系数"),
    Text("Slope", "斜率"),
    Text("Performance", "表现"),
    Text("n", "n"),
    Text("Part in the non-linear check", "非线性检验中的作用"),
)


def table(found: Drivers, catalog: Catalog) -> Iterator[tuple[Any, ...]]:
    """Yield one line a driver under TABLE."""
    for one in found.drivers:
        yield (
            catalog.title_of(one.touchpoint),
            one.rank,
            one.rank_low,
            one.rank_high,
            one.importance.value,
            one.importance.low,
            one.importance.high,
            one.explains.value,
            one.johnson.value,
            one.sign,
            one.correlation,
            one.slope.value,
            one.performance.value,
            one.n,
            one.trees,
        )


def plain(found: Drivers, costs: list[Cost]) -> dict[str, Any]:
    """Return the finding with signs and the ranking by gain for cost as plain JSON values."""
    made: dict[str, Any] = msgspec.to_builtins(found)
    for row, one in zip(made["drivers"], found.drivers, strict=True):
        row["sign"] = one.sign
    return {**made, "gains": msgspec.to_builtins(gains(found, costs))}


def values(found: Drivers | None, catalog: Catalog, costs: list[Cost]) -> dict[str, Any]:
    """Return what the page's template shows; nothing before it is worked out."""
    if found is None:
        return {"found": None}
    return {
        "found": found,
        "catalog": catalog,
        "ranking": _ranking(found, catalog),
        "ranking_rows": _ranking_rows(found, catalog),
        "map": _map(found, catalog),
        "map_rows": _map_rows(found, catalog),
        "gains": gains(found, costs),
        "costs": {cost.touchpoint: cost for cost in costs},
        "address": address,
        "years": found.years,
    }


def address(touchpoint: str) -> str:
    """Return the address of the touchpoint's page."""
    return f"/journey/touchpoints/{quote(touchpoint, safe='')}"


def _ranking(found: Drivers, catalog: Catalog) -> charts.Option:
    bars = [
        Bar(
            say(catalog.title_of(one.touchpoint)),
            one.importance.value,
            low=one.importance.low,
            high=one.importance.high,
            n=one.n,
            href=address(one.touchpoint),
        )
        for one in found.drivers
    ]
    return charts.bars(bars, unit="share", lying=True)


def _ranking_rows(found: Drivers, catalog: Catalog) -> list[tuple[str, ...]]:
    return [
        (
            say(catalog.title_of(one.touchpoint)),
            f"{one.importance.value:.1%}",
            f"{one.importance.low:.1%}",
            f"{one.importance.high:.1%}",
            f"{one.n:,}",
        )
        for one in found.drivers
    ]


def _map(found: Drivers, catalog: Catalog) -> charts.Option | None:
    if len(found.drivers) < 2:
        return None
    count = len(found.drivers)
    middle = sum(one.performance.value for one in found.drivers) / count
    dots = [_dot(one, catalog, 100 / count, middle) for one in found.drivers]
    return maps.importance_performance(
        dots,
        importance=_("Importance, %"),
        performance=_("Performance, 0 to 100"),
        importance_at=100 / count,
        performance_at=middle,
    )


def _dot(one: Driver, catalog: Catalog, importance_at: float, performance_at: float) -> Dot:
    urgent = 100 * one.importance.low > importance_at and one.performance.high < performance_at
    strong = 100 * one.importance.low > importance_at and one.performance.low > performance_at
    verdict = "pain" if urgent else "opportunity" if strong else None
    name = say(catalog.title_of(one.touchpoint))
    share = 100 * one.importance.value
    return Dot(name, share, one.performance.value, one.n, verdict, address(one.touchpoint))


def _map_rows(found: Drivers, catalog: Catalog) -> list[tuple[str, ...]]:
    return [
        (
            say(catalog.title_of(one.touchpoint)),
            f"{100 * one.importance.value:.1f}",
            f"{one.performance.value:.1f}",
            f"{one.n:,}",
        )
        for one in found.drivers
    ]
