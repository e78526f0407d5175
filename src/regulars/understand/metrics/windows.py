"""Windows of time, and how a metric is kept by day so that any of them can be made of days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from regulars.kit.period import day_start

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from regulars.understand.metrics.model import Row
    from regulars.understand.metrics.queries.scene import Scene

SLICE = "slice_"
"""What the names of columns that carry a dimension's value begin with."""
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""The ends of a period that is open where nobody needs to know how long anything was watched."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked of what is kept: from when to when, in which buckets, by which columns.

    `horizon` is just after the last thing that customers were seen to do, None when nobody looked;
    an open start is EARLIEST.
    """

    start: datetime
    end: datetime
    horizon: datetime | None
    grain: str | None
    keys: list[str]
    zone: ZoneInfo

    @property
    def slices(self) -> list[str]:
        """The keys that are dimensions of the question."""
        return [key for key in self.keys if key.startswith(SLICE)]

    @property
    def days(self) -> tuple[date, date] | None:
        """The first day, and the day after the last; None when these are not whole days."""
        first = self.start.date() if self.start == EARLIEST else self.day(self.start)
        if self.end == self.horizon:  # nothing came after it on its day
            after: date | None = self.last_day + timedelta(days=1)
        else:
            after = self.day(self.end)
        return None if first is None or after is None else (first, after)

    @property
    def last_day(self) -> date:
        """The day of the last moment."""
        return (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()

    def over(self, days: int) -> date | None:
        """Return the day before which days are that so many days have passed since."""
        if self.horizon is None:
            return None
        last = (self.horizon - timedelta(microseconds=1)).astimezone(self.zone).date()
        return last - timedelta(days=days)

    def day(self, moment: datetime) -> date | None:
        """Return the day that begins at a moment, None when none does."""
        day = moment.astimezone(self.zone).date()
        return day if day_start(day, self.zone) == moment else None


@dataclass(frozen=True, slots=True)
class Daily:
    """How a metric is kept by day over all time; None for `build` means the metric's own.

    Without `window` the sums of days add up to those of a window, apart by `counted`, of the days
    after which at least `over` more have passed. With it,
    `window` makes the window's rows of what is kept, or None where it cannot. With `persons`,
    rows by `person_id` are kept instead of sums. `split` adds days up where some of them count
    otherwise, by the columns it is given.
    """

    build: Callable[[Scene], ir.Table] | None = None
    counted: tuple[str, ...] = ()
    window: Callable[[pa.Table, Window], list[Row] | None] | None = None
    persons: bool = False
    over: int = 0
    split: Callable[[pa.Table, Window, list[str]], pa.Table | None] | None = None
