"""`levels`: how touchpoints feel, whom to recover, who is delighted, and what would help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from regulars.faces import charts, formats
from regulars.faces.columns import (
    COUNT,
    DAY,
    SHARE,
    Column,
    Format,
    estimate,
    interval,
    number,
    signed,
)
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.text import Text
from regulars.understand.analyses.model import (
    Analysis,
    Customers,
    Panel,
    Picture,
    Span,
    Table,
    touchpoint_page,
)
from regulars.understand.analyses.options import IN_PERIOD, Option
from regulars.understand.levels.model import (
    CASE_TITLES,
    CODES,
    LEVEL_TITLES,
    MEANING,
    PARAMETERS,
    At,
    Case,
)
from regulars.understand.levels.whatif import Outcome, what_if
from regulars.understand.levels.wishes import TOUCHPOINT, WISHES, outcomes, wish
from regulars.understand.levels.wording import told
from regulars.understand.policy import MIN_SAMPLE

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

SHOWN_OF_ONE = 12
ALL = Text("All touchpoints", "全部触点")
SHORT = (
    Text("L1 negative", "L1 消极"),
    Text("L2 none", "L2 无"),
    Text("L3 low", "L3 低"),
    Text("L4 medium", "L4 中"),
    Text("L5 high", "L5 高"),
)
PATHS = (
    Text("Reduce it", "降低消极体验"),
    Text("Turn it into something positive", "转化为积极体验"),
)


def level_title(number: int) -> Text:
    """Return such as “L1 negative”."""
    title = LEVEL_TITLES[number - 1]
    return Text(f"L{number} {title.en}", f"L{number} {title.zh}")


def _title(row: Any, view: View) -> Text:
    key = row["touchpoint"] if isinstance(row, dict) else row.touchpoint
    return view.catalog.title_of(key) if key is not None else ALL


def _address(row: At, _view: View) -> str | None:
    return row.touchpoint and touchpoint_page(row.touchpoint)


def _change(row: At, _view: View) -> Span:
    """Return the change of the negative share in percentage points."""
    ends = (row.change.difference, row.change.low, row.change.high)
    return Span(*(None if one is None else one * 100 for one in ends))


def _fading(row: At, _view: View) -> Span | None:
    known = row.fading
    return None if known is None else Span(known.slope, known.low, known.high)


def _paths(view: View) -> list[tuple[Text, Outcome]]:
    """Return both paths; none where there is nothing to improve."""
    made = what_if(view.result, wish(view))
    return list(zip(PATHS, made, strict=True)) if made[0].n else []


def _levels(values: str, form: Format, *, wide: bool) -> list[Column]:
    """Return a column for each level, of which a row has the `values`."""
    return [Column(Text(f"L{at + 1}", f"L{at + 1}"), f"{values}.{at}", form, wide=wide)
            for at in range(5)]  # fmt: skip


def _picture(view: View) -> charts.Option:
    bars = [
        charts.bar(say(_title(one, view)), one.shares[0], n=one.n,
                   verdict="pain" if one.worse else None, href=_address(one, view))
        for one in view.result.points
        if one.n >= MIN_SAMPLE
    ]  # fmt: skip
    return charts.bars(bars, unit="share", lying=True)


def _marks(touchpoint: At) -> Iterator[str]:
    if touchpoint.worse:
        yield _("more negative than before")
    if touchpoint.better:
        yield _("less negative than before")
    if touchpoint.fading is not None and touchpoint.fading.mark:
        yield fill(
            _("wears off: {points} each time"), points=formats.signed(touchpoint.fading.slope, 1)
        )


def _sentences(view: View) -> Iterator[str]:
    """Say what stands out, how many moved and who is listed; the page has cards for that."""
    for one in view.result.points:
        if marks := ", ".join(_marks(one)):
            yield f"{say(_title(one, view))}: {marks}"
    if (moved := view.result.moves) is not None:
        words = _("{people} visited in both periods: {fell} became negative, {rose} no longer are.")
        yield fill(words, people=moved.people, fell=moved.fell, rose=moved.rose)
    words = _("{rescue} customers to recover (--list rescue), {scream} delighted (--list scream)")
    counts = {
        one.key: formats.whole(one.rows(view, touchpoint=None).num_rows)
        for one in view.analysis.lists
    }
    yield fill(words, **counts)


def _values(view: View) -> dict[str, Any]:
    levels = view.result if view.answered else None
    return {
        "rules": view.service.rules(view.ws),
        "versions": view.service.versions(view.ws),
        "parameters": PARAMETERS,
        "errors": {},
        "typed": {},
        "level_title": level_title,
        "shown_of_one": SHOWN_OF_ONE,
        "address": lambda one: _address(one, view),
        "wish": wish(view),
        "wishes": WISHES,
        "marks": [one for one in levels.points if any(_marks(one))] if levels else [],
        "choices": [(one.touchpoint, say(_title(one, view))) for one in levels.points]
        if levels
        else [],
    }


def _touchpoints(view: View) -> list[tuple[str, str]]:
    keys = view.service.touchpoints(view.ws, view.options.scope)
    return [(key, say(view.catalog.title_of(key))) for key in keys]


def _list(name: str, title: Text, question: Text, note: Text) -> Customers:
    """Return one of the two lists of customers."""
    return Customers(
        question=question,
        rows=lambda view, touchpoint: view.service.listed(
            view.ws, view.options.scope, name, touchpoint=touchpoint
        ),
        rank="rank",
        name=f"people/{name}",
        title=title,
        file=f"customers-{name}",
        alone=True,
        note=lambda _view: note,
        filters=(Option("touchpoint", TOUCHPOINT, offered=_touchpoints),),
        columns=(
            Column(TOUCHPOINT, _title),
            Column(Text("When", "时间"), "at", DAY, wide=True),
            Column(Text("Level", "等级"), lambda row, _: CODES[row["case"]], in_file=True),
            Column(Text("Score", "得分"), "points", number(), in_file=True),
            Column(Text("Expected", "期望"), "expectation", number(), in_file=True),
            Column(Text("Participation", "参与程度"), "participation", number(3), in_file=True),
            Column(
                Text("Encounter", "第几次接触"),
                lambda row, _: row["repetition"] + 1,
                COUNT,
                in_file=True,
            ),
            Column(Text("Depth", "深度"), "depth", number(), in_file=True),
            Column(Text("Why", "原因"), lambda row, _: told(row).why),
        ),
        plain=lambda row: told(row).plain(),
        empty=Text(
            "No customers: no such experience in the last 91 days.",
            "没有客户：最近 91 天没有这样的体验。",
        ),
    )


ANALYSIS = Analysis(
    noun=__package__,
    name="levels",
    tag="experience levels",
    title=Text("Experience levels", "体验等级"),
    question=Text("Which experience levels do our touchpoints reach?", "各触点的体验等级分布"),
    summary=Text("Experience levels by touchpoint", "各触点的体验等级"),
    meaning=MEANING,
    result="Levels",
    order=35,
    renew=lambda service, ws, now: service.refresh(ws, now=now),
    options=(*IN_PERIOD, *WISHES),
    ask=lambda options: (options.event_filter(),),
    inner=("negative",),
    waiting=Text("Calculating the level of each experience…", "正在计算每次体验的等级…"),
    tables=(
        Table(
            "shares",
            Text("Levels by touchpoint", "各触点的等级"),
            (
                Column(TOUCHPOINT, _title, href=_address),
                *(
                    interval(title, f"shares.{at}", SHARE, wide=at in (2, 3))
                    for at, title in enumerate(SHORT)
                ),
                interval(
                    Text("Change in negative share", "消极占比变化"), _change, signed(), wide=True
                ),
                interval(Text("With each repetition", "每重复一次"), _fading, number(), wide=True),
                Column(Text("n", "样本量"), "n", COUNT),
                Column(Text("People", "人数"), "people", COUNT, in_file=True),
            ),
            lambda view: [view.result.whole, *view.result.points],
            file="experience-levels",
        ),
        Table(
            "cases",
            Text("The six cases of the model", "模型的六种情形"),
            (
                Column(
                    Text("Case of the model", "模型情形"),
                    lambda case, _: f"{CODES[case]} {say(CASE_TITLES[case])}",
                ),
                Column(
                    Text("Experiences", "体验数"),
                    lambda case, view: view.result.whole.cases[case],
                    COUNT,
                ),
                Column(
                    Text("Share", "占比"),
                    lambda case, view: view.result.whole.cases[case] / view.result.whole.n,
                    SHARE,
                    bar=True,
                ),
            ),
            lambda _view: Case,
        ),
        Table(
            "moves",
            Text("Changes since the previous period", "与上一时段相比的等级变化"),
            (
                Column(Text("From \\ to", "原等级 \\ 现等级"), lambda row, _: level_title(row[0])),
                *_levels("1", COUNT, wide=False),
            ),
            lambda view: enumerate(view.result.moves.table if view.result.moves else [], 1),
            file="level-moves",
        ),
        Table(
            "what-if",
            Text(
                "What if? Two ways to improve negative experiences",
                "假如……改善消极体验的两条途径",
            ),
            (
                Column(Text("Way", "途径"), "0"),
                estimate(Text("Negative share now", "当前消极占比"), "1.share_before", SHARE),
                estimate(Text("Then", "之后"), "1.share_after", SHARE),
                estimate(Text("Lifted", "得到改善"), "1.share_lifted", SHARE, wide=True),
                *_levels("1.levels", number(0), wide=True),
            ),
            _paths,
            empty=Text(
                "There are no negative experiences to improve here.", "这里没有需要改善的消极体验。"
            ),
        ),
    ),
    pictures=(
        Picture(
            "shares",
            Text("Negative share, 95% interval", "消极占比，95% 区间"),
            _picture,
            height=140,
            bar=28,
        ),
    ),
    lists=(
        _list(
            "rescue",
            Text("Customers to recover", "待补救客户"),
            Text("Which customers should we recover?", "哪些客户需要补救？"),
            Text(
                "from the last 91 days; nothing positive at the same touchpoint since",
                "最近 91 天内，此后同一触点没有积极体验",
            ),
        ),
        _list(
            "scream",
            Text("Delighted customers", "惊喜客户"),
            Text(
                "Which customers are delighted and may recommend us?",
                "哪些客户感到惊喜，可能推荐我们？",
            ),
            Text("from the last 91 days; nothing negative since", "最近 91 天内，此后没有消极体验"),
        ),
    ),
    panel=Panel(
        lambda view, person: view.service.of_person(
            view.ws, view.options.scope, person, now=view.now
        ),
        "levels/_person.html",
        30,
        Text("There is no scored experience of this customer.", "没有该客户的评分体验。"),
        plain=lambda found, _view: [one.plain() for one in found],
        alone=True,
    ),
    plain=lambda view: {"levels": LEVEL_TITLES, "what_if": outcomes(view)},
    template="levels/_shares.html",
    page="levels/levels.html",
    piece="shares",
    sentences=_sentences,
    values=_values,
)
