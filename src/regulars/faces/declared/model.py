"""What a noun declares of a form, a list, and the resource that both belong to.

A declaration names and types; it loads no engine. What acts or reads is the noun's service, which
a declaration's functions call with what was asked: store, caller, moment and values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from regulars.faces.columns import Column
from regulars.faces.layout import Section
from regulars.kit.text import Text

Kind = Literal[
    "text", "long", "email", "number", "whole", "flag", "day", "moment", "choice", "radio",
    "choices", "rows", "group", "hidden", "file",
]  # fmt: skip
Offered = Sequence[tuple[Any, ...]]
"""Values with their titles, for a radio button also with a hint."""
MAX_LENGTH = 500
SAVED = Text("Saved.", "已保存。")
ROW = Text("Which one, as the list names it.", "列表中的名称。")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form or list is asked with: by whom, when, which row, with which values."""

    store: Any
    caller: Any
    now: datetime
    values: Mapping[str, Any] = field(default_factory=dict)
    row: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def result(self) -> Any:
        """What the cells of a list are of; a list has no result beside its rows."""
        return None


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks for.

    `choices` are values with titles, or a function of what is asked that gives them. `least` and
    `most` bound a number, `most` the characters of a text. A field of kind `rows` holds a list of
    objects with `fields`, of which the first names the row, one of kind `group` a single object.
    What is an `argument` has no name in a command; `option` is what it is called there, where that
    differs. `default` is what holds where nothing is said. Of `choices` with a title for `every`
    one, a page asks first whether all of them are meant: that is None. What is `placeholder` in an
    empty field is in a choice the title of none, for a file its ending. A text that is required
    has the `pattern`, which the API's document states.
    """

    name: str
    title: Text
    kind: Kind = "text"
    hint: Text | None = None
    required: bool = False
    default: Any = None
    least: float | None = None
    most: float | None = None
    choices: Offered | Callable[[Asked], Offered] = ()
    placeholder: str | Text = ""
    pattern: str = r"\S"
    fields: tuple[Field, ...] = ()
    argument: bool = False
    option: str | None = None
    every: Text | None = None

    def offered(self, call: Asked) -> Offered:
        """Return the values there are to choose from, with their titles."""
        return self.choices(call) if callable(self.choices) else self.choices

    @property
    def words(self) -> Text:
        """What a document or `--help` says of it."""
        words = self.hint or self.title
        if self.every is None:
            return words
        return Text(f"{words.en} None: {self.every.en}.", f"{words.zh}不填：{self.every.zh}。")


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One act that people, programs and commands take by the same fields.

    `act(call)` calls the noun's service and returns what it made. A form `of_lists` acts on one
    row of one of these lists: on the page it is a button of each row for which `when(row)` holds,
    which asks `confirm(row)` first where that is given. `done` is said afterwards; `said` is what a
    command prints instead, with fields of what was asked and answered filled in. `title` is the
    heading, by default what its button says (`submit`). `api` is method and address below the
    resource's (what stands in braces is the row), None where programs do not do this; `status`,
    `answer` and `gives`, its type, say what they get. `command` is what follows the resource's name
    in a command line, None where there is no command; `row_words` says there what a row is called.
    `page` is the address below the resource's at which it stands alone, with the other acts of its
    row (the part in braces), in its `template` under what `titled(row)` says; `held(row)` are the
    values of a row, by default its attributes, and `held(call)` those that a form of none begins
    with, by default the address'. It is None where people do not do this on a page.
    `base(call)` is the version of a document that is seen: it comes back as `call["base"]`, from
    a program where that tells it in the query.
    What makes a `secret` shows it once on the page, and no cache keeps the answer.
    """

    name: str
    submit: Text
    brief: Text
    right: str
    act: Callable[[Asked], Any]
    fields: tuple[Field, ...] = ()
    done: Text = SAVED
    said: Text | None = None
    title: Text | None = None
    of_lists: tuple[str, ...] = ()
    when: Callable[[Any], bool] = lambda _row: True
    confirm: Callable[[Any], Text] | None = None
    warning: Text | None = None
    danger: bool = False
    api: str | None = None
    status: int = 200
    answer: Callable[[Any], Any] = _as_it_is
    gives: Any = None
    command: str | None = None
    secret: bool = False
    row_words: Text = ROW
    page: str | None = ""
    template: str = "declared/form.html"
    titled: Callable[[Any], Text | str] | None = None
    held: Callable[[Any], Mapping[str, Any]] | None = None
    base: Callable[[Asked], int] | None = None

    @property
    def of_row(self) -> bool:
        """Whether it acts on one row of a list."""
        return bool(self.of_lists)

    @property
    def heading(self) -> Text:
        """What the form is called."""
        return self.title or self.submit

    def values_of(self, row: Any) -> Mapping[str, Any]:
        """Return what the fields hold of a row before anybody typed."""
        if self.held is not None:
            return self.held(row)
        return {one.name: getattr(row, one.name, one.default) for one in self.fields}

    def told(self, call: Asked, made: Any) -> Text:
        """Return what a command says when it is done."""
        if self.said is None:
            return self.done
        known = Filled(call, made)
        return Text(self.said.en.format_map(known), self.said.zh.format_map(known))


class Filled(dict[str, Any]):
    """What a sentence is filled with: fields of what was made, else of what was asked."""

    def __init__(self, call: Asked, made: Any) -> None:
        super().__init__(call.values, row=call.row)
        self.made = made

    def __missing__(self, name: str) -> Any:
        return getattr(self.made, name)


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice or day that narrows a list; without one all rows are listed."""

    name: str
    title: Text
    choices: Offered | Callable[[Asked], Offered] = ()
    kind: Literal["choice", "day"] = "choice"

    def offered(self, call: Asked) -> Offered:
        """Return the values there are to choose from, with their titles."""
        return self.choices(call) if callable(self.choices) else self.choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of a resource: `rows(call)` under `columns`, found by words, narrowed by filters.

    The rows are a sequence, which is searched and sorted as it is written; a `Select` of SQL, which
    is read behind a key; or an Arrow table in falling order of `rank`, read likewise. `key` names
    what a row is called, by field or function. A column with a `key` may be sorted by it (`sort`
    holds first, with “-” for falling); those of a `Select` are never NULL. The columns of a
    `Select` that words are looked for in stand in `searched`. `plain` makes an API row, of type
    `gives`; a list with an `api` has that address of its own below the resource's. A page has
    `size` rows. What is of the `rest` a page shows in its own way or not at all, and a command
    with `--all` only.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: Callable[[Asked], Any]
    key: str | Callable[[Any], str] = "id"
    note: Text | None = None
    empty: Text | None = None
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    rank: str = ""
    searched: tuple[str, ...] = ()
    search: bool = False
    plain: Callable[[Any], Any] = _as_it_is
    gives: Any = None
    api: str | None = None
    file: str | None = None
    size: int = 50
    rest: bool = False

    def narrowed(self, call: Asked) -> Asked:
        """Return what is asked without what a filter does not offer."""
        known = {
            one.name: {str(each[0]) for each in one.offered(call)}
            for one in self.filters
            if one.kind == "choice"
        }
        values = {name: value for name, value in call.values.items()
                  if name not in known or str(value) in known[name]}  # fmt: skip
        return replace(call, values=values)

    def name_of(self, row: Any) -> str:
        """Return what a row is called in addresses."""
        if callable(self.key):
            return self.key(row)
        found = row[self.key] if isinstance(row, Mapping) else getattr(row, self.key)
        return str(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A noun that people look through and edit: its lists, its forms, and who may.

    `path` is the page's address, `api` the address for programs, `command` the group of commands,
    of which `listed` prints the lists. `values(call)` is what the noun's own `template` (which
    extends “declared/page.html”) needs beside lists and forms. `whole(call)` is what a program and
    `--json` get of it where that is not the first list. `above` are the pages that lead to it.
    """

    name: str
    path: str
    title: Text
    question: Text
    section: Section
    order: int
    read: str
    brief: Text
    lists: tuple[Listing, ...] = ()
    forms: tuple[Form, ...] = ()
    sub: Text | None = None
    template: str = "declared/page.html"
    values: Callable[[Asked], dict[str, Any]] = lambda _asked: {}
    api: str | None = None
    tag: str | None = None
    command: str | None = None
    help: Text | None = None
    listed: str = "list"
    whole: Callable[[Asked], Any] | None = None
    gives: Any = None
    above: Sequence[tuple[Text, str]] = ()
    navigated: bool = True

    def form(self, name: str) -> Form | None:
        """Return the form of that name; None without one."""
        return next((one for one in self.forms if one.name == name), None)

    def listing(self, name: str) -> Listing | None:
        """Return the list of that name; None without one."""
        return next((one for one in self.lists if one.name == name), None)

    def of_rows(self, name: str) -> list[Form]:
        """Return the forms that act on rows of the list of that name."""
        return [one for one in self.forms if name in one.of_lists]

    def alone(self, form: Form) -> Form | None:
        """Return the form on whose own page a form stands: itself, or one of the same rows."""
        rows = (one for name in form.of_lists for one in self.of_rows(name))
        return next((one for one in (form, *rows) if one.page), None)
