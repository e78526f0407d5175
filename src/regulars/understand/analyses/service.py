"""Ask an analysis; find those that are declared, on every floor from this one up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from graphlib import TopologicalSorter
from importlib.util import find_spec
from typing import Any

from regulars.company.audit.service import record
from regulars.company.rights.model import Principal
from regulars.kit import registry
from regulars.kit.cursors import Key
from regulars.kit.errors import NotFound, RegularsError
from regulars.kit.ranked import Part, among, key, part
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalogs
from regulars.listen.identities import service as identities
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses.model import PERSON, Analysis, Customers
from regulars.understand.analyses.options import Options
from regulars.understand.analyses.view import View
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding

FLOORS = ("understand", "act", "prove", "assist")
ROLE = "analysis"
MAX_FOUND = 200


@cache
def every() -> tuple[Analysis, ...]:
    """Return all analyses that are declared, in the order of the navigation."""
    modules = [
        module
        for floor in FLOORS
        if find_spec(f"regulars.{floor}")
        for module in registry.import_roles(f"regulars.{floor}", ROLE)
    ]
    found = [getattr(module, "ANALYSIS") for module in modules]  # noqa: B009
    return tuple(sorted(found, key=lambda one: (one.order, one.name)))


def stored(
    ws: Workspace, analysis: Analysis, options: Options, *, now: datetime, may_list: bool = True
) -> View:
    """Return the stored answer, or a view without one."""
    kind = _kind(analysis)
    found: Finding[Any] | None = (
        findings.find(ws, kind, _about(ws, options), now=now)
        if kind
        else analysis.service.stored(ws, *analysis.ask(options), now=now)
    )
    return View(ws, analysis, options, found, now, may_list)


def answered(
    ws: Workspace, analysis: Analysis, options: Options, *, now: datetime, may_list: bool = True
) -> View:
    """Return the answer of the timeline as it is now, worked out where needed."""
    kind = _kind(analysis)
    found: Finding[Any] = (
        findings.answer(ws, kind, _about(ws, options), now=now)
        if kind
        else analysis.service.answered(ws, *analysis.ask(options), now=now)
    )
    return View(ws, analysis, options, found, now, may_list)


def usual(analysis: Analysis) -> Options:
    """Return what is asked where nobody says otherwise."""
    return Options({one.name: one.default for one in analysis.options})


def in_order() -> list[Analysis]:
    """Return all analyses in the order of a refresh: each after those that it rests on."""
    known = {one.name: one for one in every()}
    sorter = TopologicalSorter({one.name: one.rests_on for one in every()})
    return [known[name] for name in sorter.static_order()]


def renew(ws: Workspace, analysis: Analysis, *, now: datetime) -> None:
    """Work out anew what the analysis' pages show, if the timeline has moved on.

    Where there is nothing yet to answer from, there is nothing to work out.
    """
    try:
        if analysis.renew is not None:
            analysis.renew(analysis.service, ws, now)
        else:
            answered(ws, analysis, usual(analysis), now=now)
    except NotFound as error:
        if not lacks_data(analysis, error):
            raise


def lacks_data(analysis: Analysis, error: RegularsError) -> bool:
    """Return whether an analysis was refused because there is nothing yet to answer from."""
    return error.code == f"{analysis.code}.none"


def _about(ws: Workspace, options: Options) -> dict[str, Any]:
    """Return under what an answer is kept: what was asked, of which journey."""
    return options.about() | {"catalog": catalogs.current(ws).version}


@cache
def _kind(analysis: Analysis) -> findings.ResultType[Any] | None:
    """Return how the answers of an analysis without a service are kept; None with one."""
    work = analysis.compute
    if work is None:
        return None

    def compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Any:
        return work(ws, Options.of(analysis.options, about), now)

    return findings.declare(
        findings.ResultType(analysis.code, analysis.version, analysis.result_type(), compute)
    )


def customers(
    view: View,
    listed: Customers,
    filters: Mapping[str, Any],
    *,
    size: int,
    after: Key | None,
    words: str = "",
    caller: Principal,
) -> Part:
    """Return up to `size` customers of a list behind a key: those whom the words mean, or all."""
    if words.strip() or not listed.cuts:
        people = matching(view.ws, listed.rows(view, **filters), words, caller)
        return part(people, listed.rank, size=size, after=after)
    behind = key(after) if after else None
    rows = listed.rows(view, **filters, size=size + 1, after=behind).to_pylist()
    last = rows[size - 1] if len(rows) > size else None
    return Part(rows[:size], None, (last[listed.rank], last[PERSON]) if last else None)


def matching(ws: Workspace, table: Any, words: str, caller: Principal) -> Any:
    """Return the customers whom the words mean by name or address; all without words."""
    if not words.strip():
        return table
    found = identities.find(ws, words, scope=caller.places, limit=MAX_FOUND)
    return among(table, [one.person_id for one in found])


def note_export(ws: Workspace, analysis: Analysis, by: Principal, what: str) -> None:
    """Note in the audit log that a list of customers was taken away as a file."""
    with ws.database.transaction() as connection:
        record(ws, connection, by, f"{analysis.code}.exported", what)


def no_table(analysis: Analysis) -> NotFound:
    """Return the refusal of a table that an analysis does not have."""
    known: Sequence[str] = [one.name for one in analysis.tables]
    listed = ", ".join(known)
    return NotFound(
        f"{analysis.code}.table",
        Text(f"There is no such table: use {listed}.", f"没有这张表：可用 {listed}。"),
    )


for _one in every():  # so that a refresh knows what is to be renewed
    _kind(_one)
