"""A journey's events as XES (IEEE 1849) and CSV, case by case and in order.

Persons appear under the ids of the timeline, which are hashes; words and names are not exported.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import ibis
import pyarrow as pa

from regulars.faces import export as files
from regulars.kit.errors import Invalid
from regulars.kit.period import parse_edge
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses.options import Options
from regulars.understand.journeys import steps
from regulars.understand.journeys.model import Journeys

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

COLUMNS = (
    "case",
    "step",
    "occurred_at",
    "name",
    "touchpoint",
    "actor",
    "channel",
    "place",
    "source",
    "score",
)
MAX_EVENTS = 5_000_000
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>\
<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/></global>
<classifier name="Step" keys="concept:name"/>
"""


def events(ws: Workspace, journeys: Journeys, *, as_of: datetime | None = None) -> pa.Table:
    """Return the events of the journeys, sorted by case and in order; columns `COLUMNS`.

    At most five million; narrow the extent for more.
    """
    catalog = catalog_service.current(ws)

    def expression(view: View) -> ir.Table:
        found = steps.named(view, journeys, catalog)
        order = [found.case, found.occurred_at, found.received_at, found.event_id]
        return found.order_by([ibis.asc(key) for key in order]).select(*COLUMNS).limit(MAX_EVENTS)

    return ws.query(expression, as_of=as_of)


def events_of(ws: Workspace, options: Options, *, now: datetime) -> pa.Table:
    """Return the events of the journeys that are asked for, as the map's options say it."""
    by, level, feedback, known = (options[one] for one in ("by", "level", "feedback", "as_of"))
    journeys = Journeys(options.extent(ws, now, "all"), by, level, feedback)
    return events(ws, journeys, as_of=parse_edge(known, ws.zone) if known else None)


def write(ws: Workspace, options: Options, file: Path, *, now: datetime) -> None:
    """Write the events of the journeys into a file, as its name says. Raises Invalid."""
    ending = file.suffix.lower()
    if ending not in (".xes", ".csv"):
        raise Invalid(
            "journeys.export",
            Text(
                f"Name the file .xes or .csv, not “{file.name}”.",
                f"文件名请以 .xes 或 .csv 结尾，而不是“{file.name}”。",
            ),
            field="export",
        )
    table = events_of(ws, options, now=now)
    with file.open("wb") as target:
        target.writelines(xes(table, ws.zone) if ending == ".xes" else csv(table, ws.zone))


def csv(table: pa.Table, zone: tzinfo) -> Iterator[bytes]:
    """Yield the events as CSV, in pieces."""
    return files.csv_bytes(list(COLUMNS), rows(table), zone, bom=False)


def rows(table: pa.Table) -> Iterator[list[Any]]:
    """Yield the rows of `events` as lists, in the order of `COLUMNS`."""
    for batch in table.to_batches(max_chunksize=10_000):
        yield from (list(row) for row in zip(*(c.to_pylist() for c in batch.columns), strict=True))


def xes(table: pa.Table, zone: tzinfo) -> Iterator[bytes]:
    """Yield the log in pieces of one case; times carry the offset of `zone`."""
    yield HEAD.encode()
    case: str | None = None
    lines: list[str] = []
    for row in rows(table):
        if row[0] != case:
            yield _trace(lines)
            case = row[0]
            lines = [f"<trace>{_text('concept:name', case)}"]
        lines.append(_event(dict(zip(COLUMNS, row, strict=True)), zone))
    yield _trace(lines)
    yield b"</log>\n"


def _trace(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n</trace>\n").encode() if lines else b""


def _event(row: dict[str, Any], zone: tzinfo) -> str:
    moment = row["occurred_at"].astimezone(zone).isoformat(timespec="milliseconds")
    parts = [_text("concept:name", row["step"]), f'<date key="time:timestamp" value="{moment}"/>']
    if row["actor"] != "customer":
        parts.append(_text("org:role", row["actor"]))
    for name in ("name", "touchpoint", "channel", "place", "source"):
        if row[name] is not None and row[name] != row["step"]:
            parts.append(_text(name, row[name]))
    if row["score"] is not None:
        parts.append(f'<float key="score" value="{row["score"]!r}"/>')
    return f"<event>{''.join(parts)}</event>"


def _text(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(_clean(value))}/>"


def _clean(value: str) -> str:
    """Drop what XML 1.0 cannot hold."""
    return "".join(char for char in value if char >= " " or char in "\t\n\r")
