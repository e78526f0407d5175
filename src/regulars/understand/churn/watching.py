"""Customers as they were known at a cut, ready for the models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa

from regulars.company.rights.model import Scope
from regulars.timeline.workspace import Workspace
from regulars.understand.churn import queries
from regulars.understand.churn.model import AHEAD, Array, Seen
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.lifetime_value.model import Histories, Purchasing

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

EPOCH = date(1970, 1, 1)
Rhythm = tuple[float, float, float, float]


@dataclass(frozen=True)
class Watch:
    """What is watched: whose places, in which currency, which event of leaving."""

    ws: Workspace
    scope: Scope
    event: str | None
    currency: str | None

    @cached_property
    def days(self) -> pa.Table:
        """What every customer did on each day; read once for all cuts."""
        return self.ws.query(self._days)

    def _days(self, view: View) -> ir.Table:
        return queries.days(view, self.scope, currency=self.currency, event=self.event)

    def seen(
        self, cut: date, *, until: date | None = None, identities: Sequence[str] | None = None
    ) -> Seen:
        """Return every customer as known at the start of `cut`; the outcome as of `until`."""
        found = (
            self.days if identities is None else self.ws.query(self._days, identities=identities)
        )
        table = self.ws.query(lambda _: queries.customers(ibis.memtable(found), cut, until=until))
        return _seen(table, cut, self.event)


def _seen(table: pa.Table, cut: date, event: str | None) -> Seen:
    until = float((cut - EPOCH).days)
    first, last, left = (until - _days(table, name) for name in ("first", "last", "left"))
    scores, points = _numbers(table, "scores"), _numbers(table, "points")
    columns = {
        "silence": last - 1,
        "tenure": first - 1,
        **{
            name: _numbers(table, name)
            for name in ("days", "days_30", "days_91", "orders", "spent", "complaints", "contacts")
        },
        "score": np.divide(points, scores, out=np.full(len(scores), np.nan), where=scores > 0),
    }
    came = _numbers(table, "came")
    lost = (came == 0).astype(np.float64) if event is None else np.isfinite(left) * 1.0
    ids = np.array(table.column("person_id").to_pylist(), dtype=object)
    return Seen(cut, ids, columns, lost, -left)


def with_rhythm(seen: Seen) -> tuple[Seen, Rhythm | None]:
    """Add what BG/NBD, fitted to the days with an action up to this cut, says of silence."""
    found = _histories(seen)
    if not (found.repeats > 0).any():
        seen.columns["rhythm"] = np.zeros(len(seen))
        return seen, None
    model = lifetime_value.fit_purchasing(found).model
    seen.columns["rhythm"] = rhythm(seen, model)
    return seen, (model.r, model.alpha, model.a, model.b)


def rhythm(seen: Seen, model: Purchasing) -> Array:
    """Return the log odds that BG/NBD gives for no action within `AHEAD` days."""
    none = np.clip(lifetime_value.none_within(model, _histories(seen), float(AHEAD)), 1e-9, None)
    held = np.minimum(none, 1 - 1e-9)
    result: Array = np.log(held) - np.log1p(-held)
    return result


def _histories(seen: Seen) -> Histories:
    tenure, silence = seen.columns["tenure"], seen.columns["silence"]
    return Histories(seen.columns["days"] - 1, tenure - silence, tenure, np.zeros(len(seen)))


def joined(parts: list[Seen]) -> Seen:
    """Return the customers of several cuts as one."""
    columns = {name: np.concatenate([part.columns[name] for part in parts])
               for name in parts[0].columns}  # fmt: skip
    return Seen(
        parts[0].cut,
        np.concatenate([part.ids for part in parts]),
        columns,
        np.concatenate([part.lost for part in parts]),
        np.concatenate([part.lost_after for part in parts]),
    )


def _days(table: pa.Table, name: str) -> Array:
    column = table.column(name).cast(pa.date32()).cast(pa.int32())
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _numbers(table: pa.Table, name: str) -> Array:
    return np.asarray(table.column(name).to_numpy(), dtype=np.float64)
