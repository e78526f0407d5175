"""The verbs of journeys: the map, the funnel, and a journey's events for export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from regulars.kit.memo import Memo
from regulars.kit.period import day_start, parse_edge
from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import Catalog, Target
from regulars.timeline import people
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.health import service as health_service
from regulars.understand.journeys import (
    conversion,
    floors,
    mapping,
    marking,
    queries,
    steps,
    voices,
)
from regulars.understand.journeys.model import (
    BY_TITLES,
    OPEN_DAYS,
    PERSONS,
    Funnel,
    FunnelSlice,
    JourneyCounts,
    JourneyMap,
    Journeys,
    MapOptions,
    Mark,
    MarkWords,
    Node,
    Passed,
    Variant,
)
from regulars.understand.journeys.steps import Codes
from regulars.understand.metrics import service as metrics_service
from regulars.understand.policy import MIN_GROUP
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter, EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from regulars.timeline.engine.view import View

MAX_WORDS = 12
MAX_STEPS = 240
"""Steps of a map at most; rarer ones beyond it are left out and listed."""
MAX_VARIANTS = 20
_sequences: Memo[list[str]] = Memo(1_000)
Row = dict[str, Any]


def journey_map(
    ws: Workspace, journeys: Journeys, *, now: datetime, as_of: datetime | None = None
) -> JourneyMap:
    """Return the five steps of R22 for the journeys asked for.

    Numbers are counts of journeys within the extent; waits and order are between steps that lie
    within it. With `as_of`, only what was known by then.
    """
    work = _Work(ws, journeys, as_of)
    counted = work.found()
    codes = steps.make_codes([item.step for item in counted[:MAX_STEPS]], work.catalog)
    moved = mapping.flow(
        work.sums("transitions", codes, queries.transitions, by=queries.TRANSITION)
    )
    cutoff = work.cutoff(now)
    reach = work.reach(codes, cutoff)
    nodes = mapping.nodes(
        codes,
        work.catalog,
        moved,
        reach=reach,
        disorder=work.sums("disorder", codes, queries.disorder, by=("code",)),
        performances=work.performances(),
        rated=work.passed(codes),
    )
    tests = work.tests(codes, moved, reach, nodes=nodes, cutoff=cutoff)
    variants, total = work.variants(codes)
    return JourneyMap(
        by=journeys.by,
        level=journeys.level,
        start=journeys.extent.period.start,
        end=journeys.extent.period.end,
        as_of=as_of or now,
        events=sum(node.events for node in nodes),
        cases=reach.total,
        found=counted,
        stages=mapping.stage_flows(reach, codes, work.catalog),
        nodes=nodes,
        edges=mapping.edges(codes, moved),
        variants=variants,
        variants_total=total,
        durations=mapping.durations(work.sums("lengths", codes, queries.lengths, by=("length",))),
        marks=marking.marks(tests, nodes, work.catalog, floors.below(nodes)),
        tested=len(tests),
        asleep=_asleep(work.catalog, nodes),
    )


def stored(
    ws: Workspace, look: EventFilter, how: MapOptions = PERSONS, *, now: datetime
) -> Finding[JourneyMap] | None:
    """Return the stored map, or None; notes that it was asked for."""
    return findings.find(ws, FINDING, _about(ws, look, how), now=now)


def answered(
    ws: Workspace, look: EventFilter, how: MapOptions = PERSONS, *, now: datetime
) -> Finding[JourneyMap]:
    """Return the map: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, look, how), now=now)


def _about(ws: Workspace, look: EventFilter, how: MapOptions) -> dict[str, object]:
    version = catalog_service.current(ws).version
    return look.about(catalog=version, by=how.by, level=how.level,
                      feedback=how.feedback or None, as_of=how.as_of)  # fmt: skip


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> JourneyMap:
    extent, known = scopes.resolve(ws, EventFilter.of(about), now), about.get("as_of")
    asked = Journeys(extent, about.get("by", "person"), about.get("level", "touchpoint"),
                     bool(about.get("feedback")))  # fmt: skip
    return journey_map(ws, asked, now=now, as_of=parse_edge(known, ws.zone) if known else now)


FINDING = findings.declare(findings.ResultType("journey", 4, JourneyMap, _compute))


def funnel(
    ws: Workspace, asked: Funnel, extent: EventScope, *, as_of: datetime | None = None
) -> list[FunnelSlice]:
    """Return how many came how far, all together first, then by slice; see `conversion.funnel`."""
    return conversion.funnel(ws, asked, extent, as_of=as_of)


def words(
    ws: Workspace,
    steps: Sequence[str],
    extent: EventScope,
    *,
    as_of: datetime | None = None,
    most: int = MAX_WORDS,
) -> dict[str, list[MarkWords]]:
    """Return what customers wrote about touchpoints, the lowest scores first, then the latest."""
    return voices.words(ws, steps, extent, as_of, most)


def marks(found: JourneyMap, kind: str) -> list[Mark]:
    """Return the map's marks of one kind: `pain` or `opportunity`."""
    return [mark for mark in found.marks if mark.kind == kind]


def _asleep(catalog: Catalog, nodes: Sequence[Node]) -> list[str]:
    """Return the catalog's touchpoints that no event reaches."""
    seen = {node.step for node in nodes}
    return [point.key for point in catalog.touchpoints if point.key not in seen]


class _Work:
    """The queries of one map; all of them see the same catalog."""

    def __init__(self, ws: Workspace, asked: Journeys, as_of: datetime | None) -> None:
        self.ws, self.asked, self.as_of = ws, asked, as_of
        self.catalog = steps.catalog_of(catalog_service.current(ws), asked.level)

    def key(self, of: str, *more: Hashable) -> tuple[Hashable, ...]:
        """Return what names one answer about these journeys."""
        extent, asked = self.asked.extent.key(self.ws.engine), self.asked
        how = (asked.by, asked.level, asked.feedback, self.catalog.version)
        return ("journeys", of, extent, *how, *more)

    def sums(
        self, of: str, codes: Codes, build: Any, *, by: Sequence[str], since: Hashable = None
    ) -> list[Row]:
        """Return the sums by `by` that an expression makes of the coded steps."""
        if not codes.steps:
            return []
        table = self.ws.engine.summed(
            self.key(of, codes, since),
            lambda view: build(steps.coded(view, self.asked, self.catalog, codes)),
            by=by,
            as_of=self.as_of,
        )
        rows: list[Row] = table.to_pylist()
        return rows

    def cutoff(self, now: datetime) -> datetime:
        """Return from when on a journey's last step leaves it open: a Monday 30 to 36 days ago."""
        ends = (scopes.reach(self.ws).end, self.asked.extent.period.end, now)
        last = min(end for end in ends if end is not None)
        day = (last - timedelta(days=OPEN_DAYS)).astimezone(self.ws.zone).date()
        return day_start(day - timedelta(days=day.weekday()), self.ws.zone)

    def found(self) -> list[JourneyCounts]:
        """Return the touchpoints that the events have, the commonest first."""
        table = self.ws.engine.summed(
            self.key("inventory"),
            lambda view: steps.inventory(view, self.asked, self.catalog),
            by=("step", "name"),
            as_of=self.as_of,
        )
        names: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for row in table.to_pylist():
            names[row["step"]].append((row["n"], row["name"]))
        found = [
            JourneyCounts(
                step,
                sum(n for n, _name in pairs),
                self.catalog.touchpoint(step) is not None,
                self.catalog.stage_of(step),
                [name for _n, name in sorted(pairs, key=lambda pair: (-pair[0], pair[1]))[:5]],
            )
            for step, pairs in names.items()
        ]
        return sorted(found, key=lambda item: (-item.events, item.step))

    def performances(self) -> dict[str, Any]:
        """Return the touchpoints' performance; of events there is none."""
        if self.asked.level == "event":
            return {}
        return dict(health_service.performance(self.ws, self.asked.extent, as_of=self.as_of))

    def passed(self, codes: Codes) -> dict[str, Passed]:
        """Return how orders, cases and visits through each step were rated."""
        if self.asked.by == "person" or not codes.steps:
            return {}
        size = len(codes.steps)
        table = self.ws.query(
            lambda view: queries.rated(
                steps.coded(view, self.asked, self.catalog, codes),
                steps.ratings(view, self.asked),
                size,
            ),
            as_of=self.as_of,
        )
        return mapping.passed(table.to_pylist(), codes)

    def tests(
        self,
        codes: Codes,
        moved: mapping.Flow,
        reach: mapping.Reach,
        *,
        nodes: list[Node],
        cutoff: datetime,
    ) -> list[marking.Test]:
        """Return every test of the map, one family."""
        unit = BY_TITLES[self.asked.by]
        tests = marking.score_tests(
            {node.step: node.performance for node in nodes if node.performance}
        )
        tests += marking.passed_tests(nodes, unit)
        tests += marking.wait_tests(codes, moved, self.catalog)
        tests += marking.backward_tests(nodes)
        tests += marking.target_tests(self.gaps())
        if self.asked.by == "person":
            visits = _Work(self.ws, replace(self.asked, by="session"), self.as_of)
            reach, unit = visits.reach(codes, cutoff), BY_TITLES["session"]
        return tests + marking.leak_tests(mapping.leaks(reach, codes), unit)

    def gaps(self) -> list[marking.TargetGap]:
        """Return each declared target beside what was measured."""
        targets = []
        for point in self.catalog.touchpoints if self.asked.level == "touchpoint" else ():
            if point.target is None or not metrics_service.exists(point.target.metric):
                continue
            if metrics_service.definition(point.target.metric).aggregate.read is not None:
                continue  # what customers are worth is not a touchpoint's
            targets += self._gap(point.key, point.target)
        return targets

    def _gap(self, step: str, target: Target) -> list[marking.TargetGap]:
        metric = metrics_service.definition(target.metric)
        extent = self.asked.extent
        measured = metrics_service.measure(
            self.ws,
            target.metric,
            period=extent.period,
            filters={
                "touchpoint": step,
                "channel": list(extent.channels),
                "place": sorted(extent.places or ()),
            },
            scope=extent.scope,
            as_of=self.as_of,
        )
        return [
            marking.TargetGap(
                step=step,
                metric=metric.title,
                value=row.value,
                low=row.low,
                high=row.high,
                n=row.n,
                target=target.value,
                higher_is_better=metric.direction == "up",
            )
            for row in measured
            if row.value is not None and row.low is not None and row.high is not None
        ]

    def reach(self, codes: Codes, cutoff: datetime) -> mapping.Reach:
        """Return which steps the journeys reached; those that go on after `cutoff` are open."""
        size = len(codes.steps)
        reached = [f"mask{number}" for number in range(queries.masks(size))]
        rows = self.sums(
            "reach",
            codes,
            lambda found: queries.cases(found, size, cutoff),
            by=[*reached, "open"],
            since=cutoff,
        )
        return mapping.Reach(rows, size)

    def variants(self, codes: Codes) -> tuple[list[Variant], int]:
        """Return the commonest sequences and how many there are; people's without repeats.

        Of people, sequences of fewer than 5 are not told.
        """
        collapse = self.asked.by in ("person", "session")
        if not codes.steps:
            return [], 0
        prints = self.prints(codes, collapse=collapse)
        top, total = queries.commonest(prints, MAX_VARIANTS)
        least = MIN_GROUP if self.asked.by == "person" else 1
        shown = [row for row in top if row["n"] >= least]
        taken = self._taken(codes, shown, collapse=collapse)
        return [Variant(taken[row["case"]], row["n"]) for row in shown], total

    def _taken(self, codes: Codes, shown: list[Row], *, collapse: bool) -> dict[str, list[str]]:
        """Return the steps of these sequences by `case`; a print once met is known by heart.

        Unless something came to the journey since its print was taken: it is longer then.
        """
        taken: dict[str, list[str]] = defaultdict(list)
        unknown = {}
        for row in shown:
            case, key = row["case"], (*codes.steps, *(row[name] for name in queries.PRINT))
            known = _sequences.peek(key)
            if known is None:
                unknown[case] = key, row["length"]
            else:
                taken[case] = known
        for row in self._steps_of(codes, list(unknown), collapse=collapse) if unknown else ():
            taken[row["case"]].append(codes.steps[row["code"]])
        for case, (key, length) in unknown.items():
            if len(taken[case]) == length:
                _sequences.get(key, partial(taken.__getitem__, case))
        return taken

    def _steps_of(self, codes: Codes, chosen: list[str], *, collapse: bool) -> list[Row]:
        """Return the steps of these journeys; of people, read from their own events only."""

        def build(view: View) -> ir.Table:
            rows = steps.coded(view, self.asked, self.catalog, codes)
            return queries.steps_of(rows, chosen, collapse=collapse)

        theirs = None
        if self.asked.by == "person":
            theirs = [one for case in chosen for one in people.identities_of(self.ws, case)]
        rows: list[Row] = self.ws.query(build, as_of=self.as_of, identities=theirs).to_pylist()
        return rows

    def prints(self, codes: Codes, *, collapse: bool) -> pa.Table:
        """Return what each journey's sequence is summed up by; of people, kept for corrections."""

        def build(view: View) -> ir.Table:
            rows = steps.coded(view, self.asked, self.catalog, codes)
            return queries.prints(rows, collapse=collapse)

        if self.asked.by == "person":
            key = self.key("prints", codes, collapse)
            return self.ws.engine.persons(key, build, of="case", as_of=self.as_of)
        return self.ws.query(build, as_of=self.as_of)
