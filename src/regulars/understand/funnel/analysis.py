"""`funnel`: how many came how far on chosen steps, within a time window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from regulars.faces import charts
from regulars.faces import columns as c
from regulars.faces.asking import seconds_of
from regulars.faces.code_words import channel_title
from regulars.faces.formats import duration
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.period import parse_edge
from regulars.kit.text import Text
from regulars.timeline.vocabulary import TITLES, title
from regulars.understand.analyses import model as a
from regulars.understand.analyses.options import AS_OF, CHANNELS, FROM, PERIOD, PLACES, TO, Option
from regulars.understand.journeys.model import BY, BY_TITLES, ORDER_TITLES, Funnel, FunnelSlice
from regulars.understand.received import GUIDE
from regulars.understand.scope.model import USUAL, EventFilter

if TYPE_CHECKING:
    from regulars.listen.catalog.model import Catalog
    from regulars.understand.analyses.options import Options
    from regulars.understand.analyses.view import View

FIELDS = 6
FIRST = ("product_page", "cart", "checkout", "payment", "order")
WINDOWS = ("30m", "2h", "24h", "3d", "7d", "14d", "30d", "90d")
SLICES = {
    "channel": Text("channel", "渠道"),
    "place": Text("place", "地点"),
    "source": Text("source", "来源"),
}
NOBODY = Text(
    "Nobody took the first step in this period. Choose a longer period or another first step, or "
    "import visits and orders.",
    "该时间段内没有人到达第一步。请选择更长的时间段或其他第一步，或导入访问与订单数据。",
)
NEVER = Text(
    f"not measured: this step or one before it was never received ({GUIDE})",
    f"未测量：从未收到该步骤或其之前某一步骤的事件（{GUIDE}）",
)
STEP = Option(
    "step",
    Text("Steps, in order", "步骤（按顺序）"),
    Text("Touchpoints or event names, in order.", "触点或事件名称，按顺序填写。"),
    kind=list[str],
    positional=True,
)
WINDOW = Option(
    "window",
    Text("Time window", "时间窗口"),
    Text("Time for all steps: 30m, 24h, 7d, 2w.", "完成所有步骤的时限：如 30m、24h、7d、2w。"),
    default="7d",
    on_page="24h",
)
ORDER = Option("order", Text("Order", "顺序"), default="any_between",
               choices=tuple(ORDER_TITLES.items()))  # fmt: skip
SLICE = Option("slice", Text("Compare by", "对比维度"), choices=tuple(SLICES.items()),
               formerly="slice_by")  # fmt: skip


@dataclass(frozen=True, slots=True)
class FunnelAnswer:
    """How many came how far: all together first, then by slice."""

    asked: Funnel
    parts: list[FunnelSlice]
    why_not: Text | None


def compute(ws: Any, options: Options, now: datetime) -> FunnelAnswer:
    """Return how many came how far on the steps asked for, else on the way to the order."""
    from regulars.listen.catalog import service as catalogs
    from regulars.understand.journeys import service

    steps = _steps(options, catalogs.current(ws))
    asked = Funnel(steps, seconds_of(options["window"]), options["by"], options["order"],
                   options["slice"])  # fmt: skip
    known = parse_edge(options["as_of"], ws.zone) if options["as_of"] else None
    parts = service.funnel(ws, asked, options.extent(ws, now, "all"), as_of=known)
    return FunnelAnswer(asked, parts, None if parts[0].steps[0].n else NOBODY)


def _steps(options: Options, catalog: Catalog) -> tuple[str, ...]:
    """Return the steps asked for, by default the catalog's way to the order, if it has it."""
    given = options["step"] or ()
    if named := tuple(one for one in ([given] if isinstance(given, str) else given) if one):
        return named
    known = tuple(key for key in FIRST if catalog.touchpoint(key))
    ordered = sorted((one.order, one.key) for one in catalog.touchpoints if one.order is not None)
    return known if len(known) > 1 else tuple(key for _order, key in ordered[:FIELDS])


def _title_of(step: str, view: View) -> Text:
    """Return a step's name: a touchpoint's or an event's."""
    point = view.catalog.touchpoint(step)
    return point.title if point else title(step)


def _offered(view: View, chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what may be a step: touchpoints, events that were found, the vocabulary."""
    from regulars.understand.journeys import service

    stored = service.stored(view.ws, EventFilter(scope=view.options.scope), now=view.now)
    names = {name for item in stored.payload.found for name in item.names} if stored else set()
    names |= TITLES.keys() | {step for step in chosen if not view.catalog.touchpoint(step)}
    points = [(point.key, say(point.title)) for point in view.catalog.touchpoints]
    return points + [(name, f"{say(title(name))} ({_('event')})") for name in sorted(names)]


def _group(part: FunnelSlice, view: View) -> Text | None:
    """Return what a slice is called; all together are called nothing."""
    from regulars.company.places import service as places
    from regulars.listen.adoption import service as adoption
    from regulars.listen.adoption.model import Kind

    if part.value is None:
        return None
    named: dict[str, Callable[[], Callable[[str], Text]]] = {
        "channel": lambda: channel_title,
        "place": lambda: places.tree(view.ws).name,
        "source": lambda: adoption.naming(view.ws, Kind.SOURCE),
    }
    named_by = named[view.result.asked.slice_by]()
    return named_by(part.value) if part.value else Text("not stated", "未注明")


def _rows(parts: list[FunnelSlice]) -> list[Any]:
    return [(part, step) for part in parts for step in part.steps]


def _draw(view: View) -> charts.Option:
    steps = [one for one in view.result.parts[0].steps if one.n is not None]
    return charts.funnel([(say(_title_of(one.step, view)), one.n) for one in steps])


def _never(row: Any, _view: View) -> Text | None:
    return NEVER if row[1].n is None else None


def _values(view: View) -> dict[str, Any]:
    steps = _steps(view.options, view.catalog)
    windows = dict.fromkeys([*WINDOWS, view.options["window"]])
    return {
        "steps": steps,
        "fields": max(FIELDS, len(steps) + 1),
        "offered": _offered(view, steps),
        "windows": [(key, duration(seconds_of(key)) if key in WINDOWS else key) for key in windows],
        "title_of": lambda step: say(_title_of(step, view)),
        "group": lambda part: _group(part, view),
        "rows": _rows,
        "counted_by": BY_TITLES[view.options["by"]],
        "compared": SLICES.get(view.options["slice"]),
    }


ANALYSIS = a.Analysis(
    name="funnel",
    tag="journeys",
    title=Text("Funnels", "漏斗"),
    question=Text("Where do visitors drop off?", "客户在哪一步流失？"),
    summary=Text(
        "Show where customers drop off on chosen steps within a time window.",
        "显示在限定时间内，有多少客户走到所选步骤的哪一步。",
    ),
    meaning=Text(
        "Counted is who took the steps within the time window of one attempt. Repeated attempts "
        "count once, at the furthest step.",
        "统计在一次尝试的时间窗口内走过各步骤的主体。多次尝试只计一次，以最远一步为准。",
    ),
    result=FunnelAnswer,
    order=20,
    options=(
        STEP,
        WINDOW,
        replace(BY, on_page="session"),
        ORDER,
        SLICE,
        replace(PERIOD, default="all", on_page=USUAL),
        FROM,
        TO,
        PLACES,
        CHANNELS,
        AS_OF,
    ),
    compute=compute,
    bare="parts",
    plain=lambda view: {"parts": view.result.parts},
    renew=lambda *_usual: None,
    tables=(
        a.Table(
            "steps",
            Text("Conversion by step", "各步骤转化情况"),
            (
                c.Column(Text("Group", "分组"), lambda row, view: _group(row[0], view)),
                c.Column(Text("Step", "步骤"), lambda row, view: _title_of(row[1].step, view)),
                c.in_file(Text("Key", "标识"), "1.step"),
                c.Column(Text("Reached", "到达"), "1.n", c.COUNT, note=_never),
                c.interval(Text("Of previous step", "占上一步"),
                           "1.of_before", c.SHARE),
                c.interval(Text("Of first step", "占第一步"),
                           "1.of_first", c.SHARE),
                c.interval(Text("Median time, s", "用时中位数（秒）"),
                           "1.wait.median", c.SECONDS, wide=True),
                c.interval(Text("90th percentile, s", "90 分位（秒）"),
                           "1.wait.p90", c.SECONDS, wide=True),
                c.in_file(Text("Waits", "等待次数"),
                          lambda row, _: row[1].wait.n if row[1].wait else 0, c.COUNT),
            ),
            lambda view: _rows(view.result.parts),
            file="funnel",
        ),
    ),
    pictures=(a.Picture("steps", Text("Conversion by step", "各步骤转化情况"), _draw, 104, 44),),
    template="funnel/_answer.html",
    page="funnel/page.html",
    piece="answer",
    values=_values,
    waiting=Text("Counting…", "正在统计……"),
)  # fmt: skip
