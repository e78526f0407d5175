"""A person's events on one line: where each dot of the picture stands; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.listen.identities.model import Entry, IdentityKind

WIDTH = 1_000
LANE = 26
LEFT, RIGHT = 8, 8
STEPS = 250
"""Places along the line; events that fall on one place are one larger dot."""


@dataclass(frozen=True, slots=True)
class Dot:
    """Events of one kind at one place of the line; `x` and `y` in the picture's units."""

    x: float
    y: float
    kind: IdentityKind
    count: int
    at: datetime

    @property
    def radius(self) -> float:
        """Grows slowly with the number of events."""
        return min(3.5 + 0.9 * math.sqrt(self.count - 1), 9.0)


@dataclass(frozen=True, slots=True)
class StoryLine:
    """The picture: its dots, its height, its lanes (kind, y) and the moments at both ends."""

    dots: tuple[Dot, ...]
    lanes: tuple[tuple[IdentityKind, int], ...]
    height: int
    first_at: datetime
    last_at: datetime


def line(entries: Sequence[Entry]) -> StoryLine | None:
    """Return the picture of events (newest first), or None when there are fewer than two."""
    if len(entries) < 2:
        return None
    first, last = entries[-1].occurred_at, entries[0].occurred_at
    span = max(last - first, timedelta(seconds=1))
    kinds = [kind for kind in IdentityKind if any(one.kind is kind for one in entries)]
    lane_of = {kind: LANE * index + LANE // 2 for index, kind in enumerate(kinds)}
    heaps: dict[tuple[IdentityKind, int], list[Entry]] = {}
    for one in entries:
        step = round((one.occurred_at - first) / span * STEPS)
        heaps.setdefault((one.kind, step), []).append(one)
    dots = [
        Dot(
            round(LEFT + step / STEPS * (WIDTH - LEFT - RIGHT), 1),
            lane_of[kind],
            kind,
            len(heap),
            heap[-1].occurred_at,
        )
        for (kind, step), heap in sorted(heaps.items(), key=lambda item: item[0][1])
    ]
    return StoryLine(tuple(dots), tuple(lane_of.items()), LANE * len(kinds), first, last)
