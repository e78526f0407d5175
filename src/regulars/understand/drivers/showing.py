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
from regulars.understand.drivers import outcomes
from regulars.understand.drivers.model import Cost, Driver, Drivers, Interval, LeftOut, gains

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
    Text("Effect of 1 point", "每提高 1 分的影响"),
    Text("Performance", "表现"),
    Text("n", "n"),
    Text("Part in the non-linear check", "非线性检验中的作用"),
)


def table(found: Drivers, catalog: Catalog) -> Iterator[tuple[Any, ...]]:
    """Yield one line a driver under TABLE."""
    for one in found.drivers:
        yield (
            title(catalog, one),
            one.rank,
            one.rank_low,
            one.rank_high,
            one.importance.value if one.importance else None,
            one.importance.low if one.importance else None,
            one.importance.high if one.importance else None,
            one.explains.value,
            one.johnson.value if one.johnson else None,
            one.sign,
            one.correlation,
            one.slope.value,
            one.performance.value,
            one.n,
            one.trees,
        )


def title(catalog: Catalog, one: Driver | LeftOut) -> Text:
    """Return the name of an attribute."""
    return outcomes.attribute(catalog.title_of(one.touchpoint), one.question)


def plain(found: Drivers, costs: list[Cost]) -> dict[str, Any]:
    """Return the finding with signs and the ranking by gain for cost as plain JSON values."""
    made: dict[str, Any] = msgspec.to_builtins(found)
    for row, one in zip(made["drivers"], found.drivers, strict=True):
        row["sign"] = one.sign
    made["clear"] = found.clear
    return {**made, "gains": msgspec.to_builtins(gains(found, costs))}


def values(found: Drivers | None, catalog: Catalog, costs: list[Cost]) -> dict[str, Any]:
    """Return what the page's template shows; nothing before it is worked out."""
    if found is None:
        return {"found": None}
    return {
        "found": found,
        "ranked": found.ranked,
        "name_of": lambda one: title(catalog, one),
        "key_titles": {one.key: title(catalog, one) for one in found.drivers},
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


def _shares(found: Drivers) -> list[tuple[Driver, Interval]]:
    return [(one, one.importance) for one in found.drivers if one.importance is not None]


def _ranking(found: Drivers, catalog: Catalog) -> charts.Option:
    bars = [
        Bar(
            say(title(catalog, one)),
            share.value,
            low=share.low,
            high=share.high,
            n=one.n,
            href=address(one.touchpoint),
        )
        for one, share in _shares(found)
    ]
    return charts.bars(bars, unit="share", lying=True)


def _ranking_rows(found: Drivers, catalog: Catalog) -> list[tuple[str, ...]]:
    return [
        (
            say(title(catalog, one)),
            f"{share.value:.1%}",
            f"{share.low:.1%}",
            f"{share.high:.1%}",
            f"{one.n:,}",
        )
        for one, share in _shares(found)
    ]


def _map(found: Drivers, catalog: Catalog) -> charts.Option | None:
    shares = _shares(found)
    if len(shares) < 2:
        return None
    count = len(shares)
    middle = sum(one.performance.value for one, _share in shares) / count
    dots = [_dot(one, share, catalog, 100 / count, middle) for one, share in shares]
    return maps.importance_performance(
        dots,
        importance=_("Importance, %"),
        performance=_("Performance, 0 to 100"),
        importance_at=100 / count,
        performance_at=middle,
    )


def _dot(
    one: Driver, share: Interval, catalog: Catalog, importance_at: float, performance_at: float
) -> Dot:
    important = 100 * share.low > importance_at
    urgent = important and one.performance.high < performance_at
    strong = important and one.performance.low > performance_at
    verdict = "pain" if urgent else "opportunity" if strong else None
    name, at = say(title(catalog, one)), 100 * share.value
    return Dot(name, at, one.performance.value, one.n, verdict, address(one.touchpoint))


def _map_rows(found: Drivers, catalog: Catalog) -> list[tuple[str, ...]]:
    return [
        (
            say(title(catalog, one)),
            f"{100 * share.value:.1f}",
            f"{one.performance.value:.1f}",
            f"{one.n:,}",
        )
        for one, share in _shares(found)
    ]
