"""What an analysis declares: its question, options, tables of typed columns, customers, panel.

A declaration names and types; it loads no engine. What computes the answer is the noun's service,
imported when the question is first asked: its `stored` and `answered`, and what the declaration
calls by `view.service`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from regulars.faces.columns import Column
from regulars.kit.text import Text
from regulars.understand.analyses.options import Option, Options

PERSON = "person_id"
CUSTOMER, CUSTOMERS = Text("Customer", "客户"), Text("Customers", "客户")
WAITING = Text("Calculating…", "计算中…")
NOBODY = Text(
    "No customer matches. Search for another name.", "没有符合条件的客户，请换个名称搜索。"
)


def touchpoint_page(key: str) -> str:
    """Return the address of a touchpoint's page."""
    return f"/journey/touchpoints/{quote(key, safe='')}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the answer: `rows(view)` under `columns`; a page shows the first `most`.

    `file` is the name of the file, by default the analysis' and the table's.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: Callable[[Any], Iterable[Any]]
    most: int | None = None
    file: str | None = None
    empty: Text | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart above the table `table`, which holds the same numbers.

    `name` tells it from another picture of that table; where `draw` gives None there is none to
    draw. It is `height` pixels high; one of bars grows above that by `bar` pixels each.
    """

    table: str
    title: Text
    draw: Callable[[Any], Any]
    height: int = 240
    bar: int = 0
    name: str | None = None

    def tall(self, drawn: Any) -> int:
        """Return how high the chart is, drawn so."""
        return max(self.height, 50 + self.bar * len(drawn["yAxis"]["data"]) if self.bar else 0)


@dataclass(frozen=True, slots=True)
class Customers:
    """A list of customers behind an analysis, at its `name` below the analysis' address.

    `rows(view, **filters)` returns an Arrow table with one row a customer in falling order of
    `rank`. `columns` are those of page and file behind the customer's own; `plain` makes an API row
    of a table's row; `note` stands below the page's list. A list that stands `alone` takes no
    option of the analysis; its view has the stored answer, if there is one. Where its address
    names one thing, `of(view, **filters)` tells that by name, address and a word about it; the
    question has the `{name}`. One that may be long `cuts` itself: `rows` takes `size` and the key
    `after` as well, and a page counts no rows.
    """

    question: Text
    rows: Callable[..., Any]
    rank: str
    columns: tuple[Column, ...]
    filters: tuple[Option, ...] = ()
    file: str = "customers"
    plain: Callable[[dict[str, Any]], dict[str, Any]] = dict
    note: Callable[[Any], Text | str] | None = None
    empty: Text = NOBODY
    name: str = "customers"
    title: Text = CUSTOMERS
    alone: bool = False
    of: Callable[..., tuple[str, str, str]] | None = None
    cuts: bool = False

    @property
    def key(self) -> str:
        """What the command calls it."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def api_name(self) -> str:
        """Its address below that of the API's answer."""
        return self.name if self.of else self.key


@dataclass(frozen=True, slots=True)
class Panel:
    """What a person's page shows of an analysis.

    `of(view, person)` returns it, None where there is nothing; the template knows it as `one`. One
    that stands `alone` takes no option, does without an answer, and the API tells it by itself.
    """

    of: Callable[[Any, str], Any]
    template: str
    order: int
    missing: Text
    path: str | None = None
    plain: Callable[[Any, Any], Any] | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A value with its range and without an n of its own, such as one customer's."""

    value: float | None
    low: float | None
    high: float | None


def _of_places(options: Options) -> tuple[Any, ...]:
    return (options.scope,)


def _nothing_more(_view: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One question with its answer, declared once.

    `noun` is the package that answers, `name` what it is called in addresses, API and command.
    `result` names the answer's type in the noun's model. `ask` turns what the caller asks into the
    arguments of `service.stored` and `service.answered`. `notes` are sentences that every face
    tells; a result with `why_not` has no tables, unless it is `partial`. Fields of the result in
    `people` are for those who may read about persons, those in `inner` are told to nobody as they
    are, and `told_as` pairs a field with what it is called beside what the answer came from.
    `lists` are further lists than that of the `customers` behind the answer. `template` is the
    noun's own block of the page, with `values` beside view and result. Page and API stand at
    `address` where that is not its name, the API at `api` where that is another; the navigation
    leads to the page, or to `menu`, under the heading `section`. `usual` is what the usual period
    is called where that is not twelve months. A refresh asks it anew after those in `rests_on`, or
    calls `renew(service, ws, now)`. With `compute(ws, options, now)` a noun needs no service: its
    answers are kept under `name` and `version`. `document` is an option and what writes the text
    that page and command give in place of tables where it is asked. `instead` has options of the
    command alone, each with a function of a view without an answer and the value: what is told
    instead, as JSON and in lines. API and `--json` tell the list `bare` alone, where they told one
    before there was a declaration. The navigation shows what `badge` answers, such as how many
    wait.
    """

    name: str
    title: Text
    question: Text
    meaning: Text
    result: str | type
    order: int
    options: tuple[Option, ...] = ()
    ask: Callable[[Options], tuple[Any, ...]] = _of_places
    notes: Callable[[Any], Iterable[Text | None]] = lambda result: (
        getattr(result, "money", None),
        getattr(result, "why_not", None),
    )
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    customers: Customers | None = None
    lists: tuple[Customers, ...] = ()
    panel: Panel | None = None
    template: str = "analyses/_piece.html"
    page: str = "analyses/page.html"
    piece: str = "overview"
    partial: bool = False
    sentences: Callable[[Any], Iterable[str]] = lambda _view: ()
    document: tuple[str, Callable[[Any], str]] | None = None
    instead: tuple[tuple[Option, Callable[[Any, Any], tuple[Any, list[str]]]], ...] = ()
    values: Callable[[Any], dict[str, Any]] = _nothing_more
    plain: Callable[[Any], dict[str, Any]] = _nothing_more
    people: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    told_as: tuple[tuple[str, str], ...] = ()
    waiting: Text = WAITING
    summary: Text | None = None
    tag: str | None = None
    rests_on: tuple[str, ...] = ()
    noun: str = ""
    address: str = ""
    api: str = ""
    usual: Text | None = None
    menu: str = ""
    bare: str = ""
    badge: str = ""
    section: str = "understand"
    renew: Callable[[Any, Any, datetime], None] | None = None
    compute: Callable[[Any, Options, datetime], Any] | None = None
    version: int = 1

    @property
    def path(self) -> str:
        """The page's address."""
        return self.address or f"/{self.name}"

    @property
    def api_path(self) -> str:
        """The address of its answer, below that of the API."""
        return self.api or self.path

    @property
    def brief(self) -> Text:
        """What it is for in a list of commands or endpoints."""
        return self.summary or self.question

    @property
    def code(self) -> str:
        """What errors and the audit call it."""
        return self.name.replace("-", "_")

    def writes(self, options: Options) -> bool:
        """Return whether the document is asked for instead of the tables."""
        return self.document is not None and bool(options[self.document[0]])

    @property
    def every_list(self) -> tuple[Customers, ...]:
        """The lists of customers there are."""
        return (*((self.customers,) if self.customers else ()), *self.lists)

    def table(self, name: str) -> Table | None:
        """Return the table of that name; None where there is none."""
        return next((one for one in self.tables if one.name == name), None)

    def picture(self, name: str) -> Picture | None:
        """Return the picture of that name, or of the table of that name; None without one."""
        return next((one for one in self.pictures if (one.name or one.table) == name), None)

    @property
    def service(self) -> Any:
        """The noun's service, which is imported now; None of an analysis that computes itself."""
        return importlib.import_module(f"{self.noun}.service") if self.noun else None

    def result_type(self) -> type:
        """Return the type of the answer."""
        if isinstance(self.result, type):
            return self.result
        found: type = getattr(importlib.import_module(f"{self.noun}.model"), self.result)
        return found
