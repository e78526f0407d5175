"""Words as pictures, tables and plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec

from regulars.faces import charts
from regulars.faces.charts import Bar, Course
from regulars.faces.code_words import channel_title
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.scope.model import USUAL, EventFilter
from regulars.understand.words import rising
from regulars.understand.words.divide import MEANING as DIVIDE_MEANING
from regulars.understand.words.divide import Divide, Gap
from regulars.understand.words.model import (
    KIND_TITLES,
    KINDS,
    LANGUAGE_TITLES,
    MEANING,
    MOOD_TITLES,
    MOODS,
    NAMED,
    Kind,
    Line,
    Mood,
    Reading,
    Risen,
    Words,
)

SHARES = (
    Text("Touchpoint", "触点"),
    Text("Key", "标识"),
    Text("What", "内容"),
    Text("Comments", "原话条数"),
    Text("Customers", "客户数"),
    Text("Customers who wrote", "有留言的客户数"),
    Text("Share", "占比"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("q", "q"),
    Text("Stands out", "显著突出"),
)
RISE = (
    Text("Kind", "类别"),
    Text("Key", "标识"),
    Text("What", "内容"),
    Text("Customers before", "此前客户数"),
    Text("Share before", "此前占比"),
    Text("Customers now", "现在客户数"),
    Text("Share now", "现在占比"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("p", "p"),
    Text("q", "q"),
    Text("Rising", "上升"),
)
TOP = (
    Text("Word", "词语"),
    Text("Customers", "客户数"),
    Text("In negative comments", "出现在负面留言中"),
)
GAPS = (
    Text("Sort of group", "群体类别"),
    Text("Group", "群体"),
    Text("Where", "范围"),
    Text("Customers", "客户数"),
    Text("The rest", "其余客户数"),
    Text("Gap in digital service", "数字服务中的差距"),
    Text("Gap elsewhere", "其他服务中的差距"),
    Text("Divide", "鸿沟"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("q", "q"),
    Text("Marked", "已标记"),
)
FOUND = (
    Text("When", "时间"),
    Text("Comment", "原话"),
    Text("Language", "语言"),
    Text("Feeling", "情感"),
    Text("Problem types", "问题类型"),
    Text("Evidence", "依据"),
    Text("Touchpoint mentioned", "所指触点"),
    Text("Channel", "渠道"),
    Text("Place", "地点"),
    Text("Corrected", "已更正"),
)
YES, NO = Text("yes", "是"), Text("no", "否")
SORTS = {
    rising.WORD: Text("Word", "词语"),
    rising.KIND: Text("Problem type", "问题类型"),
    rising.MOOD: Text("Feeling", "情感"),
    rising.TOUCHPOINT: Text("Touchpoint", "触点"),
}
GROUP_SORTS = {"age": Text("Age", "年龄"), "value_group": Text("Value group", "价值分组")}
TABLES = {"types": SHARES, "rise": RISE, "words": TOP}


def key_title(key: str) -> Text:
    """Return the title of a problem type or feeling."""
    return KIND_TITLES[Kind(key)] if key in set(map(str, KINDS)) else MOOD_TITLES[Mood(key)]


def table(found: Words, catalog: Catalog, name: str) -> Iterator[tuple[Any, ...]]:
    """Yield the lines of one table of TABLES."""
    if name == "rise":
        for one in [*found.rise.risen, *found.rise.closest] if found.rise else []:
            yield _risen(one, catalog)
    elif name == "words":
        yield from found.top
    else:
        for line in [*found.moods, *found.kinds, *found.cells]:
            yield _share(line, catalog)


def _share(line: Line, catalog: Catalog) -> tuple[Any, ...]:
    share = line.share
    title = catalog.title_of(line.touchpoint) if line.touchpoint else ""
    return (
        title, line.key, key_title(line.key), line.texts, line.people, share.n, share.value,
        share.low, share.high, line.q, YES if line.marked else NO,
    )  # fmt: skip


def _risen(one: Risen, catalog: Catalog) -> tuple[Any, ...]:
    return (
        SORTS[one.kind], one.key, risen_title(one, catalog), one.before, one.share_before.value,
        one.now, one.share.value, one.share.low, one.share.high, one.p, one.q,
        YES if one.risen else NO,
    )  # fmt: skip


def risen_title(one: Risen, catalog: Catalog) -> Text:
    """Return what rose, in words."""
    if one.kind == rising.TOUCHPOINT:
        return catalog.title_of(one.key)
    return Text(one.key, one.key) if one.kind == rising.WORD else key_title(one.key)


def gap_lines(found: Divide, catalog: Catalog) -> Iterator[tuple[Any, ...]]:
    """Yield one line a comparison under GAPS."""
    for gap in found.gaps:
        divide = gap.divide
        yield (
            GROUP_SORTS[gap.sort], gap.title, gap_place(gap, catalog), gap.people, gap.people_rest,
            gap.inside, gap.outside, divide.value, divide.low, divide.high, gap.q,
            YES if gap.marked else NO,
        )  # fmt: skip


def gap_place(gap: Gap, catalog: Catalog) -> Text:
    """Return where a gap was measured, in words."""
    if not gap.by:
        return Text("all digital service", "全部数字服务")
    return catalog.title_of(gap.where) if gap.by == "touchpoint" else channel_title(gap.where)


def found_lines(readings: list[Reading], catalog: Catalog) -> Iterator[tuple[Any, ...]]:
    """Yield one line a text under FOUND."""
    for one in readings:
        yield (
            one.at, one.text, LANGUAGE_TITLES[one.language], MOOD_TITLES[one.mood],
            ", ".join(say(KIND_TITLES[kind]) for kind in one.kinds),
            ", ".join(dict.fromkeys(item.words for item in one.evidence)),
            catalog.title_of(one.meant) if one.meant else "", one.channel, one.place,
            YES if one.corrected else NO,
        )  # fmt: skip


def plain(found: Words) -> dict[str, Any]:
    """Return the finding as plain JSON values, with titles and definition."""
    made: dict[str, Any] = msgspec.to_builtins(found)
    made["reading_version"] = made.pop("version")
    made["top"] = [
        {"word": word, "customers": people, "negative": negative}
        for word, people, negative in found.top
    ]
    titles_of: dict[str, Text] = {str(kind): title for kind, title in KIND_TITLES.items()}
    titles_of |= {str(mood): title for mood, title in MOOD_TITLES.items()}
    made["titles"] = msgspec.to_builtins(titles_of)
    made["meaning"] = msgspec.to_builtins(MEANING)
    return made


def values(found: Words | None, catalog: Catalog, look: EventFilter) -> dict[str, Any]:
    """Return what the page's template shows; nothing before it is worked out."""
    if found is None:
        return {"found": None}
    points = [line.touchpoint for line in found.touchpoints]
    cells = {(one.touchpoint, one.key): one for one in found.cells}
    return {
        **titles(),
        "found": found,
        "catalog": catalog,
        "points": points,
        "wrote": {line.touchpoint: line for line in found.touchpoints},
        "cells": cells,
        "moods": {line.key: line for line in found.moods},
        "kinds_chart": _kinds(found),
        "kinds_rows": [_chart_row(line) for line in found.kinds],
        "trend": _trend(found),
        "trend_rows": [
            (one.month, _percent(one.negative.value), f"{one.texts:,}", f"{one.negative.n:,}")
            for one in found.months
        ],
        "risen_title": lambda one: say(risen_title(one, catalog)),
        "sorts": SORTS,
        "seek": lambda **more: seek_address(look, **more),
        "files": lambda name, kind: _address("/words", look, table=name, format=kind),
        "meaning": MEANING,
        "languages": [
            (say(LANGUAGE_TITLES.get(key, Text(key, key))), n)
            for key, n in sorted(found.languages.items(), key=lambda pair: -pair[1])
        ],
        "divide_piece": _address("/words/divide", look),
    }


def titles() -> dict[str, Any]:
    """Return the titles of types, feelings and languages for templates."""
    return {
        "kind_titles": KIND_TITLES,
        "mood_titles": MOOD_TITLES,
        "language_titles": LANGUAGE_TITLES,
        "kinds": KINDS,
        "named": NAMED,
        "all_moods": MOODS,
        "kind_options": [(str(one), say(KIND_TITLES[one])) for one in KINDS],
        "mood_options": [(str(one), say(MOOD_TITLES[one])) for one in MOODS],
        "key_title": lambda key: say(key_title(key)),
        "mood_verdict": {Mood.NEGATIVE: "bad", Mood.NEUTRAL: "info", Mood.POSITIVE: "good"},
    }


def divide_values(found: Divide, catalog: Catalog, look: EventFilter) -> dict[str, Any]:
    """Return what the piece about the digital divide shows."""
    return {
        "divide": found,
        "marked": [gap for gap in found.gaps if gap.marked],
        "wholes": [gap for gap in found.gaps if not gap.by],
        "parts_of": [gap for gap in found.gaps if gap.by],
        "gap_place": lambda gap: say(gap_place(gap, catalog)),
        "group_sorts": GROUP_SORTS,
        "said": lambda gap: found.said.get(f"{gap.sort}.{gap.group}"),
        "divide_meaning": DIVIDE_MEANING,
        "divide_files": {
            kind: _address("/words/divide", look, format=kind) for kind in ("csv", "xlsx")
        },
    }


def seek_address(look: EventFilter, **more: str | None) -> str:
    """Return where the texts behind a number are listed."""
    return _address("/words/texts", look, **more)


def _address(path: str, look: EventFilter, **more: str | None) -> str:
    wish = {
        "period": None if look.period == USUAL else look.period,
        "from": look.start,
        "to": look.end,
        "place": look.place,
        "channel": look.channel,
        **more,
    }
    query = urlencode({name: value for name, value in wish.items() if value})
    return path + (f"?{query}" if query else "")


def _kinds(found: Words) -> charts.Option:
    bars = [
        Bar(
            say(key_title(line.key)),
            (line.share.value or 0.0) * 100,
            low=None if line.share.low is None else line.share.low * 100,
            high=None if line.share.high is None else line.share.high * 100,
            n=line.share.n,
        )
        for line in found.kinds
    ]
    return charts.bars(bars, unit="percent", lying=True)


def _trend(found: Words) -> charts.Option:
    def scaled(name: str) -> list[float | None]:
        values = [getattr(one.negative, name) for one in found.months]
        return [None if value is None else value * 100 for value in values]

    course = Course(
        _("Customers with a negative comment"), scaled("value"), scaled("low"), scaled("high"),
        [one.negative.n for one in found.months],
    )  # fmt: skip
    return charts.trend([one.month for one in found.months], [course], unit="percent", least=0)


def _chart_row(line: Line) -> tuple[str | None, ...]:
    share = line.share
    return (
        say(key_title(line.key)), _percent(share.value), _percent(share.low),
        _percent(share.high), f"{line.people:,}", f"{line.texts:,}",
    )  # fmt: skip


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"
