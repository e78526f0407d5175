"""Slices too thin to be looked at month by month: the last quarter or half-year against the year.

A store that few customers answer about may fall for months before one month tells. Its last three
months, or six where these are too few, are held against the twelve months before them; how much
such windows vary anyway is estimated over all slices of the rule together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

from regulars.act.alerts.detecting import Reading, Surprise, fallen, variation
from regulars.kit.period import Period, add_months, day_start
from regulars.timeline.workspace import Workspace
from regulars.understand.policy import MIN_SAMPLE

Slice = tuple[tuple[str, str], ...]
Measured = Mapping[Slice, tuple[Reading, str]]
Measure = Callable[[Period], Measured]
"""Gives each slice's reading and unit over a period."""
WINDOWS = (3, 6)
"""Months of a window; the first that holds enough observations is taken."""
YEAR = 12


def surprises(
    ws: Workspace, period: Period, measure: Measure, wanted: Collection[Slice]
) -> dict[Slice, tuple[Surprise, str]]:
    """Return how unusual the window up to the end of `period` is, by slice not `wanted` yet."""
    assert period.end is not None
    end = period.end.astimezone(ws.zone).date()
    surprising: dict[Slice, tuple[Surprise, str]] = {}
    for months in WINDOWS:
        last = measure(_between(ws, add_months(end, -months), end))
        left = {
            key: found
            for key, found in last.items()
            if found[0].n >= MIN_SAMPLE and key not in wanted and key not in surprising
        }
        if left:
            surprising |= _against_the_year(ws, measure, left, add_months(end, -months), months)
    return surprising


def _against_the_year(
    ws: Workspace, measure: Measure, last: Measured, end: date, months: int
) -> dict[Slice, tuple[Surprise, str]]:
    """Return the surprises of windows that begin at `end`, against the twelve months before it."""
    before = measure(_between(ws, add_months(end, -YEAR), end))
    windows = [
        measure(_between(ws, add_months(end, -back), add_months(end, months - back)))
        for back in range(YEAR, 0, -months)
    ]
    surprising = {}
    for unit in {unit for _reading, unit in last.values()}:
        series = [
            [told[key][0] for told in windows if key in told]
            for key, (_reading, own) in before.items()
            if own == unit
        ]
        usual = variation(series, unit)
        for key, (reading, own) in last.items():
            if own == unit and key in before:
                found = fallen(reading, before[key][0], unit, usual)
                if found is not None:
                    surprising[key] = found, unit
    return surprising


def _between(ws: Workspace, start: date, end: date) -> Period:
    return Period(day_start(start, ws.zone), day_start(end, ws.zone))
