"""Counts what a question asks: the rows of each slice, with what each person's add up to.

People stand for themselves while few rows make the answer, else by group of persons: by either way
the same person's rows are together, and by both ways of counting (over events, or over days that a
refresh keeps) the same ones.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from regulars.timeline.engine.snapshot import events_of
from regulars.understand.metrics import daily
from regulars.understand.metrics.daily import Cluster
from regulars.understand.metrics.folding import (
    FEW_ROWS,
    by_group,
    columns_of,
    each,
    fold,
    known_rows,
)
from regulars.understand.metrics.model import Definition, MetricQuestion, Row
from regulars.understand.metrics.queries.scene import BUCKET, Scene, slice_column, visible
from regulars.understand.metrics.windows import EARLIEST, Window

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

FEW_EVENTS = 300_000
"""In so few events people are looked at first, in more their groups."""


@dataclass(frozen=True)
class Watched:
    """The first event of those a metric reads (None: nobody looked), and how far customers go.

    `horizon` is just after the last thing that any customer did.
    """

    first: datetime | None
    horizon: datetime


@dataclass(frozen=True)
class Task:
    """A question with its period as the data bound it, and the state it is asked of."""

    ws: Workspace
    definition: Definition
    question: MetricQuestion
    watched: Watched
    start: datetime
    end: datetime
    mark: str

    @property
    def few(self) -> bool:
        """Whether there are few events at all."""
        return events_of(self.mark) <= FEW_EVENTS

    @property
    def keys(self) -> list[str]:
        """The columns that tell slices and bases apart."""
        slices = (slice_column(name) for name in self.question.by)
        return list(dict.fromkeys([*slices, *self.definition.aggregate.base]))


def counted(task: Task) -> list[Row]:
    """Return the rows by running the metric's expression over the period."""
    if not task.definition.aggregate.by_person:
        return _prepared(task)
    if task.few:
        people = _folded(task, "person")
        return people if known_rows(people) < FEW_ROWS else by_group(people)
    groups = _folded(task, "group")
    return groups if known_rows(groups) >= FEW_ROWS else _folded(task, "person")


def _folded(task: Task, cluster: Cluster) -> list[Row]:
    table, _scene = _run(task, cluster)
    return folded(task, table, grouped=cluster == "group")


def folded(task: Task, table: pa.Table, **how: Any) -> list[Row]:
    """Return the rows by slice of rows by slice and person; values stay by person."""
    if task.definition.aggregate.statistic.by_value:
        return each(table, grouped=how["grouped"])
    columns = columns_of(task.definition.aggregate.statistic, task.question.weighted)
    assert columns is not None
    keys = [*task.keys, BUCKET, *task.definition.aggregate.counted]
    return fold(table, keys, columns, **how)


def _prepared(task: Task) -> list[Row]:
    table, scene = _run(task, None)
    rows: list[Row] = table.to_pylist()
    prepare = task.definition.aggregate.prepare
    return rows if prepare is None else prepare(rows, scene)


def _run(task: Task, cluster: Cluster | None) -> tuple[pa.Table, Scene]:
    """Run the expression; rows by group of persons count these where it must be exact."""
    scenes: list[Scene] = []
    ws, question, aggregate = task.ws, task.question, task.definition.aggregate

    def build(view: Any) -> Any:
        events, unnamed = (
            visible(ws, view, question, people=people, start=task.start)
            for people in (aggregate.people or cluster is not None, False)
        )
        bounds = (task.start, task.end, task.watched.horizon, task.watched.first)
        distinct = cluster == "group" and aggregate.statistic.to_the_digit
        scene = Scene(ws, events, unnamed, view.named, question, *bounds, cluster, distinct)
        scenes.append(scene)
        assert aggregate.build is not None
        return aggregate.build(scene)

    return ws.query(build, as_of=question.as_of), scenes[-1]


def from_days(task: Task, setting: Hashable) -> list[Row] | None:
    """Return the rows as made of what a refresh keeps by day; None where nothing is kept."""
    ws, definition, question = task.ws, task.definition, task.question
    if not ws.engine.keeps or not daily.keeps(definition, question):
        return None
    first, horizon = task.watched.first, task.watched.horizon
    window = Window(
        EARLIEST if first is not None and task.start <= first else task.start,
        task.end,
        horizon if definition.aggregate.watched or first is not None else None,
        question.grain,
        task.keys,
        ws.zone,
    )
    days = daily.Days(ws, definition, question, window, setting)
    if not definition.aggregate.by_person:
        return days.rows()
    cluster: Cluster = "person" if task.few or days.few() else "group"
    table = days.table(cluster)
    if table is None:
        return None
    rows = folded(task, table, grouped=cluster == "group", single=days.single(cluster))
    enough = known_rows(rows) >= FEW_ROWS
    if cluster == "group":
        return rows if enough else None
    return by_group(rows) if enough else rows
