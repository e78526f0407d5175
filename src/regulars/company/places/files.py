"""The organisation tree as a TOML file: `[[place]]` tables."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from datetime import date

import msgspec

from regulars.company.places.model import Kind, Place, Tree
from regulars.kit.errors import Invalid
from regulars.kit.text import Text


class _Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: str = ""
    zh: str = ""


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    name: str | _Name = ""
    kind: Kind = Kind.STORE
    parent: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    place: list[_Row] = []


def name_of(en: str, zh: str, otherwise: str) -> Text:
    """Return the name in both languages; one that is missing is filled from the other."""
    en, zh = en.strip(), zh.strip()
    return Text(en or zh or otherwise, zh or en or otherwise)


def parse(words: str) -> Tree:
    """Read the tree; raises Invalid that names the line or the place which is wrong."""
    try:
        rows = msgspec.convert(tomllib.loads(words), _File).place
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(
            "places.file",
            Text(f"The file of places is wrong: {error}.", f"地点文件有误：{error}。"),
        ) from error
    return Tree(_place(row) for row in rows)


def render(places: Iterable[Place]) -> str:
    """Return the file's text; `parse` gives the same places back."""
    return "\n".join(_table(place) for place in places)


def _place(row: _Row) -> Place:
    if isinstance(row.name, str):
        name = name_of(row.name, "", row.id)
    else:
        name = name_of(row.name.en, row.name.zh, row.id)
    return Place(row.id, name, row.kind, row.parent, row.opened_on, row.closed_on)


def _table(place: Place) -> str:
    lines = [
        "[[place]]",
        f"id = {_string(place.id)}",
        f"name = {{ en = {_string(place.name.en)}, zh = {_string(place.name.zh)} }}",
        f"kind = {_string(place.kind.value)}",
    ]
    if place.parent is not None:
        lines.append(f"parent = {_string(place.parent)}")
    for field, day in (("opened_on", place.opened_on), ("closed_on", place.closed_on)):
        if day is not None:
            lines.append(f"{field} = {day.isoformat()}")
    return "\n".join(lines) + "\n"


def _string(words: str) -> str:
    # A JSON string is a TOML basic string, but for the delete character, which TOML wants escaped.
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
