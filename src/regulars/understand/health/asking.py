"""One set of answers: its cells, and how far each person's answers move them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.health import queries, spreading
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HealthWork:
    """One set of answers and the two queries over it."""

    ws: Workspace
    extent: EventScope
    as_of: datetime | None
    monthly: bool
    whole: bool
    split: tuple[str, str] | None = None

    def cells(self) -> list[Row]:
        """Return the cells of answers, in a fixed order."""
        table = self.ws.engine.summed(
            self._key("cells"),
            lambda view: queries.cells(self.answers(view)),
            by=("month", *queries.CELL),
            as_of=self.as_of,
        )
        rows: list[Row] = [{**row, "n": int(row["n"])} for row in table.to_pylist()]
        return sorted(rows, key=lambda row: (row["month"], row["touchpoint"], row["metric"]))

    def influence(self, weights: list[Row], by: str) -> dict[str, Row]:
        """Return people and squared influences by touchpoint or month.

        A refresh makes them of sums that it keeps, where every cell has a weight.
        """
        if not weights or not self.ws.engine.keeps:
            return self._influence(weights, by)
        pairs = self.ws.engine.summed(
            self._key("pairs", by),
            lambda view: queries.pairs(self.answers(view), by),
            by=spreading.PAIR,
            as_of=self.as_of,
        )
        present = self.ws.engine.summed(
            self._key("people", by),
            lambda view: queries.present(self.answers(view), by),
            by=(by,),
            as_of=self.as_of,
        )
        found = spreading.of_pairs(pairs.to_pylist(), present.to_pylist(), weights, by)
        rest = [row for row in weights if row[f"w_{by}"] not in found]
        return found | self._influence(rest, by)

    def _influence(self, weights: list[Row], by: str) -> dict[str, Row]:
        if not weights:
            return {}
        table = self.ws.query(
            lambda view: queries.influence(self.answers(view), weights, by), as_of=self.as_of
        )
        return {row[by]: row for row in table.to_pylist()}

    def _key(self, of: str, *more: object) -> tuple[object, ...]:
        extent, version = self.extent.key(self.ws.engine), catalog_service.current(self.ws).version
        return ("health", of, extent, self.monthly, self.whole, self.split, version, *more)

    def answers(self, view: View) -> ir.Table:
        """Return the answers that are asked for."""
        catalog = catalog_service.current(self.ws)
        wholes = list(catalog.wholes().items()) if self.whole else []

        def place(events: ir.Table) -> ir.Table:
            placed = catalog_service.placed_by(catalog, events, stage=False)
            if not wholes:
                return placed
            point = placed.touchpoint
            return placed.mutate(touchpoint=point.cases(*wholes, else_=point))

        found = queries.answers(view, self.extent, place, monthly=self.monthly)
        return queries.split(found, *self.split) if self.split else found
