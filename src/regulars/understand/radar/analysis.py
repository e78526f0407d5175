"""`radar`: where we are strong, where weak, and against whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from regulars.faces import charts, formats, maps
from regulars.faces.code_words import channel
from regulars.faces.columns import COUNT, Column, estimate, in_file, interval, number, signed
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.text import Text
from regulars.timeline.vocabulary import title
from regulars.understand.analyses.model import Analysis, Picture, Table
from regulars.understand.analyses.options import CHANNEL, IN_PERIOD, Option, Options
from regulars.understand.radar.model import (
    BENCHMARK,
    EXPERIENCE,
    MEANING,
    RADAR,
    TARGET,
    Against,
    Dimension,
    Measure,
    Scored,
)
from regulars.understand.scope.model import EventFilter

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

CHANCE = Text("may be chance", "可能是偶然")
VERDICTS = {"higher": Text("higher", "更高"), "lower": Text("lower", "更低")}
MARKS = {"higher": "good", "lower": "bad"}
MIN_CORNERS = 3
"""A radar of fewer measured dimensions is no figure."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """A dimension as it came out, what it is held against, and how it is declared."""

    one: Scored
    than: Against | None
    declared: Dimension | None

    @property
    def title(self) -> Text:
        """The dimension's title."""
        return self.declared.title if self.declared else Text(self.one.key, self.one.key)

    @property
    def missing(self) -> Text | None:
        """What is said of a dimension without data."""
        if self.one.value is not None or self.declared is None:
            return None
        ask = self.declared.ask
        names = dict.fromkeys(name for part in self.one.parts for name in sendable(part))
        send = Text(
            f", or send {' and '.join(f'“{name}”' for name in names)}",
            f"，或发送{'与'.join(f'“{title(name).zh}”（{name}）' for name in names)}事件",
        )
        more = send if names else Text("", "")
        return Text(
            f"not measured yet: ask this question: {ask.en}{more.en}",
            f"尚未测量：请询问此题：{ask.zh}{more.zh}",
        )

    @property
    def verdict(self) -> Text | None:
        """How it compares, in words; None where it is held against nothing."""
        if self.than is None or self.than.gap is None:
            return None
        return VERDICTS[self.than.verdict] if self.than.verdict else CHANCE


def sendable(part: Measure) -> list[str]:
    """Return the events that a part of a dimension lacks; a question is asked, not sent."""
    return [] if "metric" in part.filters else part.missing


def spokes(view: View, kind: str | None = None) -> list[Spoke]:
    """Return every dimension, or those of one kind, with what each is held against."""
    look, wish = asked(view.options)
    other = view.service.against(view.ws, view.result, look, wish, now=view.now)
    mapped = view.service.mapping(view.ws)
    found = view.result.of(kind) if kind else view.result.dimensions
    return [Spoke(one, other.get(one.key), mapped.dimension(one.key)) for one in found]


def asked(options: Options) -> tuple[EventFilter, str]:
    """Return which events are looked at, and what they are held against."""
    return options.event_filter(), options["against"]


def others(view: View) -> list[tuple[str, str]]:
    """Return what the radar can be held against, with its words."""
    words = {
        BENCHMARK: _("Benchmark: {name}"),
        "channel": _("Channel: {name}"),
        "place": _("Place: {name}"),
    }
    made = [(TARGET, _("Targets")), ("previous", _("The previous period"))]
    for kind, key, name in view.service.offered(view.ws, view.options.scope):
        shown = channel(key) if kind == "channel" else say(name)
        made.append((f"{kind}:{key}", fill(words[kind], name=shown)))
    return made


def told(part: Measure, view: View) -> str:
    """Return one part in words: metric, where, its value and n."""
    where = [
        say(view.catalog.title_of(word)) if column == "touchpoint" else word
        for column, words in part.filters.items()
        for word in words
    ]
    name = say(view.service.metric_title(part.metric))
    about = f"{name} ({', '.join(where)})" if where else name
    if part.state == "no_metric":
        return fill(_("{about}: metric not available yet"), about=about)
    if part.missing:
        names = _(", ").join(say(title(name)) for name in part.missing)
        return fill(_("{about}: not measured, never received: {names}"), about=about, names=names)
    if part.state == "never":
        return fill(_("{about}: no such event ever came from here"), about=about)
    if part.raw.value is None:
        return fill(_("{about}: no data"), about=about)
    value = formats.value_in(part.unit or None, part.raw.value)
    return f"{about}: {value} (n {part.raw.n:,})"


def _note(row: Spoke, view: View) -> Any:
    if row.missing:
        return row.missing
    parts = Markup("<br>").join(told(part, view) for part in row.one.parts)
    return Markup("<details><summary>{}</summary>{}</details>").format(_("made of"), parts)


def _sentences(view: View) -> Iterator[str]:
    for row in spokes(view):
        if row.missing:
            yield f"{say(row.title)}: {say(row.missing)}"


def _figure(view: View) -> charts.Option | None:
    """Draw the measured dimensions; held against something, those that both sides have.

    A corner without a value would be drawn at the centre, as if it were 0.
    """
    measured = [row for row in spokes(view, RADAR) if row.one.value is not None]
    both = [row for row in measured if row.than and row.than.value is not None]
    corners = both if len(both) >= MIN_CORNERS else measured
    if len(corners) < MIN_CORNERS:
        return None
    courses = [charts.Course(_("Now"), [row.one.value for row in corners])]
    if corners is both:
        wish = view.options["against"]
        name = dict(others(view)).get(wish, wish)
        theirs = [row.than.value for row in corners if row.than]
        courses.append(charts.Course(name, theirs))
    return maps.radar([say(row.title) for row in corners], courses, most=100)


def _five(view: View) -> charts.Option | None:
    bars = [
        charts.bar(say(row.title), row.one)
        for row in spokes(view, EXPERIENCE)
        if row.one.value is not None
    ]
    return charts.bars(bars, unit="score", lying=True, most=100) if bars else None


def _values(view: View) -> dict[str, Any]:
    if view.result is None:
        return {}
    return {"ten": spokes(view, RADAR), "five": spokes(view, EXPERIENCE)}


def _plain(view: View) -> dict[str, Any]:
    return {
        "against": view.options["against"],
        "dimensions": [
            asdict(row.one)
            | {
                "title": row.title,
                "target": row.declared.target if row.declared else None,
                "against": row.than,
                "note": row.missing,
            }
            for row in spokes(view)
        ],
    }


ANALYSIS = Analysis(
    noun=__package__,
    name="radar",
    title=Text("Experience radar", "体验雷达"),
    question=Text("Where are we strong, and where weak?", "我们强在哪里，弱在哪里？"),
    summary=Text("The experience radar", "体验雷达"),
    meaning=MEANING,
    result="Radar",
    order=57,
    options=(
        Option(
            "against",
            Text("Compared with", "对比"),
            Text(
                "target, previous, channel:NAME, place:ID, benchmark:NAME.",
                "对比对象：target（目标）、previous（上一时段）、channel:NAME、place:ID、benchmark:NAME。",
            ),
            default=TARGET,
            offered=others,
        ),
        *IN_PERIOD,
        CHANNEL,
    ),
    ask=asked,
    told_as=(("version", "mapping_version"),),
    waiting=Text("Measuring each dimension…", "正在测量各维度…"),
    tables=(
        Table(
            "radar",
            Text("The ten dimensions", "十个维度"),
            (
                Column(Text("Dimension", "维度"), "title", note=_note),
                in_file(Text("Kind", "类型"), "one.kind"),
                interval(Text("Points", "分值"), "one", number(1)),
                Column(Text("n", "n"), "one.n", COUNT, wide=True),
                estimate(Text("Compared with", "对比"), "than", number(1), wide=True),
                Column(Text("Gap", "差距"), "than.gap", signed(), wide=True),
                in_file(Text("q", "q"), "than.q", number(4)),
                Column(
                    Text("Verdict", "结论"),
                    "verdict",
                    mark=lambda row, _: MARKS.get(row.than.verdict) if row.than else None,
                ),
            ),
            spokes,
            file="radar",
        ),
    ),
    pictures=(
        Picture(
            "radar",
            Text("Points of each measured dimension, 0 to 100", "各已测维度的分值（0 至 100）"),
            _figure,
            380,
            name="figure",
        ),
        Picture(
            "radar",
            Text("Points, 95% interval", "分值，95% 区间"),
            _five,
            height=40,
            bar=32,
            name="five",
        ),
    ),
    plain=_plain,
    page="radar/radar.html",
    piece="figure",
    template="radar/_figure.html",
    sentences=_sentences,
    values=_values,
)
