"""Words, pictures and tables of the metric pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from regulars.company.places import service as places
from regulars.faces import charts, formats
from regulars.faces.code_words import channel_title
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.listen.catalog import service as catalog
from regulars.understand.metrics import service
from regulars.understand.metrics.columns import chance
from regulars.understand.metrics.model import GRAINS, Direction, Measured, Unit
from regulars.understand.metrics.rows import difference, digits_of
from regulars.understand.policy import MIN_SAMPLE
from regulars.understand.value_groups.model import GROUP_TITLES

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

LINES = 6
"""Of so many slices the course is drawn; the table has all."""


KIND_TITLES = {
    "relationship": Text("relationship survey", "关系型调研"),
    "transactional": Text("transactional survey", "交易型调研"),
}
VALUE_GROUPS = {str(group): title for group, title in GROUP_TITLES.items()}
RESTS = {
    "better": Text("better than the rest", "优于其余"),
    "worse": Text("worse than the rest", "差于其余"),
}
BESIDE_TITLES = {
    "promoters": Text("Promoters", "推荐者"),
    "detractors": Text("Detractors", "贬损者"),
    "dismissed": Text("Dismissed", "关闭问卷"),
    "open": Text("Still open", "仍未答复"),
    "chance": Text("Ties split at random", "同分随机分配"),
    "p90": Text("90th percentile", "90 分位"),
    "kaplan_meier": Text(
        "Kaplan-Meier, those not yet due included", "Kaplan-Meier（含未满一年者）"
    ),
}
SHARES = frozenset({"promoters", "detractors", "dismissed", "open", "chance"})
"""Numbers beside another that are shares, whatever its own unit."""


MEANS = frozenset({"average_order_value", "clv_amount_12m"})
"""Amounts that are means of many, and not to be ranked when these are few."""


__all__ = ["chance", "difference", "digits_of"]


class Names:
    """Names of slices in the reader's language."""

    def __init__(self, ws: Workspace) -> None:
        self._catalog = catalog.current(ws)
        self._tree = places.tree(ws)
        self._sources = adoption.titles(ws, Kind.SOURCE)

    def of(self, dimension: str, value: str | None) -> str:
        """Return what a slice's value is called; nothing given has a name too."""
        if value is None:
            return _("not specified")
        if dimension in GRAINS:
            return bucket_name(dimension, value)
        own = Text(value, value)
        stage = self._catalog.stage(value) if dimension == "stage" else None
        titles = {
            "touchpoint": self._catalog.title_of(value),
            "place": self._tree.name(value),
            "stage": stage.title if stage else own,
            "source": self._sources.get(value, own),
            "channel": channel_title(value),
            "survey_kind": KIND_TITLES.get(value, own),
            "value_group": VALUE_GROUPS.get(value, own),
        }
        return say(titles.get(dimension, own))

    def slice(self, row: Measured) -> str:
        """Return the names of all of a row's dimensions but time and currency."""
        names = [
            self.of(name, value)
            for name, value in row.slice.items()
            if name not in GRAINS and name != "currency"
        ]
        return " · ".join(names)


def bucket_name(grain: str, words: str) -> str:
    """Return what a day, week, month, quarter or year is called."""
    first = date.fromisoformat(words)
    if grain == "month":
        return formats.month(first)
    if grain == "quarter":
        return _("{year} Q{quarter}").format(year=first.year, quarter=(first.month + 2) // 3)
    return str(first.year) if grain == "year" else formats.day(first)


def change_words(row: Measured) -> str | None:
    """Return a change in words: +3.1 pp (0.4 to 5.8); None where there is none."""
    if row.change is None or row.change.change.difference is None:
        return None
    change = row.change.change
    words = difference(row.unit, change.difference)
    if change.low is None or change.high is None:
        return words
    low, high = (difference(row.unit, edge, named=False) for edge in (change.low, change.high))
    return _("{change} ({low} to {high})").format(change=words, low=low, high=high)


def beside(row: Measured) -> list[tuple[Text, str, str]]:
    """Return title, value and interval of each number beside this one."""
    lines = []
    for name, other in row.beside.items():
        unit = "percent" if name in SHARES else row.unit
        edges = [formats.value_in(unit, edge, digits_of(unit)) for edge in (other.low, other.high)]
        known = other.low is not None and other.high is not None
        title = BESIDE_TITLES.get(name) or Text(name, name)
        value = formats.value_in(unit, other.value, digits_of(unit))
        lines.append((title, value, " – ".join(edges) if known else ""))
    return lines


def verdict_kind(verdict: str | None) -> str:
    """Return the colour and shape of a tested difference."""
    return {"better": "good", "worse": "bad"}.get(verdict or "", "info")


def course(rows: Sequence[Measured], names: Names) -> dict[str, Any] | None:
    """Return the chart of the course in time, one line a slice; None when there is nothing."""
    grain = next((name for row in rows for name in row.slice if name in GRAINS), None)
    if grain is None:
        return None
    times = sorted({str(row.slice[grain]) for row in rows})
    lines: dict[str, dict[str, Measured]] = {}
    for row in rows:
        lines.setdefault(names.slice(row), {})[str(row.slice[grain])] = row
    shown = sorted(lines, key=lambda name: -sum(row.n for row in lines[name].values()))[:LINES]
    drawn = [
        charts.Course(
            name or say(service.definition(rows[0].metric).title),
            [_at(lines[name], time, "value") for time in times],
            [_at(lines[name], time, "low") for time in times] if len(shown) == 1 else (),
            [_at(lines[name], time, "high") for time in times] if len(shown) == 1 else (),
            [_count(lines[name], time) for time in times],
        )
        for name in shown
    ]
    unit = rows[0].unit
    return charts.trend([bucket_name(grain, time) for time in times], drawn, unit=unit)


def _at(line: dict[str, Measured], time: str, edge: str) -> float | None:
    row = line.get(time)
    value: float | None = getattr(row, edge) if row else None
    return value


def _count(line: dict[str, Measured], time: str) -> int | None:
    return line[time].n if time in line else None


def course_rows(rows: Sequence[Measured], names: Names) -> list[list[str]]:
    """Return the course as a table: time, slice, value, interval, n."""
    grain = next((name for row in rows for name in row.slice if name in GRAINS), "month")
    return [
        [
            names.of(grain, row.slice.get(grain)),
            names.slice(row),
            formats.value_in(row.unit, row.value, digits_of(row.unit)),
            interval(row),
            formats.whole(row.n),
        ]
        for row in rows
    ]


def interval(row: Measured) -> str:
    """Return the interval in words; a missing end is an open one."""
    if row.low is None and row.high is None:
        return formats.NOTHING
    low, high = (
        formats.value_in(row.unit, edge, digits_of(row.unit)) for edge in (row.low, row.high)
    )
    return f"{low} – {high}"


def ranked(rows: Sequence[Measured], names: Names, sort: str) -> list[Measured]:
    """Return slices in the order asked for: by name, value, n or change; "-" turns it round.

    Slices without a value, and those with too few to be ranked, stand last, the larger ones first.
    """
    key, down = sort.removeprefix("-"), sort.startswith("-")
    if key == "name":
        return sorted(rows, key=names.slice, reverse=down)
    found = [row for row in rows if _sortable(row, key) is not None]
    rest = [row for row in rows if _sortable(row, key) is None]
    found.sort(key=lambda row: _sortable(row, key) or 0.0, reverse=down)
    return found + sorted(rest, key=lambda row: -row.n)


def _sortable(row: Measured, key: str) -> float | None:
    if key == "n":
        return float(row.n)
    if too_few(row):
        return None
    if key == "change":
        return row.change.change.difference if row.change else None
    return row.value


def too_few(row: Measured) -> bool:
    """Tell whether a slice is too small to be ranked; a count or a sum may be as small as it is."""
    unit = service.definition(row.metric).unit
    counted = unit in (Unit.COUNT, Unit.MONEY) and row.metric not in MEANS
    return row.n < MIN_SAMPLE and not counted


def worst_first(metric: str) -> str:
    """Return the sort key that puts the worst slice on top."""
    return "value" if service.definition(metric).direction is Direction.UP else "-value"
