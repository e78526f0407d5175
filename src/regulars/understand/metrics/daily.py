"""A metric by day over all time, kept between refreshes: whatever window is asked, days make it.

A window that moves every day would have to be counted anew at every refresh. The days it is made of
do not move: a refresh corrects them by whoever was touched (`engine.summed`), and every window,
course and comparison adds the same days up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from regulars.kit.period import ALL_TIME
from regulars.understand.metrics.model import Definition, MetricQuestion, Row
from regulars.understand.metrics.queries import repeats
from regulars.understand.metrics.queries.clusters import CLUSTER
from regulars.understand.metrics.queries.days import added
from regulars.understand.metrics.queries.scene import BUCKET, Scene, visible
from regulars.understand.metrics.windows import EARLIEST, LATEST, Window

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.workspace import Workspace

MAX_BY_PERSON = 300_000
"""So many rows are kept by person, more by group of persons."""
Cluster = Literal["person", "group"]


def keeps(definition: Definition, question: MetricQuestion) -> bool:
    """Tell whether a refresh keeps what a question is answered from."""
    moving = question.as_of is not None or "value_group" in question.used
    return definition.aggregate.daily is not None and not moving


@dataclass(frozen=True)
class Days:
    """What is kept of a question's metric, and the window of it that is asked for.

    `state` identifies what beside the events and the question shapes the metric's expression.
    """

    ws: Workspace
    definition: Definition
    question: MetricQuestion
    window: Window
    state: Hashable

    def rows(self) -> list[Row] | None:
        """Return the rows of the window as made of what is kept; None where they cannot be."""
        daily = self.definition.aggregate.daily
        assert daily is not None
        if self.window.days is None and not daily.persons:
            return None
        if daily.window is not None:
            return daily.window(self._kept(None), self.window)
        table = self.table(None)
        return None if table is None else table.to_pylist()

    def few(self) -> bool:
        """Tell whether few rows are kept, so that they are kept by person.

        A refresh looks at what the one before kept: only one of the two is corrected then.
        """
        clusters: tuple[Cluster, ...] = ("person", "group")
        for one in clusters:
            rows = self.ws.engine.total(self._name(one), by=self._columns(one), column="n")
            if rows is not None:
                return rows <= MAX_BY_PERSON
        return bool((pc.sum(self._kept("group").column("n")).as_py() or 0) <= MAX_BY_PERSON)

    def table(self, cluster: Cluster | None) -> pa.Table | None:
        """Return the window's days added up, by person or group; None where they cannot be."""
        aggregate, days = self.definition.aggregate, self._span()
        assert aggregate.daily is not None
        if days is None:
            return None
        by = [CLUSTER] if cluster else []
        keys = list(dict.fromkeys([*self.window.keys, *by, *aggregate.counted]))
        if aggregate.daily.split is not None:
            return aggregate.daily.split(self._kept(cluster), self.window, keys)
        return added(self._kept(cluster), self.window.grain, days, keys)

    def single(self, cluster: Cluster) -> Callable[[Row], bool] | None:
        """Return what tells whether nobody has two rows in a row of the window."""
        if cluster == "person":
            return None
        days, keys = self._span(), self.window.slices
        if days is None or not self._exact:
            return lambda _row: False
        found = repeats.within(self._again(), self.window.grain, days, keys)
        by = [*keys, BUCKET] if self.window.grain else keys
        return lambda row: tuple(row[name] for name in by) not in found

    def _span(self) -> tuple[date, date] | None:
        """Return the first day and the day after the last of those that count."""
        daily = self.definition.aggregate.daily
        if self.window.days is None or daily is None:
            return None
        first, after = self.window.days
        if not daily.over:
            return first, after
        over = self.window.over(daily.over)
        return None if over is None else (first, min(after, over))

    @property
    def _exact(self) -> bool:
        return self.definition.aggregate.statistic.to_the_digit

    def _kept(self, cluster: Cluster | None) -> pa.Table:
        """Return what is kept: the metric over all time by day, or its rows by person."""
        aggregate = self.definition.aggregate
        assert aggregate.daily is not None
        build = aggregate.daily.build or aggregate.build
        assert build is not None
        key = self._name(cluster)
        if aggregate.daily.persons:
            return self.ws.engine.persons(
                key, self._expression(build, None), of="person_id", timeless=True
            )
        by, expression = self._columns(cluster), self._expression(build, cluster)
        return self.ws.engine.summed(key, expression, by=by, timeless=True)

    def _name(self, cluster: Cluster | None) -> tuple[Hashable, ...]:
        return ("metric by day", cluster, *self._key())

    def _columns(self, cluster: Cluster | None) -> list[str]:
        """Return the columns by which what is kept is told apart."""
        aggregate = self.definition.aggregate
        assert aggregate.daily is not None
        by = [*self.window.keys, BUCKET, *aggregate.daily.counted, *aggregate.counted]
        return list(dict.fromkeys([*by, CLUSTER] if cluster else by))

    def _again(self) -> pa.Table:
        """Return who had rows again, by day and the day of the rows before."""
        build = self.definition.aggregate.build
        assert build is not None
        return self.ws.engine.summed(
            ("rows again by day", *self._key()),
            self._expression(lambda scene: repeats.again(scene, build(scene)), "person"),
            by=[*self.window.slices, BUCKET, repeats.SINCE],
            timeless=True,
        )

    def _key(self) -> tuple[Hashable, ...]:
        return self.definition.key, self._whole, self.state

    @property
    def _whole(self) -> MetricQuestion:
        return replace(self.question, period=ALL_TIME, grain="day")

    def _expression(
        self, build: Callable[[Scene], ir.Table], cluster: Cluster | None
    ) -> Callable[[Any], ir.Table]:
        people = self.definition.aggregate.people or cluster is not None
        ends = (EARLIEST, LATEST, LATEST, EARLIEST)

        def expression(view: Any) -> ir.Table:
            events, unnamed = (
                visible(self.ws, view, self._whole, people=named) for named in (people, False)
            )
            return build(Scene(self.ws, events, unnamed, view.named, self._whole, *ends, cluster))

        return expression
