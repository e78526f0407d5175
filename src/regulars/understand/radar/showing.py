"""The radar as picture, table and plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from regulars.faces import charts, maps
from regulars.faces.charts import Bar, Course
from regulars.faces.formats import value_in
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.metrics import service as metrics
from regulars.understand.radar.model import (
    EXPERIENCE,
    MEANING,
    RADAR,
    Against,
    Mapped,
    Measure,
    Radar,
    Scored,
)

TABLE = (
    Text("Dimension", "维度"),
    Text("Kind", "类别"),
    Text("Points", "分值"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "n"),
    Text("Compared with", "对比值"),
    Text("Compared with, low", "对比值下限"),
    Text("Compared with, high", "对比值上限"),
    Text("Compared with, n", "对比 n"),
    Text("Gap", "差距"),
    Text("q", "q"),
    Text("Verdict", "判断"),
)
VERDICTS = {"higher": Text("higher", "更高"), "lower": Text("lower", "更低")}
MIN_CORNERS = 3
"""A radar of fewer measured dimensions is no figure."""


def table(found: Radar, other: Mapping[str, Against], mapped: Mapped) -> Iterator[tuple[Any, ...]]:
    """Yield one line a dimension under TABLE; a dimension without data has empty cells."""
    for one in found.dimensions:
        than = other.get(one.key)
        yield (
            title(mapped, one.key), one.kind, one.value, one.low, one.high, one.n,
            than.value if than else None, than.low if than else None, than.high if than else None,
            than.n if than else None, than.gap if than else None, than.q if than else None,
            VERDICTS[than.verdict] if than and than.verdict else None,
        )  # fmt: skip


def plain(found: Radar, other: Mapping[str, Against], mapped: Mapped) -> dict[str, Any]:
    """Return every dimension with what it is held against as plain JSON values."""
    made: dict[str, Any] = msgspec.to_builtins(found)
    made["mapping_version"] = made.pop("version")
    for row in made["dimensions"]:
        declared = mapped.dimension(row["key"])
        row["title"] = msgspec.to_builtins(title(mapped, row["key"]))
        row["target"] = declared.target if declared else None
        row["against"] = msgspec.to_builtins(other.get(row["key"]))
        row["note"] = None
        if row["value"] is None and declared is not None:
            row["note"] = msgspec.to_builtins(not_measured(declared.ask))
    made["meaning"] = msgspec.to_builtins(MEANING)
    return made


def not_measured(ask: Text) -> Text:
    """Return what is said of a dimension without data."""
    return Text(f"not measured yet: ask this question: {ask.en}", f"尚未测量：请询问此题：{ask.zh}")


def title(mapped: Mapped, key: str) -> Text:
    """Return a dimension's title."""
    found = mapped.dimension(key)
    return found.title if found else Text(key, key)


def values(
    found: Radar | None, other: Mapping[str, Against], mapped: Mapped, catalog: Catalog, name: str
) -> dict[str, Any]:
    """Return what the page's template shows; nothing before it is worked out."""
    if found is None:
        return {"found": None}
    measured = [one for one in found.of(RADAR) if one.value is not None]
    return {
        "found": found,
        "ten": found.of(RADAR),
        "five": found.of(EXPERIENCE),
        "other": other,
        "other_name": name,
        "title_of": lambda key: title(mapped, key),
        "ask_of": lambda key: declared.ask if (declared := mapped.dimension(key)) else None,
        "told": lambda part: told(part, catalog),
        "picture": _picture(measured, other, mapped, name),
        "picture_rows": [_line(one, other.get(one.key), mapped) for one in measured],
        "side_by_side": _side_by_side(found.of(EXPERIENCE), mapped),
        "meaning": MEANING,
        "verdicts": VERDICTS,
    }


def told(part: Measure, catalog: Catalog) -> str:
    """Return one part in words: metric, where, its value and n."""
    known = metrics.exists(part.metric)
    name = say(metrics.definition(part.metric).title) if known else part.metric
    where = [
        say(catalog.title_of(word)) if column == "touchpoint" else word
        for column, words in part.filters.items()
        for word in words
    ]
    about = f"{name} ({', '.join(where)})" if where else name
    if part.state == "no_metric":
        return _("{about}: metric not available yet").format(about=about)
    if part.raw.value is None:
        return _("{about}: no data").format(about=about)
    value = value_in(part.unit or None, part.raw.value)
    return f"{about}: {value} (n {part.raw.n:,})"


def _picture(
    measured: list[Scored], other: Mapping[str, Against], mapped: Mapped, name: str
) -> charts.Option | None:
    """Draw the measured dimensions; held against something, those that both sides have.

    A corner without a value would be drawn at the centre, as if it were 0.
    """
    theirs = {one.key: than.value for one in measured if (than := other.get(one.key))}
    both = [one for one in measured if theirs.get(one.key) is not None]
    corners = both if len(both) >= MIN_CORNERS else measured
    if len(corners) < MIN_CORNERS:
        return None
    courses = [Course(_("Now"), [_one(one.value) for one in corners])]
    if corners is both:
        courses.append(Course(name, [_one(theirs[one.key]) for one in corners]))
    return maps.radar([say(title(mapped, one.key)) for one in corners], courses, most=100)


def _one(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _line(one: Scored, than: Against | None, mapped: Mapped) -> tuple[str | None, ...]:
    cells = (one.value, one.low, one.high, than.value if than else None)
    return (
        say(title(mapped, one.key)),
        *(None if cell is None else f"{cell:.1f}" for cell in cells),
        f"{one.n:,}",
    )


def _side_by_side(five: list[Scored], mapped: Mapped) -> charts.Option | None:
    known = [one for one in five if one.value is not None]
    if not known:
        return None
    bars = [
        Bar(say(title(mapped, one.key)), one.value, low=one.low, high=one.high, n=one.n)
        for one in known
    ]
    return charts.bars(bars, unit="score", lying=True, most=100)
