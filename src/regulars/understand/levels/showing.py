"""Experience levels as pictures, tables, files and plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from regulars.faces import charts
from regulars.faces.charts import Bar
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.levels.model import (
    CASE_TITLES,
    CODES,
    LEVEL_TITLES,
    MEANING,
    PARAMETERS,
    At,
    Case,
    Levels,
    Outcome,
    Rules,
    Wish,
    values_of,
)
from regulars.understand.levels.service import Experience
from regulars.understand.levels.whatif import what_if
from regulars.understand.policy import MIN_SAMPLE

Line = tuple[Any, ...]
ALL = Text("All touchpoints", "全部触点")
SHARES = (
    Text("Touchpoint", "触点"),
    Text("Level", "等级"),
    Text("Share", "占比"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "n"),
    Text("People", "人数"),
)
PEOPLE = (
    Text("Customer", "客户"),
    Text("Touchpoint", "触点"),
    Text("When", "时间"),
    Text("Level", "等级"),
    Text("Score", "得分"),
    Text("Expected", "期望"),
    Text("Participation", "参与程度"),
    Text("Encounter", "第几次接触"),
    Text("Depth", "深度"),
    Text("Why", "原因"),
)
MOVES = (Text("From", "原等级"), Text("To", "现等级"), Text("People", "人数"))


def title_of(touchpoint: str | None, catalog: Catalog) -> Text:
    """Return the touchpoint's title; that of all together for None."""
    return ALL if touchpoint is None else catalog.title_of(touchpoint)


SHORT = (
    Text("L1 negative", "L1 消极"),
    Text("L2 none", "L2 无"),
    Text("L3 low", "L3 低"),
    Text("L4 medium", "L4 中"),
    Text("L5 high", "L5 高"),
)


def level_title(number: int) -> Text:
    """Return such as “L1 negative”."""
    title = LEVEL_TITLES[number - 1]
    return Text(f"L{number} {title.en}", f"L{number} {title.zh}")


def share_lines(found: Levels, catalog: Catalog) -> Iterator[Line]:
    """Yield one line a touchpoint and level under SHARES, all together first."""
    for one in ([found.whole] if found.whole else []) + found.points:
        for number, share in enumerate(one.shares, 1):
            yield (
                title_of(one.touchpoint, catalog),
                level_title(number),
                share.value,
                share.low,
                share.high,
                one.n,
                one.people,
            )


def move_lines(found: Levels) -> Iterator[Line]:
    """Yield one line a move under MOVES."""
    for was, row in enumerate(found.moves.table if found.moves else [], 1):
        for now, people in enumerate(row, 1):
            yield level_title(was), level_title(now), people


def people_lines(found: Sequence[Experience], catalog: Catalog) -> Iterator[Line]:
    """Yield one line a person under PEOPLE."""
    for one in found:
        yield (
            one.person,
            catalog.title_of(one.touchpoint),
            one.at,
            CODES[one.case],
            round(one.points, 1),
            round(one.expectation, 1),
            round(one.participation, 3),
            one.repetition + 1,
            round(one.depth, 1),
            one.why,
        )


def plain(found: Levels) -> dict[str, Any]:
    """Return the finding with its words as plain JSON values; without the cells of the what-if."""
    made: dict[str, Any] = msgspec.to_builtins(found)
    made.pop("negative")
    return {"meaning": msgspec.to_builtins(MEANING), "levels": _level_words(), **made}


def _level_words() -> list[dict[str, str]]:
    return [msgspec.to_builtins(title) for title in LEVEL_TITLES]


def plain_experience(one: Experience) -> dict[str, Any]:
    """Return one experience as plain JSON values."""
    made: dict[str, Any] = msgspec.to_builtins(one)
    return {**made, "case": CODES[one.case]}


def plain_outcomes(found: Levels, asked: Wish) -> dict[str, Any]:
    """Return both paths of the what-if as plain JSON values."""
    eased, renewed = what_if(found, asked)
    made: dict[str, Any] = msgspec.to_builtins({"wish": asked, "reduce": eased, "turn": renewed})
    return made


def values(found: Levels | None, catalog: Catalog, asked: Wish) -> dict[str, Any]:
    """Return what the page's template shows; nothing before it is worked out."""
    if found is None or found.whole is None:
        return {"found": found}
    enough = [one for one in found.points if one.n >= MIN_SAMPLE]
    return {
        "found": found,
        "whole": found.whole,
        "title_of": lambda key: title_of(key, catalog),
        "level_title": level_title,
        "short": SHORT,
        "cases": [(CODES[case], CASE_TITLES[case], found.whole.cases[case]) for case in Case],
        "picture": _picture(enough, catalog),
        "picture_rows": _picture_rows(enough, catalog),
        "marks": [one for one in found.points if has_mark(one)],
        "address": address,
        **what_if_values(found, catalog, asked),
    }


def has_mark(one: At) -> bool:
    """Tell whether a touchpoint carries any mark."""
    return one.worse or one.better or bool(one.fading and one.fading.mark)


def what_if_values(found: Levels, catalog: Catalog, asked: Wish) -> dict[str, Any]:
    """Return what the piece of the what-if shows."""
    eased, renewed = what_if(found, asked)
    choices = [(one.touchpoint, say(title_of(one.touchpoint, catalog))) for one in found.points]
    return {
        "wish": asked,
        "paths": ((_("Reduce it"), eased), (_("Turn it into something positive"), renewed)),
        "choices": choices,
        "level_title": level_title,
        "least_negative": _least(eased),
    }


def _least(outcome: Outcome) -> bool:
    return outcome.n == 0


def parameters(rules: Rules, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the fields of the parameters' form."""
    known = values_of(rules)
    return [
        {
            "name": name,
            "title": say(kind.title),
            "value": typed.get(name, f"{known[name]:g}"),
            "least": kind.least,
            "most": kind.most,
            "step": "1" if kind.whole else "any",
        }
        for name, kind in PARAMETERS.items()
    ]


def address(touchpoint: str) -> str:
    """Return the address of the touchpoint's page."""
    return f"/journey/touchpoints/{quote(touchpoint, safe='')}"


def _picture(points: list[At], catalog: Catalog) -> charts.Option:
    bars = [
        Bar(
            say(title_of(one.touchpoint, catalog)),
            one.shares[0].value,
            low=one.shares[0].low,
            high=one.shares[0].high,
            n=one.n,
            verdict="pain" if one.worse else None,
            href=address(one.touchpoint or ""),
        )
        for one in points
    ]
    return charts.bars(bars, unit="share", lying=True)


def _picture_rows(points: list[At], catalog: Catalog) -> list[tuple[str, ...]]:
    return [
        (
            say(title_of(one.touchpoint, catalog)),
            *(f"{share.value or 0:.1%}" for share in one.shares),
            f"{one.n:,}",
        )
        for one in points
    ]
