"""The verbs of complaints: where problems arise, what came before them, in which words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from regulars.company.rights.model import Scope
from regulars.kit.period import day_start
from regulars.kit.stats.estimate import Estimate
from regulars.kit.stats.proportion import proportion
from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import Catalog
from regulars.timeline import people as timeline_people
from regulars.timeline.moments import SECOND
from regulars.timeline.workspace import Workspace
from regulars.understand import received
from regulars.understand.complaints import comparing, counting, queries
from regulars.understand.complaints.model import (
    CONTROLS,
    MIN_CASES,
    RECORDED,
    Before,
    Complaints,
    Had,
    Place,
    Problem,
    ProblemParameters,
    Said,
    per_thousand,
)
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.metrics import service as metrics
from regulars.understand.received import Requirement
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

Row = dict[str, Any]
NOWHERE = ""
MAX_WORDS = 50
MAX_HAD = 20


def complaints(
    ws: Workspace, parameters: ProblemParameters, extent: EventScope, *, as_of: datetime
) -> Complaints:
    """Return where problems arise within `extent`, per 1,000 passages, and what came before."""
    catalog = catalog_service.current(ws)
    source = _source(catalog, parameters, extent)
    arisen = _arisen(ws, source, as_of)
    rows = counting.by_place(arisen)
    if not rows and received.missing(ws, [Requirement(frozenset(parameters.problem.names))], as_of):
        return Complaints(
            parameters.problem,
            parameters.days,
            start=extent.period.start,
            end=extent.period.end,
            missing=list(parameters.problem.names),
        )
    passages = _passages(ws, source, as_of)
    by_how: dict[int, int] = defaultdict(int)
    for row in rows:
        by_how[int(row["how"])] += int(row["n"])
    first = counting.first(arisen)
    unrecorded = _unrecorded(ws, source, first, as_of) if rows else frozenset()
    counted = _Counted(catalog, parameters.problem, rows, passages, unrecorded)
    cases, before = (0, []) if not rows else _before(ws, source, first, counted, as_of)
    return Complaints(
        problem=parameters.problem,
        days=parameters.days,
        total=sum(by_how.values()),
        people=counting.people(arisen),
        named=by_how[1],
        stepped=by_how[2],
        share=_share(ws, parameters, extent, as_of),
        stages=_stages(counted),
        touchpoints=_touchpoints(counted),
        cases=cases,
        before=before,
        start=extent.period.start,
        end=extent.period.end,
    )


def words(ws: Workspace, asked: ProblemParameters, touchpoint: str, *, now: datetime) -> list[Said]:
    """Return the newest problems of one touchpoint in the customers' words, 50 at most."""
    extent = scopes.resolve(ws, asked.look, now)
    source = _source(catalog_service.current(ws), asked, extent)

    def expression(view: View) -> ir.Table:
        return queries.said(view, source, touchpoint, MAX_WORDS)

    rows = ws.query(expression, as_of=now).to_pylist()
    return [
        Said(row["text"], row["occurred_at"], row["channel"], row["place"], row["person_id"])
        for row in rows
    ]


def of_person(ws: Workspace, person: str, *, scope: Scope, now: datetime) -> list[Had]:
    """Return the newest complaints, returns and refunds of one person within `scope`, 20 of each.

    The newest first; empty for somebody who is not known or had none.
    """
    catalog, problems = catalog_service.current(ws), list[Had]()
    theirs = tuple(timeline_people.identities_of(ws, person))
    for problem in Problem:
        asked = ProblemParameters(problem=problem)
        source = replace(_source(catalog, asked, EventScope(scope=scope)), identities=theirs)
        table = ws.query(partial(queries.had, source=source, most=MAX_HAD), as_of=now)
        problems += [
            Had(
                problem, row["occurred_at"], row["touchpoint"], row["how"] == 1, row["text"],
                row["channel"], row["place"],
            )
            for row in table.to_pylist()
        ]  # fmt: skip
    return sorted(problems, key=lambda one: one.at, reverse=True)


def stored(ws: Workspace, asked: ProblemParameters, *, now: datetime) -> Finding[Complaints] | None:
    """Return the stored answer, or None; notes that it was asked for."""
    return findings.find(ws, FINDING, _about(ws, asked), now=now)


def answered(ws: Workspace, asked: ProblemParameters, *, now: datetime) -> Finding[Complaints]:
    """Return the answer: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, asked), now=now)


def _source(
    catalog: Catalog, parameters: ProblemParameters, extent: EventScope
) -> queries.ProblemSource:
    names = set(parameters.problem.names)
    receiving = {
        point.key
        for point in catalog.touchpoints
        if any(names & set(rule.names) for rule in point.events)
    }

    def place(events: ir.Table) -> ir.Table:
        return catalog_service.placed_by(catalog, events, stage=False)

    return queries.ProblemSource(
        parameters.problem, extent, place, tuple(sorted(receiving)), parameters.days
    )


def _share(
    ws: Workspace, parameters: ProblemParameters, extent: EventScope, as_of: datetime
) -> Estimate | None:
    """Return the registry's complaint rate of the same extent."""
    if parameters.problem is not Problem.COMPLAINT:
        return None
    (found,) = metrics.measure(
        ws,
        "complaint_share",
        period=extent.period,
        filters={"place": parameters.look.place} if parameters.look.place else None,
        scope=extent.scope,
        as_of=as_of,
    )
    return found.estimate


@dataclass(frozen=True)
class _Counted:
    """What places are made of: problems by touchpoint and `how`, passages, where these miss."""

    catalog: Catalog
    problem: Problem
    rows: list[Row]
    passages: dict[str, int]
    unrecorded: frozenset[str]


def _unrecorded(
    ws: Workspace, source: queries.ProblemSource, first: pa.Table, as_of: datetime
) -> frozenset[str]:
    """Return the touchpoints of whose problems fewer than half follow a passage there.

    People meet them without our seeing it, so problems over passages would be no rate.
    """
    followed = counting.by_stratum(first, _of_problems(ws, source, queries.followed, as_of))
    return frozenset(
        key
        for key, n in counting.by_stratum(first).items()
        if n >= MIN_CASES and followed.get(key, 0) < RECORDED * n
    )


def _touchpoints(counted: _Counted) -> list[Place]:
    catalog = counted.catalog
    known = {point.key: number for number, point in enumerate(catalog.touchpoints)}
    with_problems = {row["touchpoint"] for row in counted.rows if row["touchpoint"]}
    keys = sorted(with_problems | set(counted.passages), key=lambda key: (known.get(key, 999), key))
    return _places({key: [key] for key in keys}, catalog.stage_of, counted)


def _stages(counted: _Counted) -> list[Place]:
    """Return every stage in the journey's order; touchpoints of no stage stand last, under ""."""
    catalog = counted.catalog
    groups: dict[str, list[str]] = {stage.key: [] for stage in catalog.stages}
    named = {row["touchpoint"] for row in counted.rows if row["touchpoint"]}
    for key in {*counted.passages, *named}:
        groups.setdefault(catalog.stage_of(key) or NOWHERE, []).append(key)
    return _places(groups, lambda key: key or None, counted)


def _places(groups: dict[str, list[str]], stage_of: Any, counted: _Counted) -> list[Place]:
    rows, passages = counted.rows, counted.passages
    placed = sum(int(row["n"]) for row in rows if row["touchpoint"])
    squares, places = {}, []
    for key, members in groups.items():
        inside = [row for row in rows if row["touchpoint"] in members]
        # Rates count only touchpoints whose passages are recorded.
        seen = [one for one in members if passages.get(one) and one not in counted.unrecorded]
        watched = [row for row in inside if row["touchpoint"] in seen]
        over = sum(passages[member] for member in seen)
        hits = sum(int(row["n"]) for row in watched)
        squares[key] = sum(float(row["squares"]) for row in watched)
        rate = per_thousand(hits, squares[key], over)
        n = sum(int(row["n"]) for row in inside)
        people = sum(int(row["people"]) for row in inside)
        missed = bool(counted.unrecorded & set(members)) and not seen
        share = proportion(n, placed)
        places.append(Place(key, stage_of(key), n, people, over, share, rate, recorded=not missed))
    return comparing.marked(places, squares, reported=counted.problem.told)


def _before(
    ws: Workspace,
    source: queries.ProblemSource,
    first: pa.Table,
    counted: _Counted,
    as_of: datetime,
) -> tuple[int, list[Before]]:
    steps = _of_problems(ws, source, queries.before_problems, as_of)
    cases = counting.steps_before(first, steps)
    total = sum(counted.passages.values())
    until = _sample(CONTROLS / total) if total else None
    every = ibis.memtable(
        ws.engine.persons(
            (*_key(ws, "sampled", source), until),
            lambda view: queries.sampled(view, source, until),
            of="who",
            as_of=as_of,
            since=source.extent.period.start,
        )
    )
    usual = _strata(ws.query(lambda _view: queries.before_passages(every, source)))
    told = comparing.before(cases, usual, counted.unrecorded)
    return sum(seen.n for seen in cases.values()), told


def _sample(share: float) -> str | None:
    """Return the id before which about that share of all people sort; None for everybody.

    The share is a power of a half, so that it is the same as long as the timeline grows little.
    """
    halves = math.floor(-math.log2(share)) if share < 1 else 0
    return f"{2 ** (32 - halves):08x}" if halves > 0 else None


def _passages(ws: Workspace, source: queries.ProblemSource, as_of: datetime) -> dict[str, int]:
    """Return how many passages each touchpoint had."""
    start = source.extent.period.start
    first = start.astimezone(ws.zone).date() if start else None
    since = day_start(first, ws.zone) if first else None
    found = ws.engine.summed(
        (*_key(ws, "passed", source), start if start != since else None),
        lambda view: queries.passed(view, source),
        by=("touchpoint", "day"),
        as_of=as_of,
        since=since,
    )
    if first is not None:
        found = found.filter(pc.greater_equal(found.column("day"), pa.scalar(first)))
    summed = found.group_by("touchpoint").aggregate([("passages", "sum")]).to_pylist()
    return {row["touchpoint"]: int(row["passages_sum"]) for row in summed}


def _arisen(ws: Workspace, source: queries.ProblemSource, as_of: datetime) -> pa.Table:
    """Return every problem with who had it."""
    found, start = _kept_arisen(ws, source, as_of), source.extent.period.start
    if start is None:
        return found
    return found.filter(pc.greater_equal(found.column("us"), int(start.timestamp()) * SECOND))


def _kept_arisen(ws: Workspace, source: queries.ProblemSource, as_of: datetime) -> pa.Table:
    return ws.engine.persons(
        _key(ws, "arisen", source),
        lambda view: queries.arisen(view, source),
        of="who",
        as_of=as_of,
        since=source.extent.period.start,
    )


def _key(ws: Workspace, of: str, source: queries.ProblemSource) -> tuple[object, ...]:
    """Return what names one answer about these problems, whenever their period starts."""
    version, (start, *extent) = catalog_service.current(ws).version, source.extent.key(ws.engine)
    how = (source.problem, source.receiving, source.days, version)
    return ("complaints", of, *how, start is None, *extent)


def _of_problems(
    ws: Workspace,
    source: queries.ProblemSource,
    build: Callable[[View, queries.ProblemSource, pa.Table], ir.Table],
    as_of: datetime,
) -> pa.Table:
    """Return rows of every problem about what the person did before it."""

    def work() -> pa.Table:
        found = _kept_arisen(ws, source, as_of)
        return ws.query(lambda view: build(view, source, found), as_of=as_of)

    key = (*_key(ws, build.__name__, source), ws.engine.settled(as_of))
    return ws.engine.by_person(key, work, of="who", since=source.extent.period.start)


def _strata(table: Any) -> dict[str, comparing.Stratum]:
    strata: dict[str, comparing.Stratum] = defaultdict(comparing.Stratum)
    for row in table.to_pylist():
        seen = strata[row["stratum"]]
        if row["step"] == NOWHERE:
            seen.n, seen.people = int(row["n"]), int(row["people"])
        else:
            seen.steps[row["step"]] = int(row["n"])
    return dict(strata)


def _about(ws: Workspace, asked: ProblemParameters) -> dict[str, object]:
    return asked.about(catalog=catalog_service.current(ws).version)


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Complaints:
    asked = ProblemParameters.of(about)
    return complaints(ws, asked, scopes.resolve(ws, asked.look, now), as_of=now)


FINDING = findings.declare(findings.ResultType("complaints", 3, Complaints, _compute))
