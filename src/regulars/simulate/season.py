"""The year of a Chinese shop: how busy each hour is, and time measured in busyness."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from regulars.simulate.model import DAY, HOUR, ZONE_OFFSET, Plan

Floats = npt.NDArray[np.float64]
Moments = npt.NDArray[np.int64]
WEEK = 7 * DAY

NEW_YEARS: tuple[date, ...] = (
    date(2020, 1, 25),
    date(2021, 2, 12),
    date(2022, 2, 1),
    date(2023, 1, 22),
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 3),
    date(2031, 1, 23),
    date(2032, 2, 11),
    date(2033, 1, 31),
    date(2034, 2, 19),
    date(2035, 2, 8),
)
"""First days of the lunar year, as published by the Hong Kong Observatory."""

HOURS = np.array(
    [
        *(2, 1, 0.5, 0.3, 0.3, 0.6, 1.5, 3, 4.5, 5.5, 6.5, 6.5),
        *(6.5, 5.5, 5, 5, 5, 5, 5.5, 7, 8.5, 8.5, 7, 4.5),
    ]
)
"""How busy the hours of a day are; the evening most."""


class Season:
    """Busyness over the simulated time: 1.0 on average.

    A Poisson process in *busy time* is one in real time whose rate follows the season, so that
    rates and dropout of customers stay the declared ones.
    """

    def __init__(self, plan: Plan) -> None:
        days = (plan.end - plan.start) // DAY + 1
        first = date(1970, 1, 1) + timedelta(days=(plan.start + ZONE_OFFSET) // DAY)
        factors = np.array([_day(first + timedelta(days=i), plan) for i in range(days)])
        self.day_factors = factors / factors.mean()
        hours = np.outer(self.day_factors, HOURS / HOURS.mean()).ravel()
        self._real = plan.start + HOUR * np.arange(len(hours) + 1, dtype=np.int64)
        self._busy = np.concatenate([[0.0], np.cumsum(hours) * HOUR / WEEK])

    @property
    def length(self) -> float:
        """The whole simulated time, in busy weeks."""
        return float(self._busy[-1])

    def busy(self, moments: Moments) -> Floats:
        """Return moments as busy weeks since the start."""
        return np.asarray(np.interp(moments, self._real, self._busy))

    def moments(self, busy: Floats) -> Moments:
        """Return busy weeks as moments; beyond the end they lie after it."""
        inside = np.interp(busy, self._busy, self._real)
        return np.where(busy >= self._busy[-1], self._real[-1] + DAY, inside).astype(np.int64)


def _day(day: date, plan: Plan) -> float:
    """Return how busy a day is: weekends, Singles' Day, 18 June, Spring Festival."""
    factor = 1.25 if day.weekday() >= 5 else 0.9
    if (day.month, day.day) == (11, 11):
        return plan.effect("singles_day")
    if day.month == 11 and day.day < 11:
        factor *= 1.5
    elif (day.month, day.day) == (6, 18):
        factor *= 2.4
    for year in NEW_YEARS:
        since = (day - year).days
        if -1 <= since <= 5:
            return plan.effect("spring_festival")
        if -21 <= since < -7:
            factor *= 1.4
    return factor


def shifted(moments: Moments, spread: Floats) -> Moments:
    """Return `moments` moved on by `spread` days; from the night on to the next morning."""
    moved = moments + (spread * DAY).astype(np.int64)
    local = (moved + ZONE_OFFSET) % DAY
    night = (local < 8 * HOUR) | (local >= 22 * HOUR)
    since = (local - 22 * HOUR) % DAY  # how far into the night, up to ten hours
    morning = moved - since + 10 * HOUR + since // 4
    return np.asarray(np.where(night, morning, moved), dtype=np.int64)
