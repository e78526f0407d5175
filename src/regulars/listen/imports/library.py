"""The recipes there are: those that come with the product, and mappings from a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import chain
from pathlib import Path

import msgspec

from regulars.faces.command import read_text
from regulars.kit import clock
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.registry import Registry
from regulars.kit.text import Text
from regulars.listen.catalog.model import KEY
from regulars.listen.imports import building, currencies
from regulars.listen.imports.columns import EPOCHS, ISO
from regulars.listen.imports.model import Column, Habits, Recipe, Scalar

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


RECIPES: Registry[Recipe] = Registry(Text("import template", "导入模板"))
"""Recipes of other distributions (entry-point group `regulars.plugins`) add themselves here."""


def add(words: str) -> Recipe:
    """Add a recipe given as TOML; raises Invalid when it is wrong, Conflict when it is there."""
    recipe = parse(words)
    return RECIPES.add(recipe.name, recipe)


def every() -> dict[str, Recipe]:
    """Return the product's own recipes, then those that plug-ins added, by name."""
    return {**shipped(), **{recipe.name: recipe for recipe in RECIPES.values()}}


@cache
def shipped() -> dict[str, Recipe]:
    """Return the product's own recipes by name."""
    found: dict[str, Recipe] = {}
    for file in sorted(resources.files("regulars.listen.imports.recipes").iterdir(), key=str):
        if file.name.endswith(".toml"):
            recipe = parse(file.read_text("utf-8"), file.name)
            found[recipe.name] = recipe
    return found


def get(name: str) -> Recipe:
    """Return a recipe by name; raises NotFound that lists what there is."""
    recipes = every()
    if name not in recipes:
        known = ", ".join(recipes)
        raise NotFound(
            "import.recipe",
            Text(
                f"There is no import template “{name}”. Known: {known}.",
                f"没有导入模板“{name}”。已有：{known}。",
            ),
            recipe=name,
        )
    return recipes[name]


def load(file: Path) -> Recipe:
    """Read a mapping from a file; raises NotFound or Invalid."""
    if not file.is_file():
        raise NotFound("import.no_mapping", Text(f"There is no file {file}.", f"没有文件 {file}。"))
    return parse(read_text(file), file.name)


def parse(words: str, origin: str = "mapping.toml", *, draft: bool = False) -> Recipe:
    """Read and check a recipe; raises Invalid that says what is wrong and where.

    A `draft` may still have something to be filled in.
    """
    try:
        recipe = msgspec.convert(tomllib.loads(words), Recipe)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(
            "recipe.unreadable", Text(f"{origin} is wrong: {error}.", f"{origin} 有误：{error}。")
        ) from error
    for problem in _problems(recipe):
        raise Invalid(
            "recipe.wrong",
            Text(f"{origin} is wrong: {problem.en}", f"{origin} 有误：{problem.zh}"),
        )
    building.check_events(recipe)
    if not draft:
        building.check_filled(recipe)
    return recipe


def _problems(recipe: Recipe) -> Iterator[Text]:
    names = [*(part.name for part in recipe.inputs), *(table.name for table in recipe.tables)]
    words = [*names, *(event.key for event in recipe.events)]
    for word in words:
        if NAME.fullmatch(word) is None:
            yield Text(
                f"“{word}” is no name: use letters, digits and _.",
                f"“{word}”不能作为名称：请使用字母、数字和下划线。",
            )
    for name in names:
        if names.count(name) > 1:
            yield Text(f"“{name}” stands twice.", f"“{name}”重复。")
    yield from _unknown_references(recipe)
    for zone in _zones(recipe):
        if not clock.is_zone(zone):
            yield Text(f"“{zone}” is no time zone.", f"“{zone}”不是时区。")
    if recipe.currency is not None and recipe.currency not in currencies.CODES:
        yield Text(f"“{recipe.currency}” is no currency.", f"“{recipe.currency}”不是币种。")
    yield from _unsound_patterns(recipe)
    for point in recipe.touchpoints:
        if KEY.match(point.key) is None or not (point.en.strip() and point.zh.strip()):
            yield Text(
                f"The touchpoint “{point.key}” needs a key of small letters, digits and _, "
                "and a name in both languages.",
                f"触点“{point.key}”须有由小写字母、数字和下划线组成的键，以及两种语言的名称。",
            )
    for part in recipe.inputs:
        own = [one.formats for one in part.columns.values() if isinstance(one, Column)]
        for format_ in (*part.formats, *chain.from_iterable(own)):
            problem = _format_problem(format_)
            if problem is not None:
                yield problem


def _unsound_patterns(recipe: Recipe) -> Iterator[Text]:
    for part in recipe.inputs:
        for name, column in part.columns.items():
            try:
                re.compile(column.like if isinstance(column, Column) else "")
            except re.error as error:
                yield Text(
                    f"“like” of the column “{name}” is no pattern: {error}.",
                    f"列“{name}”的 like 不是有效的匹配式：{error}。",
                )


def _unknown_references(recipe: Recipe) -> Iterator[Text]:
    """Yield what is used before it is made."""
    tables = {part.name for part in recipe.inputs}
    for table in recipe.tables:
        origins = [*table.union, *(join.table for join in table.join)]
        origins += [table.from_] if table.from_ else []
        if bool(table.from_) == bool(table.union):
            yield Text(
                f"The table “{table.name}” takes either “from” or “union”.",
                f"表“{table.name}”须在 from 与 union 中二选一。",
            )
        yield from (_unknown(name) for name in origins if name not in tables)
        tables.add(table.name)
    yield from (_unknown(event.from_) for event in recipe.events if event.from_ not in tables)


def _unknown(name: str) -> Text:
    return Text(f"“{name}” is not made yet.", f"“{name}”尚未定义。")


def _zones(recipe: Recipe) -> Iterator[str]:
    zones = [recipe.zone, *(part.zone for part in recipe.inputs)]
    for part in recipe.inputs:
        zones += [one.zone for one in part.columns.values() if isinstance(one, Column)]
    yield from (zone for zone in zones if zone is not None)


def written_as(recipe: Recipe, habits: Habits) -> Recipe:
    """Return the recipe for files written that way; raises Invalid that names what is wrong."""
    check_zone(habits.zone)
    if habits.decimal not in (None, ".", ","):
        raise Invalid(
            "import.decimal",
            Text("The decimal mark is “.” or “,”.", "小数点只能是“.”或“,”。"),
            field="decimal",
        )
    for problem in map(_format_problem, habits.formats):
        if problem is not None:
            raise Invalid("import.date_format", problem, field="date_format")
    given = {"decimal": habits.decimal, "formats": habits.formats}
    said = {name: value for name, value in given.items() if value}
    inputs = tuple(msgspec.structs.replace(part, **said) for part in recipe.inputs)
    currency = currencies.check(habits.currency) if habits.currency else None
    words = {"source": habits.source, "currency": currency}
    return msgspec.structs.replace(
        recipe,
        zone=habits.zone or recipe.zone,
        currency=currency or recipe.currency,
        source=habits.source or recipe.source,
        set=_said_anew(recipe.set, words),
        inputs=inputs,
        events=tuple(
            msgspec.structs.replace(one, set=_said_anew(one.set, words)) for one in recipe.events
        ),
        answers={**recipe.answers, **habits.answers},
    )


def _said_anew(settled: dict[str, Scalar], words: Mapping[str, str | None]) -> dict[str, Scalar]:
    """Return what holds for every event with what is said beside the recipe instead."""
    return {name: words.get(name) or value for name, value in settled.items()}


def _format_problem(format_: str) -> Text | None:
    if "%" in format_ or format_ == ISO or format_ in EPOCHS:
        return None
    return Text(
        f"“{format_}” is no format of times; write one like %d/%m/%Y %H:%M, or iso.",
        f"“{format_}”不是时间格式；请写成 %d/%m/%Y %H:%M 这样的形式，或写 iso。",
    )


def check_zone(zone: str | None) -> None:
    """Raise Invalid when `zone` is given and is no time zone."""
    if zone is not None and not clock.is_zone(zone):
        raise Invalid(
            "import.zone_unknown",
            Text(
                f"“{zone}” is no time zone; write one like Asia/Shanghai.",
                f"“{zone}”不是时区；请写成 Asia/Shanghai 这样的名称。",
            ),
            field="zone",
        )


def render(recipe: Recipe) -> str:
    """Return the recipe as TOML that `parse` reads back to the same recipe."""
    content = msgspec.to_builtins(recipe)
    lines = [f"{key} = {_inline(value)}" for key, value in content.items() if not _is_block(value)]
    for key in ("touchpoints", "inputs", "tables", "events"):
        for part in content.get(key, ()):
            lines += ["", f"[[{key}]]", *_block(part, key)]
    return "\n".join(lines) + "\n"


def _is_block(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], dict)


def _block(part: dict[str, object], path: str) -> list[str]:
    plain = [f"{key} = {_inline(value)}" for key, value in part.items() if not _nested(value)]
    for key, value in part.items():
        if isinstance(value, dict) and value:
            plain += ["", f"[{path}.{key}]"]
            plain += [f"{_key(name)} = {_inline(inner)}" for name, inner in value.items()]
    return plain


def _nested(value: object) -> bool:
    return isinstance(value, dict)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _inline(name)


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    # JSON's strings and scalars are TOML's; DEL is the one character TOML wants escaped besides.
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
