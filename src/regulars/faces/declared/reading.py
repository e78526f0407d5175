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


def sent(form: Form, fields: Fields, asked: Asked) -> dict[str, Any]:
    """Return the values of a form that a browser sent; what is wrong stands in `fields.errors`."""
    base = {"base": fields.whole("base", least=0)} if form.base else {}
    return _sent(form.fields, fields, asked) | base


def _sent(
    declared: tuple[Field, ...], fields: Fields, asked: Asked, before: str = ""
) -> dict[str, Any]:
    return {one.name: _value(one, before + one.name, fields, asked) for one in declared}


def _value(one: Field, name: str, fields: Fields, asked: Asked) -> Any:
    match one.kind:
        case "number":
            found: Any = fields.number(name, required=one.required, least=one.least, most=one.most)
        case "whole":
            found = fields.whole(
                name, required=one.required, least=_int(one.least), most=_int(one.most)
            )
        case "flag":
            return fields.flag(name)
        case "email":
            found = fields.email(name, required=one.required)
        case "day":
            found = fields.day(name, required=one.required)
        case "moment":
            found = fields.moment(name, asked.store.zone, required=one.required)
        case "choice" | "radio":
            offered = [str(choice[0]) for choice in one.offered(asked)]
            found = fields.choice(name, offered, required=one.required)
        case "choices":  # what follows from the store is judged by the service, which says more
            allowed = None if callable(one.choices) else [str(each[0]) for each in one.choices]
            fields.choices(name, allowed)
            found = _ticked(one, name, fields)
            return found if one.every else found or one.default
        case "file":
            return fields.file(name, required=one.required)
        case "rows" | "group":
            return _nested(one, name, fields, asked)
        case "hidden":  # as it came, with the blanks at its ends
            found = fields.text(name, required=one.required, most=int(one.most or MAX_LENGTH))
            found = fields.raw[name] if found else None
        case _:
            found = fields.text(name, required=one.required, most=int(one.most or MAX_LENGTH))
    return one.default if found is None else found


def _ticked(one: Field, name: str, fields: Fields) -> list[str] | None:
    """Return the values that are ticked; None where every one is meant."""
    ticked, wish = fields.choices(name), fields.raw[f"{name}.every"]
    return None if one.every and (wish == "every" or not (wish or ticked)) else ticked


def _nested(one: Field, name: str, fields: Fields, asked: Asked) -> Any:
    """Return a group's values, or the rows in which anything was typed that are not removed."""
    if one.kind == "group":
        return _sent(one.fields, fields, asked, f"{name}.")
    return [
        _sent(one.fields, fields, asked, f"{name}.{place}.")
        for place in _places(one, name, fields)
        if not fields.flag(f"{name}.{place}.{REMOVE}")
    ]


def _places(one: Field, name: str, fields: Fields) -> list[int]:
    """Return the numbers of the rows in which anything was typed: `NAME.0.FIELD`…"""
    begun = (key.removeprefix(f"{name}.").partition(".")[0] for key in fields.raw
             if key.startswith(f"{name}."))  # fmt: skip
    numbers = sorted({int(place) for place in begun if place.isdecimal()})
    return [place for place in numbers if _is_typed(one.fields, fields, f"{name}.{place}.")]


def _is_typed(declared: Iterable[Field], fields: Fields, before: str) -> bool:
    """Tell whether anything was typed into a row beside what an empty one holds."""
    for one in declared:
        name = before + one.name
        if _places(one, name, fields) if one.kind == "rows" else fields.raw[name].strip() not in (
            "", str(one.default)
        ):  # fmt: skip
            return True
    return False


def _int(value: float | None) -> int | None:
    return None if value is None else int(value)


def body(form: Form) -> type[BaseModel]:
    """Return the type of what a program sends: unknown fields are refused."""
    return _body(f"{form.name.title().replace('-', '')}Body", form.brief, form.fields)


def _body(name: str, about: Text, fields: Iterable[Field]) -> type[BaseModel]:
    made: dict[str, Any] = {one.name: _typed(one) for one in fields}
    return create_model(name, __config__=ConfigDict(extra="forbid"), __doc__=about.en, **made)


def _typed(one: Field) -> tuple[Any, Any]:
    if one.fields:
        row = _body(one.name.title(), one.title, one.fields)
        kind: Any = row if one.kind == "group" else list[row]  # type: ignore[valid-type]
    else:
        kind = _kind(one)
    limits: dict[str, Any] = {"description": one.words.en}
    if kind is str:
        limits |= {"max_length": int(one.most or MAX_LENGTH)}
        limits |= {"min_length": 1, "pattern": one.pattern} if one.required else {}
    elif one.kind in ("number", "whole"):
        limits |= {"ge": one.least, "le": one.most, "strict": True}
    if one.required and one.default is None:
        return kind, Bound(**limits)
    default = False if one.kind == "flag" and one.default is None else one.default
    return (kind if default is not None else kind | None), Bound(default, **limits)


def queried(one: Field) -> tuple[Any, Any]:
    """Return a field as one of an address' query, as its type and what bounds it."""
    if (kind := _kind(one)) is not str:
        return kind, Query(description=one.words.en)
    most = int(one.most or MAX_LENGTH)
    return str, Query(min_length=1, max_length=most, description=one.words.en)


def narrowing(one: Filter) -> Any:
    """Return the type of a filter as one of an address' query."""
    kind: Any = str
    if one.choices and not callable(one.choices):
        kind = Literal[tuple(str(choice[0]) for choice in one.choices)]
    return Annotated[kind | None, Query(description=one.title.en)]


def _kind(one: Field) -> Any:
    if one.kind in ("choice", "radio", "choices") and not callable(one.choices) and one.choices:
        chosen: Any = Literal[tuple(str(choice[0]) for choice in one.choices)]
        return list[chosen] if one.kind == "choices" else chosen
    return TYPES.get(one.kind, str)


def options(form: Form) -> dict[str, tuple[Any, Any]]:
    """Return the arguments and options of a form's command, as type and default by field."""
    return {one.name: _option(one) for one in form.fields if not one.fields}


def _option(one: Field) -> tuple[Any, Any]:
    words = help_texts.declared(one.words)
    kind = {**TYPES, "whole": int}.get(one.kind, str)
    if one.argument:
        argument = typer.Argument(help=words, metavar=one.name.upper(), show_default=False)
        return Annotated[kind, argument], ...
    name = f"--{(one.option or one.name).replace('_', '-')}"
    option = typer.Option(name, help=words, min=one.least, max=one.most) if kind in (
        int, float) else typer.Option(name, help=words)  # fmt: skip
    default = False if one.kind == "flag" and one.default is None else one.default
    if one.required and default is None:
        return Annotated[kind, option], ...
    return Annotated[kind if default is not None else kind | None, option], default


def typed(form: Form, asked: Asked, fields: Fields | None) -> dict[str, Any]:
    """Return what a form's fields show: what was sent, else what `asked` says, else defaults.

    A field of a row stands under its whole name, such as `stages.0.key`; under that of the rows
    stand their numbers, the spare ones last.
    """
    return _typed_of(form.fields, asked.values, fields)


def _typed_of(
    declared: Iterable[Field], values: Mapping[str, Any], fields: Fields | None, before: str = ""
) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for one in declared:
        name = before + one.name
        if one.kind == "rows":
            shown |= _typed_rows(one, name, values.get(one.name) or (), fields)
        elif one.kind == "group":
            shown |= _typed_of(one.fields, values.get(one.name) or {}, fields, f"{name}.")
        elif fields is None:
            shown[name] = values.get(one.name, one.default)
        else:
            ticked = one.kind == "choices"
            shown[name] = _ticked(one, name, fields) if ticked else fields.raw[name]
    return shown


def _typed_rows(
    one: Field, name: str, rows: Iterable[Mapping[str, Any]], fields: Fields | None
) -> dict[str, Any]:
    known = dict(enumerate(rows))
    if fields is not None:
        known = {place: {} for place in _places(one, name, fields)}
    first = max(known, default=-1) + 1
    spare: dict[int, Mapping[str, Any]] = {place: {} for place in range(first, first + SPARE)}
    shown: dict[str, Any] = {name: [*known, *spare]}
    for place, row in (known | spare).items():
        sent = fields if place in known else None
        shown |= _typed_of(one.fields, row, sent, f"{name}.{place}.")
        shown[f"{name}.{place}.{REMOVE}"] = bool(sent and sent.flag(f"{name}.{place}.{REMOVE}"))
    return shown


def offered(declared: Iterable[Field], asked: Asked, before: str = "") -> dict[str, Any]:
    """Return what there is to choose from; of a row's field under `ROWS.FIELD`."""
    found: dict[str, Any] = {}
    for one in declared:
        found[before + one.name] = one.offered(asked)
        found |= offered(one.fields, asked, f"{before}{one.name}.")
    return found
