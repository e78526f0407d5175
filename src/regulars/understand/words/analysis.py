"""`words`: what customers write about, what is rising, and whom digital service leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from regulars.faces import charts
from regulars.faces.code_words import channel_title
from regulars.faces.columns import (
    COUNT,
    DAY,
    SHARE,
    Column,
    in_file,
    interval,
    number,
    signed,
    verdict,
)
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.text import Text
from regulars.understand.analyses.model import CUSTOMERS, Analysis, Panel, Picture, Table
from regulars.understand.analyses.model import touchpoint_page as of_touchpoint
from regulars.understand.analyses.options import CHANNEL, IN_PERIOD, Option
from regulars.understand.words.model import (
    DIVIDE_MEANING,
    KIND_TITLES,
    LANGUAGE_TITLES,
    MEANING,
    MOOD_TITLES,
    NAMED,
    Mood,
    Risen,
    Words,
    WordsParameters,
)

if TYPE_CHECKING:
    from regulars.kit.stats.estimate import Estimate
    from regulars.understand.analyses.view import View
    from regulars.understand.words.divide import Divide, Gap

TITLES = {str(key): title for key, title in (*KIND_TITLES.items(), *MOOD_TITLES.items())}
SORTS = {"word": Text("Word", "词"), "type": Text("Problem type", "问题类型"),
         "mood": Text("Feeling", "情感"), "touchpoint": Text("Touchpoint", "触点")}  # fmt: skip
GROUP_SORTS = {"age": Text("Age", "年龄"), "value_group": Text("Value group", "价值分组")}
SEEN = {"word": "q", "type": "type", "mood": "mood", "touchpoint": "touchpoint"}
"""In which field of a search each sort of thing that rose is looked for."""
AGAINST = Option("against", Text("Compared from", "对比起点"),
                 Text("Start of the comparison window.", "对比时段的起始时间。"))  # fmt: skip
SEARCH = Option("search", Text("Search", "搜索"),
                Text("Show comments with these words.", "显示含有这些词语的原话。"))  # fmt: skip
KEY, WHAT, COMMENTS = Text("Key", "标识"), Text("What", "内容"), Text("Comments", "原话条数")
TOUCHPOINT, MANY, Q = Text("Touchpoint", "触点"), Text("Customers", "客户数"), Text("q", "q")
LEFT = {
    True: ("pain", Text("left behind", "被落下")),
    False: (None, Text("may be chance", "可能是偶然")),
}
MOST_READ = 100
Listed = tuple["Gap", "tuple[Estimate, Estimate] | None"]


def seek(view: View, **more: str | None) -> str:
    """Return where the texts behind a number are listed."""
    wish = {name: value for name, value in view.asked.items() if name != AGAINST.name} | more
    query = urlencode({name: value for name, value in wish.items() if value})
    return f"/words/texts?{query}"


def _risen(one: Risen, view: View) -> Text:
    """Return what rose, in words."""
    if one.kind == "touchpoint":
        return view.catalog.title_of(one.key)
    return Text(one.key, one.key) if one.kind == "word" else TITLES[one.key]


def _texts_of(one: Risen, view: View) -> str | None:
    return seek(view, **{SEEN[one.kind]: one.key}) if view.may_list else None


def divide(view: View) -> Divide:
    """Return who is left behind in digital service, within what was asked."""
    found: Divide = view.service.divided(view.ws, view.options.event_filter(), now=view.now).payload
    return found


def gaps(view: View) -> list[Listed]:
    """Return every comparison with what its group and the rest wrote of digital problems."""
    found = divide(view)
    return [(gap, found.said.get(f"{gap.sort}.{gap.group}")) for gap in found.gaps]


def gap_place(row: Listed, view: View) -> Text:
    """Return where a gap was measured, in words."""
    if not row[0].by:
        return Text("all digital service", "全部数字服务")
    where = row[0].where
    return view.catalog.title_of(where) if row[0].by == "touchpoint" else channel_title(where)


def _rest(row: Listed, _view: View) -> str | None:
    share = row[1][1].value if row[1] else None
    return None if share is None else fill(_("the rest {share}"), share=f"{share:.1%}")


def _kinds(view: View) -> charts.Option:
    bars = [charts.bar(say(TITLES[line.key]), line.share) for line in view.result.kinds]
    return charts.bars(bars, unit="share", lying=True)


def _trend(view: View) -> charts.Option:
    months, words = view.result.months, _("Customers with a negative comment")
    course = charts.course(words, (one.negative for one in months))
    return charts.trend([one.month for one in months], [course], unit="share", least=0)


def _notes(found: Words) -> Iterator[Text]:
    if found.unread:
        yield Text(
            f"{found.unread:,} comments have not been analysed yet; the next refresh will do so.",
            f"有 {found.unread:,} 条原话尚未分析，下次刷新时将会处理。",
        )


def _sentences(view: View) -> Iterator[str]:
    found, divided = view.result, divide(view)
    yield fill(_("{n} comments by {people} customers"), n=found.texts, people=found.people)
    if found.rise is not None:
        words = _("Rising: {n} of {looked} tested")
        yield fill(words, n=len(found.rise.risen), looked=found.rise.looked_at)
    words = _("Digital divide: {n} of {looked} comparisons stand out ({people} customers)")
    marked = sum(gap.marked for gap in divided.gaps)
    yield fill(words, n=marked, looked=len(divided.gaps), people=divided.people)


def _plain(view: View) -> dict[str, Any]:
    top = [{"word": word, "customers": people, "negative": negative}
           for word, people, negative in view.result.top]  # fmt: skip
    return {"top": top, "titles": TITLES, "divide": divide(view)}


def _texts(view: View, words: str) -> tuple[Any, list[str]]:
    extent = view.options.extent(view.ws, view.now)
    found = view.service.search(view.ws, view.service.Sought(words), extent)
    lines = [f"{one.at:%Y-%m-%d} {one.text}" for one in found.readings]
    return found, [fill(_("{n} comments"), n=found.total), *lines]


def titles(view: View) -> dict[str, Any]:
    """Return the titles of types, feelings and languages for templates."""
    return {
        "catalog": view.catalog,
        "kind_titles": KIND_TITLES,
        "mood_titles": MOOD_TITLES,
        "language_titles": LANGUAGE_TITLES,
        "titles": TITLES,
        "named": NAMED,
        "mood_verdict": {Mood.NEGATIVE: "bad", Mood.NEUTRAL: "info", Mood.POSITIVE: "good"},
    }


def _values(view: View) -> dict[str, Any]:
    words: Words | None = view.result
    if words is None:
        return titles(view)
    spoken = sorted(words.languages.items(), key=lambda pair: -pair[1])
    return titles(view) | {
        "wrote": {line.touchpoint: line for line in words.touchpoints},
        "cells": {(one.touchpoint, one.key): one for one in words.cells},
        "moods": {line.key: line for line in words.moods},
        "seek": lambda **more: seek(view, **more),
        "languages": [(LANGUAGE_TITLES.get(key, Text(key, key)), n) for key, n in spoken],
    }


def divide_values(view: View) -> dict[str, Any]:
    """Return what the piece about the digital divide shows besides."""
    rows = gaps(view)
    return {
        "gaps": rows,
        "marked": [(row[0], gap_place(row, view)) for row in rows if row[0].marked],
        "wholes": [row for row in rows if not row[0].by],
        "parts_of": [row for row in rows if row[0].by],
        "divide_meaning": DIVIDE_MEANING,
    }


TEXTS = (
    Column(Text("When", "时间"), "at", DAY),
    Column(Text("Comment", "原话"), "text"),
    Column(Text("Language", "语言"), lambda row, _: LANGUAGE_TITLES[row.language]),
    Column(Text("Feeling", "情感"), lambda row, _: MOOD_TITLES[row.mood]),
    Column(
        Text("Problem types", "问题类型"),
        lambda row, _: ", ".join(say(KIND_TITLES[kind]) for kind in row.kinds),
    ),
    Column(
        Text("Evidence", "依据"),
        lambda row, _: ", ".join(dict.fromkeys(item.words for item in row.evidence)),
    ),
    Column(
        Text("Touchpoint mentioned", "所指触点"),
        lambda row, view: view.catalog.title_of(row.meant) if row.meant else None,
    ),
    Column(Text("Channel", "渠道"), "channel"),
    Column(Text("Place", "地点"), "place"),
    Column(Text("Corrected", "已更正"), "corrected"),
)
"""Of a file of texts with what was read in them."""
_SHARES = Table(
    "types",
    Text("Problem types", "问题类型"),
    (
        Column(
            TOUCHPOINT,
            lambda row, view: view.catalog.title_of(row.touchpoint) if row.touchpoint else None,
            href=lambda row, _: of_touchpoint(row.touchpoint) if row.touchpoint else None,
        ),
        in_file(KEY, "key"),
        Column(WHAT, lambda row, _: TITLES[row.key]),
        Column(COMMENTS, "texts", COUNT),
        Column(MANY, "people", COUNT),
        Column(Text("Customers who wrote", "有留言的客户数"), "share.n", COUNT),
        interval(Text("Share", "占比"), "share", SHARE),
        Column(Q, "q", number(4), wide=True),
        Column(
            Text("Stands out", "显著突出"),
            "marked",
            wide=True,
            mark=lambda row, _: "pain" if row.marked else None,
        ),
    ),
    lambda view: [*view.result.kinds, *view.result.moods, *view.result.cells],
)
_MONTHS = Table(
    "months",
    Text("Month by month", "逐月变化"),
    (
        Column(Text("Month", "月份"), "month"),
        interval(Text("Share", "占比"), "negative", SHARE),
        Column(COMMENTS, "texts", COUNT),
        Column(CUSTOMERS, "negative.n", COUNT),
    ),
    lambda view: view.result.months,
)
_RISE = Table(
    "rise",
    Text("What is rising?", "什么在上升？"),
    (
        Column(WHAT, _risen, href=_texts_of),
        Column(Text("Kind", "类别"), lambda row, _: SORTS[row.kind], wide=True),
        in_file(KEY, "key"),
        Column(Text("Customers before", "此前客户数"), "before", COUNT, wide=True),
        Column(Text("Share before", "此前占比"), "share_before.value", SHARE),
        Column(Text("Customers now", "现在客户数"), "now", COUNT, wide=True),
        interval(Text("Share now", "现在占比"), "share", SHARE),
        in_file(Text("p", "p"), "p", number(4)),
        Column(Q, "q", number(4), wide=True),
        Column(
            Text("Rising", "上升"), "risen", mark=lambda row, _: "rising" if row.risen else None
        ),
    ),
    lambda view: [*view.result.rise.risen, *view.result.rise.closest] if view.result.rise else [],
)
_TOP = Table(
    "words",
    Text("Most used words", "最常用词语"),
    (
        Column(Text("Word", "词"), "0"),
        Column(MANY, "1", COUNT),
        Column(Text("In negative comments", "出现在负面留言中"), "2", COUNT),
    ),
    lambda view: view.result.top,
)
_GAPS = Table(
    "gaps",
    Text("Digital divide: who is left behind?", "数字化鸿沟：谁被落下了？"),
    (
        in_file(Text("Sort of group", "群体类别"), lambda row, _: GROUP_SORTS[row[0].sort]),
        Column(Text("Group", "群体"), "0.title", note=lambda row, _: GROUP_SORTS[row[0].sort]),
        Column(Text("Where", "范围"), gap_place),
        Column(MANY, "0.people", COUNT),
        in_file(Text("The rest", "其余客户数"), "0.people_rest", COUNT),
        Column(Text("Gap in digital service", "数字服务中的差距"), "0.inside", signed(), wide=True),
        Column(Text("Gap elsewhere", "其他服务中的差距"), "0.outside", signed(), wide=True),
        interval(Text("Divide", "鸿沟"), "0.divide", signed()),
        interval(
            Text("Customers mentioning a digital problem", "提到数字化问题的客户占比"),
            "1.0",
            SHARE,
            wide=True,
            note=_rest,
        ),
        Column(Q, "0.q", number(4), wide=True),
        verdict(Text("Verdict", "结论"), "0.marked", LEFT),
        in_file(Text("Marked", "已标记"), "0.marked"),
    ),
    gaps,
    file="digital-divide",
)
ANALYSIS = Analysis(
    noun=__package__,
    name="words",
    title=Text("Voice of the customer", "客户声音"),
    question=Text("What do customers talk about?", "客户在说什么？"),
    summary=Text("What customers talk about, and what is rising", "客户在谈什么，哪些在上升"),
    meaning=MEANING,
    result="Words",
    order=45,
    options=(*IN_PERIOD, CHANNEL, AGAINST),
    ask=lambda options: (WordsParameters(options.event_filter(), options[AGAINST.name]),),
    notes=_notes,
    inner=("top",),
    told_as=(("version", "reading_version"),),
    tables=(_SHARES, _MONTHS, _RISE, _TOP, _GAPS),
    pictures=(
        Picture(
            "types",
            Text(
                "Share of the customers who wrote, 95% interval", "占有留言的客户的比例，95% 区间"
            ),
            _kinds,
            220,
        ),
        Picture(
            "months",
            Text(
                "Customers with a negative comment, share of those who wrote",
                "有负面留言的客户占有留言的客户的比例",
            ),
            _trend,
            220,
        ),
    ),
    panel=Panel(
        lambda view, person: view.service.of_person(
            view.ws, person, scope=view.options.scope, most=MOST_READ
        ),
        "words/_person.html",
        60,
        Text("This customer wrote nothing.", "该客户没有留言。"),
        plain=lambda found, _view: msgspec.to_builtins(found),
        alone=True,
    ),
    sentences=_sentences,
    plain=_plain,
    values=_values,
    template="words/_overview.html",
    page="words/words.html",
    waiting=Text("Counting what customers wrote…", "正在统计客户原话…"),
    instead=((SEARCH, _texts),),
)
