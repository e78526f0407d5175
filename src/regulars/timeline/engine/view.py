"""What a query sees: one consistent table of events, and the fold of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import ibis

from regulars.timeline.moments import local_date

if TYPE_CHECKING:
    import ibis.expr.types as ir

UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class View:
    """Events as of one moment; every acknowledged event stands in it once.

    `watermark` identifies the state of the data: equal marks, equal answers. `zone` is the
    reporting time zone.
    """

    events: ir.Table
    people: ir.Table | None
    watermark: str
    as_of: datetime | None = None
    zone: ZoneInfo = UTC

    def day(self, moment: ir.Value) -> ir.Value:
        """Return the date of a moment (from a column) in the reporting time zone."""
        return local_date(moment, self.zone)

    def with_person(self) -> ir.Table:
        """Return the events with `person_id`: the folded person, null without an identity."""
        return self.named(self.events)

    def named(self, table: ir.Table) -> ir.Table:
        """Add `person_id` to rows that have an `identity_id`."""
        if self.people is None:
            return table.mutate(person_id=table.identity_id)
        people = self.people.select(linked_id="identity_id", linked_person="person_id")
        joined = table.left_join(people, table.identity_id == people.linked_id)
        return joined.mutate(
            person_id=ibis.coalesce(joined.linked_person, joined.identity_id)
        ).drop("linked_id", "linked_person")
