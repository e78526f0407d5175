"""Audiences as tables, files, forms and plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.faces.forms import Fields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.errors import RegularsError
from regulars.understand.audiences import building
from regulars.understand.audiences.building import TypedRule
from regulars.understand.audiences.fields import FIELDS, KIND_TITLES
from regulars.understand.audiences.model import (
    Audience,
    Draft,
)
from regulars.understand.audiences.reading import read
from regulars.understand.audiences.writing import write

EMPTY_LINES = 2


def values() -> dict[str, Any]:
    """Return what the form says fields with."""
    return {"fields": FIELDS, "field_kinds": KIND_TITLES}


def form_values(audience: Audience | None, where: str, how: str) -> dict[str, Any]:
    """Return the form's fields as they stand: of an audience, or of a condition to begin with."""
    condition = audience.where if audience else where
    rows = building.lines_of(read(condition)) if condition else ([], True)
    lines, every = rows or ([], True)
    return {
        "name": audience.name if audience else "",
        "note": audience.note if audience else "",
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


def lines(raw: Mapping[str, str]) -> list[TypedRule]:
    """Return the builder's rows as sent."""
    found = [
        TypedRule(
            raw.get(f"field-{n}", ""), raw.get(f"operator-{n}", "="), raw.get(f"value-{n}", "")
        )
        for n in range(building.MAX_ROWS)
    ]
    while found and not found[-1].field and not found[-1].words:
        found.pop()
    return found


def padded(found: list[TypedRule], more: int = EMPTY_LINES) -> list[TypedRule]:
    """Return the rows with some empty ones below."""
    return [*found, *[TypedRule()] * more][: building.MAX_ROWS]


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
