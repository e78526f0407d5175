"""What a question may be asked with: one spelling and one meaning for page, API and command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from regulars.company.rights.model import Scope
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.understand.scope.model import USUAL, EventFilter, EventScope

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that an analysis can be asked with.

    `name` is the field of a query; the command spells it with dashes. `choices` are the values
    there are with their titles; without them any text or number of `kind` will do. `offered` gives
    choices that follow from the answer or workspace, to a page's menu or drop-down; there may be no
    answer yet. A number may have `bounds`. Where nothing is said, a page takes what is `on_page`,
    if that is not the default of API and command. One of the kind `list[str]` may be given several
    times. An address may still spell it as it was called `formerly`. What is `in_address` stands
    in the path, in braces, instead of the query.
    """

    name: str
    title: Text
    help: Text | None = None
    kind: Any = str
    default: Any = None
    choices: tuple[tuple[str, Text], ...] = ()
    offered: Callable[[Any], list[tuple[Any, Any]]] | None = None
    positional: bool = False
    bounds: tuple[float, float] | None = None
    on_page: Any = None
    formerly: str = ""
    in_address: bool = False

    @property
    def words(self) -> Text:
        """What a document or `--help` says of it."""
        return self.help or self.title

    def check(self, value: Any) -> Any:
        """Return the value asked for, the default for none.

        Raises Invalid for no choice, or beyond bounds.
        """
        if value in (None, "", []):
            return self.default
        if isinstance(value, list) and len(value) == 1:
            return value[0]
        if self.choices and value not in dict(self.choices):
            listed = ", ".join(dict(self.choices))
            raise Invalid(
                "analysis.choice",
                Text(
                    f"“{value}” is no {self.name}: use one of {listed}.",
                    f"{self.name} 不能是“{value}”：可用 {listed}。",
                ),
                field=self.name,
            )
        if self.bounds is not None and not self.bounds[0] <= value <= self.bounds[1]:
            low, high = self.bounds
            words = Text(f"Choose {self.name} from {low:g} to {high:g}.",
                         f"{self.name} 须在 {low:g} 至 {high:g} 之间。")  # fmt: skip
            raise Invalid("analysis.bounds", words, field=self.name)
        return value


PERIOD = Option(
    "period",
    Text("Period", "时间"),
    Text("2026-10, 2026, 12m or all.", "2026-10、2026、12m 或 all。"),
    default=USUAL,
)
FROM = Option(
    "from", Text("From", "从"), Text("Start: month, day or time.", "开始：月、日或时刻。")
)
TO = Option(
    "to",
    Text("To", "到"),
    Text("End: month, day or time (excluded).", "结束：月、日或时刻（不含）。"),
)
PLACE = Option(
    "place", Text("Place", "门店"), Text("Place, including those below it.", "门店或区域，含下级。")
)
CHANNEL = Option("channel", Text("Channel", "渠道"), Text("One channel.", "一个渠道。"))
AS_OF = Option(
    "as_of",
    Text("Known by", "截至"),
    Text("Only what was known by then.", "仅截至该时刻已知的数据。"),
)
COMPARE = Option(
    "compare",
    Text("Compare", "对比"),
    Text("previous, year or a period.", "previous、year 或一个时间段。"),
)
PLACES, CHANNELS = replace(PLACE, kind=list[str]), replace(CHANNEL, kind=list[str])
STANDARD = (PERIOD, FROM, TO, PLACE, CHANNEL, AS_OF, COMPARE)
IN_PERIOD = (PERIOD, FROM, TO, PLACE)
"""What most questions about events take."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked: the options' values by name, within `scope`'s places (None: everywhere)."""

    values: Mapping[str, Any] = field(default_factory=dict)
    scope: Scope = None

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def about(self) -> dict[str, Any]:
        """Return what was asked as plain values, under which an answer is kept."""
        scope = None if self.scope is None else sorted(self.scope)
        return {**self.values, "scope": scope}

    @classmethod
    def of(cls, known: tuple[Option, ...], about: Mapping[str, Any]) -> Options:
        """Read what `about` wrote."""
        scope = about.get("scope")
        values = {one.name: about.get(one.name, one.default) for one in known}
        return cls(values, None if scope is None else frozenset(scope))

    def event_filter(self, usual: str = USUAL) -> EventFilter:
        """Return which events are meant, by period, place and channel."""
        period, place, channel = self["period"] or usual, self["place"], self["channel"]
        places, place = (tuple(place), None) if isinstance(place, list) else ((), place)
        channels, channel = (tuple(channel), None) if isinstance(channel, list) else ((), channel)
        edges = (self["from"], self["to"])
        return EventFilter(period, *edges, place, channel, self.scope, places, channels)

    def extent(self, ws: Workspace, now: datetime, usual: str = USUAL) -> EventScope:
        """Return the events themselves that are meant. Raises Invalid for an unreadable period."""
        from regulars.understand.scope import service  # an engine, which no declaration loads

        return service.resolve(ws, self.event_filter(usual), now)


def filled(path: str, values: Mapping[str, Any]) -> str:
    """Return an address with what stands in it in braces."""
    return path.format_map({name: quote(str(value), safe="") for name, value in values.items()})


def read(
    options: tuple[Option, ...], given: Mapping[str, Any], scope: Scope, *, of: Text
) -> Options:
    """Return what was asked by fields or options. Raises Invalid for one that is not honoured.

    `of` is the analysis' title, for the sentence that refuses.
    """
    names = {one.name for one in options}
    for one in STANDARD:
        if given.get(one.name) and one.name not in names:
            raise refused(one, options, of)
    return Options({one.name: one.check(given.get(one.name)) for one in options}, scope)


def refused(option: Option, known: tuple[Option, ...], of: Text) -> Invalid:
    """Return the refusal of an option that an analysis does not honour."""
    takes = ", ".join(one.name for one in known)
    en = f"It takes {takes}." if takes else "It always looks at everything there is."
    zh = f"可用参数：{takes}。" if takes else "该分析始终基于全部数据。"
    return Invalid(
        "analysis.option",
        Text(f"{of.en} takes no “{option.name}”. {en}", f"{of.zh}没有参数“{option.name}”。{zh}"),
        field=option.name,
    )
