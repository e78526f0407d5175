"""One set of answers: its cells, and how far each person's answers move them.

A refresh keeps the answers themselves, by person: whatever extent is asked, they make it. Sums of a
window would have to be made anew whenever it moves on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis

from regulars.kit.period import ALL_TIME, Period
from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.health import queries
from regulars.understand.health.model import TREND_MONTHS
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HealthWork:
    """One set of answers and the queries over it."""

    ws: Workspace
    extent: EventScope
    as_of: datetime | None
    monthly: bool
    whole: bool
    split: tuple[str, str] | None = None

    def cells(self) -> list[Row]:
        """Return the cells of answers, in a fixed order."""
        table = self._asked(queries.cells)
        rows: list[Row] = [{**row, "n": int(row["n"])} for row in table.to_pylist()]
        return sorted(rows, key=lambda row: (row["month"], row["touchpoint"], row["metric"]))

    def influence(self, weights: list[Row], by: str) -> dict[str, Row]:
        """Return people and squared influences by touchpoint or month."""
        if not weights:
            return {}
        table = self._asked(lambda answers: queries.influence(answers, weights, by))
        return {row[by]: row for row in table.to_pylist()}

    def counted(self, touchpoint: str) -> list[Row]:
        """Return how often each score was given at a touchpoint, by question."""
        rows: list[Row] = self._asked(
            lambda answers: queries.counted(answers, touchpoint)
        ).to_pylist()
        return rows

    def _asked(self, build: Callable[[ir.Table], ir.Table]) -> pa.Table:
        """Run an expression over the answers; in a refresh over those that are kept."""
        if not self.ws.engine.keeps:
            return self.ws.query(
                lambda view: build(self._shaped(queries.answers(view, self.extent, self._place))),
                as_of=self.as_of,
            )
        kept = ibis.memtable(self._kept())
        return self.ws.query(lambda _view: build(self._shaped(self.extent.of(kept))))

    def _kept(self) -> pa.Table:
        """Return everybody's answers, of other moments than the extent's too."""
        lately = scopes.months(self.ws, TREND_MONTHS, self.ws.engine.now).start
        start = self.extent.period.start
        since = lately if lately and start and start >= lately else None
        every = EventScope(Period(since, None) if since else ALL_TIME)
        version = catalog_service.current(self.ws).version
        return self.ws.engine.persons(
            ("answers about touchpoints", version, since is None),
            lambda view: queries.answers(view, every, self._place),
            of="person",
            as_of=self.as_of,
            since=since,
        )

    def _place(self, events: ir.Table) -> ir.Table:
        catalog = catalog_service.current(self.ws)
        return catalog_service.placed_by(catalog, events, stage=False)

    def _shaped(self, answers: ir.Table) -> ir.Table:
        """Return the answers as they are asked for: of whole touchpoints, by month, split."""
        wholes = list(catalog_service.current(self.ws).wholes().items()) if self.whole else []
        point = answers.touchpoint
        answers = answers.mutate(
            touchpoint=point.cases(*wholes, else_=point) if wholes else point,
            month=answers.in_month if self.monthly else ibis.literal(""),
        )
        return queries.split(answers, *self.split) if self.split else answers
