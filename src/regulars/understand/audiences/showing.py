"""Audiences as tables, files, forms and plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa

from regulars.faces.forms import Fields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.errors import RegularsError
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.listen.catalog import service as catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import building
from regulars.understand.audiences.building import Line
from regulars.understand.audiences.fields import FIELDS, KIND_TITLES
from regulars.understand.audiences.model import (
    KINDS,
    Audience,
    Compared,
    Draft,
    Membership,
    Outline,
    Overview,
)
from regulars.understand.audiences.reading import read
from regulars.understand.audiences.writing import write

LIST = (
    Text("Audience", "人群"),
    Text("Condition", "条件"),
    Text("Customers", "客户数"),
    Text("Of", "总数"),
    Text("Mean spend", "人均消费"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Customer lifetime value (CLV)", "客户生命周期价值（CLV）"),
    Text("NPS", "NPS"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "n"),
    Text("CSAT", "CSAT"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "n"),
)
ANSWERS = (
    Text("Audience", "人群"),
    Text("Kind", "类型"),
    Text("Product or service", "产品或服务"),
    Text("Metric", "指标"),
    Text("Members", "成员"),
    Text("n", "n"),
    Text("Other customers", "其他客户"),
    Text("n", "n"),
    Text("Difference", "差异"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("q", "q"),
    Text("Verdict", "结论"),
)
MEMBERS = (
    Text("Customer", "客户"),
    *(
        FIELDS[name].title
        for name in (
            "spend", "orders", "last_seen", "value_group", "segment", "lifetime_value",
            "churn_chance", "nps", "csat", "complaints", "channel", "place",
        )
    ),
)  # fmt: skip
VERDICTS = {
    "better": ("rising", Text("rates better", "评价更好")),
    "worse": ("falling", Text("rates worse", "评价更差")),
}
EMPTY_LINES = 2
NOTHING = Estimate(0, None, None, None)


def list_lines(known: list[Audience], found: Overview) -> Iterator[tuple[Any, ...]]:
    """Yield one line an audience under LIST."""
    for one in known:
        told = found.outlines.get(one.key) or Outline(0, found.customers)
        spend, worth, nps, csat = (
            part or NOTHING for part in (told.spend, told.lifetime_value, told.nps, told.csat)
        )
        yield (
            one.name, one.where, told.n, told.of, spend.value, spend.low, spend.high, worth.value,
            nps.value, nps.low, nps.high, nps.n, csat.value, csat.low, csat.high, csat.n,
        )  # fmt: skip


def answer_lines(
    known: list[Audience], found: list[Compared], title: Callable[[Compared], Text]
) -> Iterator[tuple[Any, ...]]:
    """Yield one line a comparison under ANSWERS."""
    names = {one.key: one.name for one in known}
    for one in found:
        change = one.change
        yield (
            names.get(one.audience, one.audience), KINDS[one.kind], title(one), one.metric,
            one.members.value, one.members.n, one.rest.value, one.rest.n,
            change.difference, change.low, change.high, one.q,
            VERDICTS[one.verdict][1] if one.verdict else None,
        )  # fmt: skip


def member_lines(found: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield one line a member under MEMBERS."""
    for batch in found.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield tuple(
                _choice(name, value) if name in ("value_group", "segment") else value
                for name, value in row.items()
            )


def subject_title(ws: Workspace) -> Callable[[Compared], Text]:
    """Return what names a product or service."""
    touchpoint = catalog.current(ws).title_of
    category = adoption.naming(ws, Kind.CATEGORY)
    return lambda one: touchpoint(one.subject) if one.kind == "service" else category(one.subject)


def _choice(name: str, key: str | None) -> Text | None:
    return None if key is None else FIELDS[name].choices.get(key, Text(key, key))


def values(ws: Workspace) -> dict[str, Any]:
    """Return what the templates of this noun say numbers with."""
    return {
        "subject_title": subject_title(ws),
        "kinds": KINDS,
        "verdicts": VERDICTS,
        "choice": _choice,
        "fields": FIELDS,
        "field_kinds": KIND_TITLES,
    }


def plain(one: Audience, told: Outline | None, last: Membership | None) -> dict[str, Any]:
    """Return an audience with its numbers as plain JSON values."""
    made: dict[str, Any] = msgspec.to_builtins(one)
    made["outline"] = msgspec.to_builtins(told)
    made["written_down"] = msgspec.to_builtins(last)
    return made


def plain_answered(one: Audience, found: Overview, last: Membership | None) -> dict[str, Any]:
    """Return an audience with its numbers and what it answers as plain JSON values."""
    answers = [row for row in found.compared if row.audience == one.key]
    told = found.outlines.get(one.key)
    return {
        **plain(one, told, last),
        "answers": msgspec.to_builtins(answers),
        "money": msgspec.to_builtins(found.money),
    }


def plain_overview(
    every: list[Audience], found: Overview, last: Mapping[str, Membership]
) -> dict[str, Any]:
    """Return all audiences, and the tested answers about products and services."""
    items = [plain(one, found.outlines.get(one.key), last.get(one.key)) for one in every]
    made: dict[str, Any] = msgspec.to_builtins(found)
    del made["outlines"]
    made["last_event_at"] = made.pop("as_of")
    return {"items": items, **made}


def form_values(one: Audience | None, where: str, how: str) -> dict[str, Any]:
    """Return the form's fields as they stand: of an audience, or of a condition to begin with."""
    condition = one.where if one else where
    rows = building.lines_of(read(condition)) if condition else ([], True)
    lines, every = rows or ([], True)
    return {
        "name": one.name if one else "",
        "note": one.note if one else "",
        "where": condition,
        "how": "sql" if rows is None or how == "sql" else "rows",
        "every": every,
        "lines": lines,
        "buildable": rows is not None,
    }


def typed(fields: Fields) -> dict[str, Any]:
    """Return the form's fields as they were sent, for showing them again."""
    raw = fields.raw
    return {
        "name": raw.get("name", ""),
        "note": raw.get("note", ""),
        "where": raw.get("where", ""),
        "how": "sql" if raw.get("how") == "sql" else "rows",
        "every": raw.get("match") != "any",
        "lines": lines(raw),
        "buildable": True,
    }


def lines(raw: Mapping[str, str]) -> list[Line]:
    """Return the builder's rows as sent."""
    found = [
        Line(raw.get(f"field-{n}", ""), raw.get(f"operator-{n}", "="), raw.get(f"value-{n}", ""))
        for n in range(building.MAX_ROWS)
    ]
    while found and not found[-1].field and not found[-1].words:
        found.pop()
    return found


def padded(found: list[Line], more: int = EMPTY_LINES) -> list[Line]:
    """Return the rows with some empty ones below."""
    return [*found, *[Line()] * more][: building.MAX_ROWS]


def where(fields: Fields) -> str | None:
    """Return the condition that the form says, in SQL; what is wrong is noted at its field."""
    raw = fields.raw
    try:
        if raw.get("how") == "sql":
            return write(read(raw.get("where", "")))
        return write(building.build(lines(raw), every=raw.get("match") != "any"))
    except RegularsError as error:
        fields.take(error)
        return None


def draft(fields: Fields) -> Draft | None:
    """Return what the form wants; None where a field is wrong."""
    name = fields.text("name", required=True, most=120) or ""
    note = fields.text("note", most=1_000) or ""
    condition = where(fields)
    return Draft(name, condition, note) if condition is not None and fields.ok else None


def field_options() -> list[tuple[str, str]]:
    """Return the choices of the builder's first column."""
    return [(one.key, say(one.title)) for one in FIELDS.values()]


def operator_options() -> list[tuple[str, str]]:
    """Return the choices of the builder's second column."""
    return [(key, say(title)) for key, title in building.CHOICES]


def titles() -> dict[str, str]:
    """Return the titles of the pages that share a template."""
    return {"new": _("New audience"), "edit": _("Edit audience")}
