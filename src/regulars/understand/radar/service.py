"""The verbs of the radar: measure its dimensions, compare them, change what they mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from regulars.company.audit.service import record
from regulars.company.documents import service as documents
from regulars.company.documents.model import Version, Versioned
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Scope
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.period import ALL_TIME
from regulars.kit.stats.estimate import Estimate, empty
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.metrics import service as metrics
from regulars.understand.metrics.model import Measured, Unit
from regulars.understand.radar import comparing, document, queries
from regulars.understand.radar.model import (
    BENCHMARK,
    TARGET,
    Against,
    Benchmark,
    Dimension,
    DimensionPart,
    Mapped,
    Measure,
    Radar,
    Scored,
    points,
    together,
)
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter, EventScope

NO_METRIC, NO_DATA, NEVER, MEASURED = "no_metric", "no_data", "never", "measured"


MAPPING = Versioned(
    "radar", "radar", "radar.mapped", document.default_document, document.read, reasoned=True
)


def mapping(ws: Workspace) -> Mapped:
    """Return the mapping in force; without a version of its own, the one that ships."""
    return documents.current(ws, MAPPING)


def document_of(ws: Workspace) -> str:
    """Return the mapping in force as TOML."""
    return documents.text(ws, MAPPING)


def versions(ws: Workspace) -> list[Version]:
    """Return every version of the mapping, the newest first."""
    return documents.versions(ws, MAPPING)


def save(
    ws: Workspace, text: str, caller: Principal, *, reason: str, based_on: int, now: datetime
) -> Mapped:
    """Make `text` the mapping in force, as a new version.

    Raises Invalid when the document is wrong or no reason is given, Conflict when somebody else
    saved since version `based_on`.
    """
    return documents.save(ws, MAPPING, text, caller, now=now, reason=reason, based_on=based_on)


def restore(ws: Workspace, number: int, caller: Principal, *, now: datetime) -> Mapped:
    """Make an older version the newest again; 0 is the one that ships. Raises NotFound."""
    return documents.restore(ws, MAPPING, number, caller, now=now)


def benchmarks(ws: Workspace) -> list[Benchmark]:
    """Return every benchmark that was brought in."""
    with ws.database.reading() as connection:
        return queries.benchmarks(connection)


def put_benchmark(
    ws: Workspace, name: str, text: str, caller: Principal, *, now: datetime
) -> Benchmark:
    """Keep a benchmark file (CSV: dimension,value and perhaps n). Raises Invalid with the row."""
    if not 1 <= len(name.strip()) <= 100:
        raise Invalid(
            "radar.benchmark",
            Text("A benchmark's name has 1 to 100 characters.", "基准名称须为 1 至 100 个字符。"),
            field="name",
        )
    made = Benchmark(name.strip(), now, caller.name, document.benchmark(text, mapping(ws)))
    with ws.database.transaction() as connection:
        queries.put_benchmark(connection, made)
        record(ws, connection, caller, "radar.benchmark", made.name, dimensions=len(made.values))
    return made


def drop_benchmark(ws: Workspace, name: str, caller: Principal) -> None:
    """Take a benchmark away. Raises NotFound."""
    with ws.database.transaction() as connection:
        if not queries.drop_benchmark(connection, name):
            raise _no_benchmark(name)
        record(ws, connection, caller, "radar.benchmark_dropped", name)


def radar(
    ws: Workspace, mapped: Mapped, extent: EventScope, look: EventFilter, *, as_of: datetime
) -> Radar:
    """Return every dimension of `mapped` within the extent that `look` names."""
    made = []
    for one in mapped.dimensions:
        parts = [_measure(ws, part, extent, look, as_of) for part in one.parts]
        made.append(Scored(one.key, one.kind, *together(parts), parts))
    return Radar(mapped.version, made, extent.period.start, extent.period.end)


def _measure(
    ws: Workspace, part: DimensionPart, extent: EventScope, look: EventFilter, as_of: datetime
) -> Measure:
    filters = {name: list(words) for name, words in part.filters.items()}
    if not metrics.exists(part.metric):
        return Measure(part.metric, filters, part.weight, NO_METRIC, "", empty(), empty())
    parameters: dict[str, Any] = dict(filters)
    if look.place and "place" not in parameters:
        parameters["place"] = look.place
    if look.channel and "channel" not in parameters:
        parameters["channel"] = look.channel
    row = _row(ws, part.metric, extent, parameters, as_of)
    unit = row.unit if row else ""
    raw = row.estimate if row else empty()
    # Answers are all that a share of answers is made of; of others nothing at all may be recorded.
    answers = metrics.definition(part.metric).aggregate.weights
    if raw.value == 0 and unit == Unit.PERCENT and not answers:
        ever = _row(ws, part.metric, extent.during(ALL_TIME), parameters, as_of)
        if ever is None or not ever.value:
            return Measure(part.metric, filters, part.weight, NEVER, unit, empty(), empty())
    scale = (part.worst, part.best)
    if scale == (None, None) and row is not None and row.scale is not None:
        scale = row.scale
    placed = _placed(raw, *scale)
    state = NO_DATA if placed.value is None else MEASURED
    lacks = list(row.missing) if row else []
    return Measure(part.metric, filters, part.weight, state, unit, raw, placed, lacks)


def _row(
    ws: Workspace, metric: str, extent: EventScope, filters: dict[str, Any], as_of: datetime
) -> Measured | None:
    rows = metrics.measure(
        ws, metric, period=extent.period, filters=filters, scope=extent.scope, as_of=as_of
    )
    return rows[0] if len(rows) == 1 else None


def _placed(raw: Estimate, worst: float | None, best: float | None) -> Estimate:
    return empty() if worst is None or best is None else points(raw, worst, best)


def stored(
    ws: Workspace, look: EventFilter, wish: str = TARGET, *, now: datetime
) -> Finding[Radar] | None:
    """Return the stored radar of an extent; None as long as what `wish` names is not stored, too.

    Notes that it was asked for.
    """
    found = findings.find(ws, FINDING, _about(ws, look), now=now)
    kind, _colon, name = wish.partition(":")
    if found is None or kind in (TARGET, BENCHMARK):
        return found
    other = _other(found.payload, look, kind, name)
    return found if findings.find(ws, FINDING, _about(ws, other), now=now) else None


def answered(
    ws: Workspace, look: EventFilter, _wish: str = TARGET, *, now: datetime
) -> Finding[Radar]:
    """Return the radar of an extent: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, look), now=now)


def against(
    ws: Workspace, ours: Radar, look: EventFilter, wish: str, *, now: datetime
) -> dict[str, Against]:
    """Return our dimensions against what `wish` names.

    `target`, `previous` (the period of the same length before), `channel:NAME`, `place:ID` or
    `benchmark:NAME`. Raises Invalid for another word, NotFound for an unknown benchmark.
    """
    kind, _colon, name = wish.partition(":")
    if kind == TARGET:
        mapped = mapping(ws)
        fixed = {one.key: (one.target, None) for one in mapped.dimensions if one.target is not None}
        return comparing.with_fixed(ours, fixed)
    if kind == BENCHMARK:
        found = {one.name: one for one in benchmarks(ws)}.get(name)
        if found is None:
            raise _no_benchmark(name)
        return comparing.with_fixed(ours, found.values)
    other = _other(ours, look, kind, name)
    theirs = answered(ws, other, now=now).payload
    return comparing.with_other(ours, theirs, overlap=_overlap(ws, look, kind, name))


def offered(ws: Workspace, scope: Scope) -> list[tuple[str, str, Text]]:
    """Return what else the radar can be held against: its kind, key and name."""
    benches = [(BENCHMARK, one.name, Text(one.name, one.name)) for one in benchmarks(ws)]
    ways = [("channel", name, Text(name, name)) for name in scopes.channels(ws, scope)]
    spots = places.visible(ws, scope).walk()
    return [*benches, *ways, *(("place", place.id, place.name) for _depth, place in spots)]


def metric_title(name: str) -> Text:
    """Return the title of a metric; its name where there is no such metric yet."""
    return metrics.definition(name).title if metrics.exists(name) else Text(name, name)


def _overlap(ws: Workspace, look: EventFilter, kind: str, name: str) -> bool:
    """Tell whether one side of a comparison is a part of the other."""
    if kind == "channel":
        return look.channel in (None, name)
    if kind != "place" or look.place is None:
        return kind == "place"
    tree = places.tree(ws)
    return name in tree.within([look.place]) or look.place in tree.within([name])


def _other(ours: Radar, look: EventFilter, kind: str, name: str) -> EventFilter:
    if kind == "previous" and ours.start is not None and ours.end is not None:
        start = ours.start - (ours.end - ours.start)
        return replace(look, start=start.isoformat(), end=ours.start.isoformat())
    if kind == "channel" and name:
        return replace(look, channel=name)
    if kind == "place" and name:
        return replace(look, place=name)
    raise Invalid(
        "radar.against",
        Text(
            "Compare with target, previous, channel:NAME, place:ID or benchmark:NAME; "
            "“previous” needs a period with a beginning.",
            "可对比 target、previous、channel:名称、place:编号 或 benchmark:名称；"
            "previous 需要有起点的时间段。",
        ),
        field="against",
    )


def missing(ws: Workspace, found: Radar) -> list[Dimension]:
    """Return the dimensions that nothing measures yet, each with the question to ask."""
    empty_ones = {one.key for one in found.dimensions if one.value is None}
    return [one for one in mapping(ws).dimensions if one.key in empty_ones]


def _no_benchmark(name: str) -> NotFound:
    return NotFound(
        "radar.no_benchmark",
        Text(f"There is no benchmark “{name}”.", f"没有基准“{name}”。"),
        benchmark=name,
    )


def _about(ws: Workspace, look: EventFilter) -> dict[str, object]:
    return look.about(mapping=mapping(ws).version)


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Radar:
    look = EventFilter.of(about)
    extent = scopes.resolve(ws, look, now)
    return radar(ws, mapping(ws), extent, look, as_of=now)


FINDING = findings.declare(findings.ResultType("radar", 2, Radar, _compute))
