"""The complaint funnel as pictures, tables and plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec

from regulars.faces import charts
from regulars.faces.charts import Bar
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.complaints.model import (
    BEFORE_MEANING,
    MEANING,
    PROBLEM_TITLES,
    Asked,
    Before,
    Complaints,
    Place,
)
from regulars.understand.scope.model import USUAL

NO_STAGE = Text("In no stage", "未归入阶段")
TABLE = (
    Text("Kind", "类别"),
    Text("Stage", "阶段"),
    Text("Touchpoint", "触点"),
    Text("Problems", "问题数"),
    Text("Share", "占比"),
    Text("Share, low", "占比下限"),
    Text("Share, high", "占比上限"),
    Text("Touchpoint visits", "触达次数"),
    Text("Per 1,000 visits", "每千次触达"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Ratio to the rest", "与其余之比（倍数）"),
    Text("q", "q"),
    Text("Stands out", "显著突出"),
)
BEFORE_TABLE = (
    Text("Preceding step", "上一步骤"),
    Text("Problems after it", "其后问题数"),
    Text("Before problems", "问题前占比"),
    Text("Usual", "通常占比"),
    Text("Ratio", "倍数"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("q", "q"),
    Text("Ratio, same touchpoint", "倍数（同一触点）"),
    Text("q, same touchpoint", "q（同一触点）"),
    Text("Stands out", "显著突出"),
)
STAGE, TOUCHPOINT = Text("stage", "阶段"), Text("touchpoint", "触点")
YES, NO = Text("yes", "是"), Text("no", "否")


def table(found: Complaints, catalog: Catalog) -> Iterator[tuple[Any, ...]]:
    """Yield one line a stage, then one a touchpoint, under TABLE."""
    for one in found.stages:
        yield (STAGE, stage_title(catalog, one.stage), "", *_numbers(one))
    for one in found.touchpoints:
        title = catalog.title_of(one.key)
        yield (TOUCHPOINT, stage_title(catalog, one.stage), title, *_numbers(one))


def _numbers(one: Place) -> tuple[Any, ...]:
    share, rate = one.share, one.rate
    return (
        one.n, share.value, share.low, share.high, one.passages,
        rate.value, rate.low, rate.high, one.ratio, one.q, YES if one.marked else NO,
    )  # fmt: skip


def before_table(found: Complaints, catalog: Catalog) -> Iterator[tuple[Any, ...]]:
    """Yield one line a step under BEFORE_TABLE."""
    for one in found.before:
        usual, same = one.ordinary, one.same
        yield (
            catalog.title_of(one.touchpoint), one.n, usual.seen, usual.usual, usual.value,
            usual.low, usual.high, usual.q, same.value if same else None, same.q if same else None,
            YES if one.marked else NO,
        )  # fmt: skip


def plain(found: Complaints, catalog: Catalog) -> dict[str, Any]:
    """Return the finding with titles and marks as plain JSON values."""
    made: dict[str, Any] = msgspec.to_builtins(found)
    made["unplaced"] = found.unplaced
    made["meaning"] = msgspec.to_builtins({"funnel": MEANING, "before": BEFORE_MEANING})
    for row, place in zip(made["touchpoints"], found.touchpoints, strict=True):
        row["title"] = msgspec.to_builtins(catalog.title_of(place.key))
    for row, step in zip(made["before"], found.before, strict=True):
        row["marked"] = step.marked
    return made


def values(found: Complaints | None, catalog: Catalog, asked: Asked) -> dict[str, Any]:
    """Return what the page's template shows; nothing before it is worked out."""
    if found is None:
        return {"found": None}
    hit = [one for one in found.touchpoints if one.n]
    return {
        "found": found,
        "catalog": catalog,
        "name": say(PROBLEM_TITLES[found.problem]),
        "stage_title": lambda key: stage_title(catalog, key),
        "touchpoints": sorted(
            hit, key=lambda one: (not one.marked, -(one.rate.value or 0), -one.n)
        ),
        "quiet": len(found.touchpoints) - len(hit),
        "funnel": _funnel(found, catalog),
        "funnel_rows": [_line(one, catalog) for one in found.stages],
        "words": lambda key: words_address(asked, key),
        "files": {
            kind: _address("/complaints", asked, table="before", format=kind)
            for kind in ("csv", "xlsx")
        },
        "meaning": MEANING,
        "before_meaning": BEFORE_MEANING,
        "standing_out": [one for one in found.before if one.marked],
        "sentence": lambda one: sentence(one, catalog, found.days),
    }


def sentence(one: Before, catalog: Catalog, days: int) -> str:
    """Return one step before problems in words."""
    return _(
        "{name}: within {days} days before {seen} of the problems, usually before {usual}"
    ).format(
        name=say(catalog.title_of(one.touchpoint)),
        days=days,
        seen=f"{one.ordinary.seen:.0%}",
        usual=f"{one.ordinary.usual:.0%}",
    )


def words_address(asked: Asked, touchpoint: str) -> str:
    """Return where the words of one touchpoint's problems are fetched from."""
    return _address("/complaints/words", asked, touchpoint=touchpoint)


def _address(path: str, asked: Asked, **more: str) -> str:
    look = asked.look
    period = None if look.period == USUAL else look.period
    wish = {
        **more,
        "problem": str(asked.problem),
        "days": str(asked.days),
        "period": period,
        "from": look.start,
        "to": look.end,
        "place": look.place,
    }
    return f"{path}?" + urlencode({name: value for name, value in wish.items() if value})


def stage_title(catalog: Catalog, key: str | None) -> Text:
    """Return a stage's title; what belongs to none is called so."""
    found = catalog.stage(key)
    return found.title if found else NO_STAGE


def _funnel(found: Complaints, catalog: Catalog) -> charts.Option:
    bars = [
        Bar(
            say(stage_title(catalog, one.stage)),
            one.rate.value,
            low=one.rate.low,
            high=one.rate.high,
            n=one.passages,
            verdict="pain" if one.marked else None,
        )
        for one in found.stages
    ]
    return charts.bars(bars, unit="score", lying=True)


def _line(one: Place, catalog: Catalog) -> tuple[str | None, ...]:
    rate = one.rate
    return (
        say(stage_title(catalog, one.stage)),
        *(None if edge is None else f"{edge:.1f}" for edge in (rate.value, rate.low, rate.high)),
        f"{one.n:,}",
        f"{one.passages:,}",
    )
