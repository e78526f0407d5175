"""The values of a declared form: as a browser sends them, and as programs and commands do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import typer
from fastapi import Query
from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as Bound

from regulars.faces import help_texts
from regulars.faces.declared.model import MAX_LENGTH, Asked, Field, Filter, Form
from regulars.faces.forms import Fields
from regulars.kit.text import Text

TYPES: dict[str, Any] = {"number": float, "whole": int, "flag": bool, "choices": list[str]}
SPARE = 2
"""Empty rows that a form offers below those there are."""
REMOVE = "remove"
"""The tick that takes a row out."""


def sent(form: Form, fields: Fields, call: Asked) -> dict[str, Any]:
    """Return the values of a form that a browser sent; what is wrong stands in `fields.errors`."""
    base = {"base": fields.whole("base", least=0)} if form.base else {}
    return _sent(form.fields, fields, call) | base


def _sent(
    declared: tuple[Field, ...], fields: Fields, call: Asked, before: str = ""
) -> dict[str, Any]:
    return {field.name: _value(field, before + field.name, fields, call) for field in declared}


def _value(field: Field, name: str, fields: Fields, call: Asked) -> Any:
    match field.kind:
        case "number":
            found: Any = fields.number(
                name, required=field.required, least=field.least, most=field.most
            )
        case "whole":
            found = fields.whole(
                name, required=field.required, least=_int(field.least), most=_int(field.most)
            )
        case "flag":
            return fields.flag(name)
        case "email":
            found = fields.email(name, required=field.required)
        case "day":
            found = fields.day(name, required=field.required)
        case "moment":
            found = fields.moment(name, call.store.zone, required=field.required)
        case "choice" | "radio":
            offered = [str(choice[0]) for choice in field.offered(call)]
            found = fields.choice(name, offered, required=field.required)
        case "choices":  # what follows from the store is judged by the service, which says more
            allowed = None if callable(field.choices) else [str(each[0]) for each in field.choices]
            fields.choices(name, allowed)
            found = _ticked(field, name, fields)
            return found if field.every else found or field.default
        case "file":
            return fields.file(name, required=field.required)
        case "rows" | "group":
            return _nested(field, name, fields, call)
        case "hidden":  # as it came, with the blanks at its ends
            found = fields.text(name, required=field.required, most=int(field.most or MAX_LENGTH))
            found = fields.raw[name] if found else None
        case _:
            found = fields.text(name, required=field.required, most=int(field.most or MAX_LENGTH))
    return field.default if found is None else found


def _ticked(field: Field, name: str, fields: Fields) -> list[str] | None:
    """Return the values that are ticked; None where every one is meant."""
    ticked, wish = fields.choices(name), fields.raw[f"{name}.every"]
    return None if field.every and (wish == "every" or not (wish or ticked)) else ticked


def _nested(field: Field, name: str, fields: Fields, call: Asked) -> Any:
    """Return a group's values, or the rows in which anything was typed that are not removed."""
    if field.kind == "group":
        return _sent(field.fields, fields, call, f"{name}.")
    return [
        _sent(field.fields, fields, call, f"{name}.{place}.")
        for place in _places(field, name, fields)
        if not fields.flag(f"{name}.{place}.{REMOVE}")
    ]


def _places(field: Field, name: str, fields: Fields) -> list[int]:
    """Return the numbers of the rows in which anything was typed: `NAME.0.FIELD`…"""
    begun = (key.removeprefix(f"{name}.").partition(".")[0] for key in fields.raw
             if key.startswith(f"{name}."))  # fmt: skip
    numbers = sorted({int(place) for place in begun if place.isdecimal()})
    return [place for place in numbers if _is_typed(field.fields, fields, f"{name}.{place}.")]


def _is_typed(declared: Iterable[Field], fields: Fields, before: str) -> bool:
    """Tell whether anything was typed into a row beside what an empty one holds."""
    for field in declared:
        name = before + field.name
        if field.kind == "rows":
            typed_in = bool(_places(field, name, fields))
        else:
            typed_in = fields.raw[name].strip() not in ("", str(field.default))
        if typed_in:
            return True
    return False


def _int(value: float | None) -> int | None:
    return None if value is None else int(value)


def body(form: Form) -> type[BaseModel]:
    """Return the type of what a program sends: unknown fields are refused."""
    return _body(f"{form.name.title().replace('-', '')}Body", form.brief, form.fields)


def _body(name: str, about: Text, fields: Iterable[Field]) -> type[BaseModel]:
    made: dict[str, Any] = {field.name: _typed(field) for field in fields}
    return create_model(name, __config__=ConfigDict(extra="forbid"), __doc__=about.en, **made)


def _typed(field: Field) -> tuple[Any, Any]:
    if field.fields:
        row = _body(field.name.title(), field.title, field.fields)
        kind: Any = row if field.kind == "group" else list[row]  # type: ignore[valid-type]
    else:
        kind = _kind(field)
    limits: dict[str, Any] = {"description": field.words.en}
    if kind is str:
        limits |= {"max_length": int(field.most or MAX_LENGTH)}
        limits |= {"min_length": 1, "pattern": field.pattern} if field.required else {}
    elif field.kind in ("number", "whole"):
        limits |= {"ge": field.least, "le": field.most, "strict": True}
    if field.required and field.default is None:
        return kind, Bound(**limits)
    default = False if field.kind == "flag" and field.default is None else field.default
    return (kind if default is not None else kind | None), Bound(default, **limits)


def queried(field: Field) -> tuple[Any, Any]:
    """Return a field as one of an address' query, as its type and what bounds it."""
    if (kind := _kind(field)) is not str:
        return kind, Query(description=field.words.en)
    most = int(field.most or MAX_LENGTH)
    return str, Query(min_length=1, max_length=most, description=field.words.en)


def narrowing(declared: Filter) -> Any:
    """Return the type of a filter as one of an address' query."""
    kind: Any = str
    if declared.choices and not callable(declared.choices):
        kind = Literal[tuple(str(choice[0]) for choice in declared.choices)]
    return Annotated[kind | None, Query(description=declared.title.en)]


def _kind(field: Field) -> Any:
    if (
        field.kind in ("choice", "radio", "choices")
        and not callable(field.choices)
        and field.choices
    ):
        chosen: Any = Literal[tuple(str(choice[0]) for choice in field.choices)]
        return list[chosen] if field.kind == "choices" else chosen
    return TYPES.get(field.kind, str)


def options(form: Form) -> dict[str, tuple[Any, Any]]:
    """Return the arguments and options of a form's command, as type and default by field."""
    return {field.name: _option(field) for field in form.fields if not field.fields}


def _option(field: Field) -> tuple[Any, Any]:
    words = help_texts.declared(field.words)
    kind = {**TYPES, "whole": int}.get(field.kind, str)
    if field.argument:
        argument = typer.Argument(help=words, metavar=field.name.upper(), show_default=False)
        return Annotated[kind, argument], ...
    name = f"--{(field.option or field.name).replace('_', '-')}"
    option = typer.Option(name, help=words, min=field.least, max=field.most) if kind in (
        int, float) else typer.Option(name, help=words)  # fmt: skip
    default = False if field.kind == "flag" and field.default is None else field.default
    if field.required and default is None:
        return Annotated[kind, option], ...
    return Annotated[kind if default is not None else kind | None, option], default


def typed(form: Form, call: Asked, fields: Fields | None) -> dict[str, Any]:
    """Return what a form's fields show: what was sent, else what `call` says, else defaults.

    A field of a row stands under its whole name, such as `stages.0.key`; under that of the rows
    stand their numbers, the spare ones last.
    """
    return _typed_of(form.fields, call.values, fields)


def _typed_of(
    declared: Iterable[Field], values: Mapping[str, Any], fields: Fields | None, before: str = ""
) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for field in declared:
        name = before + field.name
        if field.kind == "rows":
            shown |= _typed_rows(field, name, values.get(field.name) or (), fields)
        elif field.kind == "group":
            shown |= _typed_of(field.fields, values.get(field.name) or {}, fields, f"{name}.")
        elif fields is None:
            shown[name] = values.get(field.name, field.default)
        else:
            ticked = field.kind == "choices"
            shown[name] = _ticked(field, name, fields) if ticked else fields.raw[name]
    return shown


def _typed_rows(
    field: Field, name: str, rows: Iterable[Mapping[str, Any]], fields: Fields | None
) -> dict[str, Any]:
    known = dict(enumerate(rows))
    if fields is not None:
        known = {place: {} for place in _places(field, name, fields)}
    first = max(known, default=-1) + 1
    spare: dict[int, Mapping[str, Any]] = {place: {} for place in range(first, first + SPARE)}
    shown: dict[str, Any] = {name: [*known, *spare]}
    for place, row in (known | spare).items():
        sent = fields if place in known else None
        shown |= _typed_of(field.fields, row, sent, f"{name}.{place}.")
        shown[f"{name}.{place}.{REMOVE}"] = bool(sent and sent.flag(f"{name}.{place}.{REMOVE}"))
    return shown


def offered(declared: Iterable[Field], call: Asked, before: str = "") -> dict[str, Any]:
    """Return what there is to choose from; of a row's field under `ROWS.FIELD`."""
    found: dict[str, Any] = {}
    for field in declared:
        found[before + field.name] = field.offered(call)
        found |= offered(field.fields, call, f"{before}{field.name}.")
    return found
