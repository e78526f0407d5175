"""What every metric's expression starts from: the events in view, and how they are sliced."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import ibis

from regulars.company.places import service as places
from regulars.kit.period import Period, day_start
from regulars.listen.catalog import service as catalog
from regulars.timeline.given import given
from regulars.timeline.moments import SECOND, local_date, micros
from regulars.understand.metrics import periods
from regulars.understand.metrics.model import DIMENSIONS, MetricQuestion
from regulars.understand.metrics.queries.clusters import CLUSTER, PERSONS, group_of, key_of
from regulars.understand.metrics.windows import SLICE
from regulars.understand.value_groups import service as value_groups

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View
    from regulars.timeline.workspace import Workspace

BUCKET = "bucket"
SMALL = ("channel", "source", "metric", "survey_kind")
"""Dimensions with few values, which a page can offer as a choice."""
MAX_COMPARED = 120
"""Buckets at most that are found by comparing; more would make the expression unwieldy."""


@dataclass(frozen=True)
class Scene:
    """The events that a caller may see, and the question put to them.

    `start` and `end` bound the period: an open end is the end of what was watched (`first`
    is the first event of those the metric reads, None when nobody looked, `horizon` is just after
    the last thing a customer did). `unnamed` are the same events without their person, which is
    cheaper to read; `named` adds `person_id` to any rows with `identity_id`. With `cluster` rows
    are told apart by person or by group of persons too; `distinct` counts the persons of each.
    """

    workspace: Workspace
    events: ir.Table
    unnamed: ir.Table
    named: Callable[[ir.Table], ir.Table]
    question: MetricQuestion
    start: datetime
    end: datetime
    horizon: datetime
    first: datetime | None
    cluster: Literal["person", "group"] | None = None
    distinct: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The reporting zone."""
        return self.workspace.zone

    @property
    def period(self) -> Period:
        """The period as bounded."""
        return Period(self.start, self.end)

    @property
    def keys(self) -> list[str]:
        """Names of the columns that tell slices apart."""
        keys = [slice_column(name) for name in self.question.by]
        keys += [BUCKET] if self.question.grain else []
        return [*keys, CLUSTER] if self.cluster else keys

    def customers(self, names: Collection[str] | None = None) -> ir.Table:
        """Return what customers themselves did, of these names."""
        events = self.events.filter(self.events.actor == "customer")
        return events if names is None else events.filter(events.name.isin(sorted(names)))

    def people(self, names: Collection[str] | None = None) -> ir.Table:
        """Return what known customers themselves did."""
        events = self.customers(names)
        return events.filter(events.person_id.notnull())

    def identified(self) -> ir.Table:
        """Return what known customers themselves did, without saying who they are."""
        events = self.unnamed.filter(self.unnamed.actor == "customer")
        return events.filter(events.identity_id.notnull())

    def within(self, events: ir.Table, column: str = "occurred_at") -> ir.Table:
        """Keep what lies in the period."""
        events = self.until_end(events, column)
        if self.began is None:
            return events
        return events.filter(events[column] >= ibis.literal(self.began))

    def until_end(self, events: ir.Table, column: str = "occurred_at") -> ir.Table:
        """Keep what lies before the period's end."""
        if self.first is not None and self.horizon <= self.end:
            return events
        return events.filter(events[column] < ibis.literal(self.end))

    def over(self, days: int) -> datetime:
        """Return the moment before which whole days lie that so many days have passed since."""
        last = (self.horizon - timedelta(microseconds=1)).astimezone(self.zone).date()
        return day_start(last - timedelta(days=days), self.zone)

    @property
    def began(self) -> datetime | None:
        """The period's start, None when nothing that the metric reads lies before it."""
        return None if self.first is not None and self.start <= self.first else self.start

    def anchor(self, events: ir.Table, column: str | None = "occurred_at") -> ir.Table:
        """Apply the filters and add the slice columns; `column` dates the bucket (None: none)."""
        events = self.bucketed(self.sliced(self.filtered(events)), column)
        if self.cluster is None:
            return events
        known = events.person_id
        cluster = key_of(known) if self.cluster == "person" else group_of(known)
        return events.mutate(**{CLUSTER: cluster})

    def summed(self, table: ir.Table, **sums: ir.Value) -> ir.Table:
        """Return the sums by the question's slices of what `anchor` returned."""
        if self.distinct:
            sums[PERSONS] = key_of(table.person_id).nunique()
        return summed(table, self.keys, **sums)

    def filtered(self, events: ir.Table) -> ir.Table:
        """Keep the events that the question's filters allow."""
        for name, allowed in self.question.filters.values.items():
            wanted: Iterable[str | None] = allowed
            if name == "place":
                tree = places.tree(self.workspace)
                inside = tree.within([place for place in allowed if place is not None])
                wanted = [*sorted(inside), *([None] if None in allowed else [])]
            events = events.filter(_one_of(events[name], list(wanted)))
        return events

    def sliced(self, events: ir.Table) -> ir.Table:
        """Add one column for each dimension; an event counts for its place and all above it."""
        for name in self.question.by:
            if name == "place":
                events = self._rolled_up(events)
            else:
                events = events.mutate(**{slice_column(name): events[name]})
        return events

    def bucketed(self, events: ir.Table, column: str | None = "occurred_at") -> ir.Table:
        """Add the local first day of the bucket that `column` lies in."""
        if self.question.grain is None or column is None:
            return events
        return events.mutate(**{BUCKET: self._bucket_of(events[column])})

    def _bucket_of(self, at: ir.Value) -> ir.Value:
        """Return the first day of the bucket of each moment within the period.

        Moments before the first bucket get the one before it. Few buckets are told apart by
        comparing with the moments at which they begin: truncating a zoned moment costs far more.
        """
        grain = self.question.grain or "year"
        if (self.end - self.start) / periods.LENGTHS[grain] > MAX_COMPARED:
            if grain == "day":
                return local_date(at, self.zone)
            return at.truncate(periods.TRUNCATION[grain]).date()
        wanted = self.buckets()
        values = [ibis.literal(day) for day in (periods.step(wanted[0], grain, -1), *wanted)]
        return _searched(at, values, [self.bucket_start(day) for day in wanted])

    def number_of(self, at: ir.Value, buckets: Sequence[date]) -> ir.Value:
        """Return the number of the bucket, among `buckets`, of each moment within these."""
        values = [ibis.literal(number, "int64") for number in range(len(buckets))]
        return _searched(at, values, [self.bucket_start(day) for day in buckets[1:]])

    def buckets(self) -> list[date]:
        """Return the first days of all buckets of the period."""
        grain = self.question.grain or "year"
        return periods.buckets(self.start, self.end, grain, self.zone)

    def bucket_start(self, bucket: date) -> datetime:
        """Return the moment at which a bucket begins."""
        return day_start(bucket, self.zone)

    def _rolled_up(self, events: ir.Table) -> ir.Table:
        tree, scope = places.tree(self.workspace), self.question.scope
        pairs = [
            (place.id, node)
            for place in tree
            for node in (place.id, *(above.id for above in tree.above(place.id)))
            if scope is None or node in scope
        ]
        column = slice_column("place")
        if not pairs:
            return events.mutate(**{column: events.place})
        nodes = given(
            {"leaf": "string", "node": "string"},
            [leaf for leaf, _ in pairs],
            [node for _, node in pairs],
        )
        joined = events.left_join(nodes, events.place == nodes.leaf)
        return joined.mutate(**{column: ibis.coalesce(joined.node, joined.place)}).drop(
            "leaf", "node"
        )


def slice_column(name: str) -> str:
    """Return the column that carries a dimension's value in a query's answer."""
    return f"{SLICE}{name}"


def visible(
    ws: Workspace,
    view: View,
    question: MetricQuestion,
    *,
    people: bool,
    start: datetime | None = None,
) -> ir.Table:
    """Return the events of the caller's places, with person, touchpoint and stage as needed.

    A customer's value group is the one of the assignment in force at `start`.
    """
    used = question.used
    events = view.with_person() if people or "value_group" in used else view.events
    if "value_group" in used and start is not None:
        groups = value_groups.grouped(ws, view, start)
        events = events.left_join(groups, events.person_id == groups.group_person)
        events = events.drop("group_person")
    if used & {"touchpoint", "stage"}:
        events = catalog.placed(ws, events, stage="stage" in used)
    if question.scope is not None:
        events = events.filter(_one_of(events.place, sorted(question.scope)))
    return events


def extent(events: ir.Table, reads: frozenset[str] | None) -> ir.Table:
    """Return the first and last moment of customers' events, of these names and of any name."""
    events = events.filter(events.actor == "customer")
    at = events.occurred_at
    here = at if reads is None else ibis.ifelse(events.name.isin(sorted(reads)), at, ibis.null())
    return events.aggregate(first=here.min(), last=here.max(), horizon=at.max())


def latest(events: ir.Table, since: datetime) -> ir.Table:
    """Return the last moment of customers' events from `since` on."""
    at = events.occurred_at
    events = events.filter((events.actor == "customer") & (at >= ibis.literal(since)))
    return events.aggregate(last=events.occurred_at.max())


def carried(events: ir.Table) -> dict[str, ir.Value]:
    """Return one value of each dimension for a group of events that belong together.

    The greatest: any would do where they agree, and where they differ every engine picks the same.
    """
    return {name: events[name].max() for name in DIMENSIONS if name in events.columns}


def in_use(events: ir.Table) -> ir.Table:
    """Return how often each combination of the small dimensions occurs in customers' events."""
    events = events.filter(events.actor == "customer")
    return events.group_by(list(SMALL)).aggregate(n=events.count())


def summed(table: ir.Table, keys: Sequence[str], **sums: ir.Value) -> ir.Table:
    """Return the sums for each combination of `keys`; one row for all when there are none."""
    return table.group_by(list(keys)).aggregate(**sums) if keys else table.aggregate(**sums)


def seconds(later: ir.Value | datetime, earlier: ir.Value) -> ir.Value:
    """Return whole seconds between two moments (fractions cut from each)."""
    return _whole_seconds(later) - _whole_seconds(earlier)


def _whole_seconds(moment: ir.Value | datetime) -> Any:
    if isinstance(moment, datetime):
        return floor(moment.timestamp())
    return micros(moment) // SECOND


def _searched(at: ir.Value, values: Sequence[ir.Value], begins: Sequence[datetime]) -> ir.Value:
    """Return the last of `values` that has begun by `at`, by halving; the first always has."""
    if len(values) == 1:
        return values[0]
    half = len(values) // 2
    return ibis.ifelse(
        at < ibis.literal(begins[half - 1]),
        _searched(at, values[:half], begins[: half - 1]),
        _searched(at, values[half:], begins[half:]),
    )


def yes(condition: ir.Value) -> ir.Value:
    """Return 1 where the condition holds, else 0 (also where it is unknown)."""
    return ibis.ifelse(condition.fill_null(False), 1, 0)


def _one_of(column: ir.Value, allowed: Sequence[str | None]) -> ir.Value:
    named = [value for value in allowed if value is not None]
    condition = column.isin(named) if named else ibis.literal(False)
    return condition | column.isnull() if None in allowed else condition
