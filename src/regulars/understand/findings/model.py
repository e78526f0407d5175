"""A finding: one computed result with what it was computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from regulars.timeline.watermarks import events_at

Payload = TypeVar("Payload")
Slice = Mapping[str, object]

EVERY = timedelta(days=2)
"""Of findings younger than this, each one is kept."""
DAILY = timedelta(days=90)
"""Of findings younger than this, the last of each day is kept; of older ones, of each month."""

LEARNT_EVERY = timedelta(days=7)
"""What is learnt from a year or more (a model, a ranking, a matching) is learnt anew weekly…"""
LEARNT_GROWTH = 0.02
"""…or when so much has come, as a share of all events, since it was learnt."""

ORIGIN = ("as_of", "computed_at", "version", "watermark")
"""What every face tells of a finding beside its payload."""


@dataclass(frozen=True, slots=True)
class Finding(Generic[Payload]):
    """What `key` came to for `slice`, with all that was known at `as_of`.

    `watermark` is the state of the timeline it was computed from (None: not recorded);
    `seconds` is how long the computation took.
    """

    key: str
    slice: dict[str, object]
    as_of: datetime
    computed_at: datetime
    version: int
    watermark: str | None
    seconds: float | None
    payload: Payload


@dataclass(frozen=True, slots=True)
class Learnt:
    """When and of which state of the timeline something was learnt."""

    at: datetime
    watermark: str

    def holds(self, watermark: str, now: datetime) -> bool:
        """Tell whether it need not be learnt anew: it is young, and little has come since."""
        before, there = events_at(self.watermark), events_at(watermark)
        return timedelta(0) <= now - self.at < LEARNT_EVERY and before <= there <= before * (
            1 + LEARNT_GROWTH
        )


def enveloped(finding: Finding[Any], method: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Return a finding as plain JSON values: what it was computed from, then what it came to.

    `method` is what a face makes of the payload; by default the payload itself.
    """
    origin = {name: getattr(finding, name) for name in ORIGIN}
    body = msgspec.to_builtins(finding.payload if method is None else method)
    if clash := origin.keys() & body.keys():
        raise ValueError(f"{finding.key} uses names of the envelope: {sorted(clash)}")
    return {**msgspec.to_builtins(origin), **body}


def slice_hash(about: Slice) -> str:
    """Return 32 hexadecimal digits that are equal for equal slices, whatever their order.

    Entries that are None are as if absent.
    """
    filled = {name: value for name, value in about.items() if value is not None}
    words = msgspec.json.encode(filled, order="sorted")
    return hashlib.blake2b(words, digest_size=16).hexdigest()


def superseded(moments: Iterable[tuple[int, datetime]], now: datetime, zone: ZoneInfo) -> list[int]:
    """Return the ids that may go, of one key and slice's (id, as_of) pairs.

    Kept are: all younger than two days, then the last of each day for 90 days, then the last of
    each month, in the reporting `zone`; and always the newest.
    """
    newest: set[object] = set()
    gone = []
    for number, moment in sorted(moments, key=lambda pair: (pair[1], pair[0]), reverse=True):
        age, day = now - moment, moment.astimezone(zone).date()
        slot: object = number
        if age >= DAILY:
            slot = (day.year, day.month)
        elif age >= EVERY:
            slot = day
        if newest and slot in newest:
            gone.append(number)
        newest.add(slot)
    return gone
