"""Costs as pictures, tables, files and plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from regulars.faces import charts
from regulars.faces.charts import Bar
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.understand.costs.model import COVARIATES, MEANING, Cost, Costs

TABLE = (
    Text("Pain point", "痛点"),
    Text("Affected customers", "受影响客户数"),
    Text("Compared", "参与比较"),
    Text("Matched share", "匹配比例"),
    Text("Revenue of 91 days, affected", "91 天收入：受影响客户"),
    Text("Matched others", "匹配的其他客户"),
    Text("Difference per customer", "每客户差异"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("q", "q"),
    Text("Revenue at risk", "受影响收入"),
    Text("Customer lifetime value (CLV), difference", "客户生命周期价值（CLV）差异"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Customer lifetime value (CLV) at risk", "受影响的客户生命周期价值（CLV）"),
    Text("Currency", "货币"),
)
VERDICTS = {
    "less": Text("bought less", "购买减少"),
    "more": Text("bought more", "购买更多"),
    "chance": Text("may be chance", "可能是偶然"),
    "few": Text("too few matches", "匹配过少"),
}


def table(found: Costs) -> Iterator[tuple[Any, ...]]:
    """Yield one line a pain point under TABLE."""
    for one in found.points:
        revenue, value = one.revenue, one.value
        gap, later = (part.difference if part else None for part in (revenue, value))
        yield (
            one.title,
            one.met,
            one.matched,
            one.matched / one.candidates if one.candidates else None,
            revenue.touched if revenue else None,
            revenue.others if revenue else None,
            gap.value if gap else None,
            gap.low if gap else None,
            gap.high if gap else None,
            one.q,
            one.at_risk.value if one.at_risk else None,
            later.value if later else None,
            later.low if later else None,
            later.high if later else None,
            one.value_at_risk.value if one.value_at_risk else None,
            found.currency,
        )


def plain(found: Costs) -> dict[str, Any]:
    """Return the finding with verdicts and meaning as plain JSON values."""
    made: dict[str, Any] = msgspec.to_builtins(found)
    for row, one in zip(made["points"], found.points, strict=True):
        row["verdict"] = one.verdict
    return {"meaning": msgspec.to_builtins(MEANING), **made}


def values(found: Costs | None) -> dict[str, Any]:
    """Return what the page's template shows; nothing before it is worked out."""
    if found is None:
        return {"found": None}
    compared = [one for one in found.points if one.revenue]
    return {
        "found": found,
        "compared": compared,
        "verdicts": VERDICTS,
        "covariates": COVARIATES,
        "address": address,
        "picture": _picture(compared),
        "picture_rows": [_row(one) for one in compared],
    }


def address(step: str) -> str:
    """Return the address of the touchpoint's page."""
    return f"/journey/touchpoints/{quote(step, safe='')}"


def _picture(points: list[Cost]) -> charts.Option:
    bars = [
        Bar(
            say(one.title),
            one.at_risk.value,
            low=one.at_risk.low,
            high=one.at_risk.high,
            n=one.met,
            verdict="pain" if one.verdict == "less" else None,
            href=address(one.step),
        )
        for one in points
        if one.at_risk
    ]
    return charts.bars(bars, name=_("Revenue at risk"), lying=True)


def _row(one: Cost) -> tuple[str, ...]:
    risk = one.at_risk
    numbers = (risk.value, risk.low, risk.high) if risk else ()
    return (say(one.title), *(f"{number:,.0f}" for number in numbers), f"{one.met:,}")
