"""Journeys worked out event by event in plain Python: the oracle of the set-based expressions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from regulars.understand.journeys.model import Order

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Happened:
    """One event: who, which step, how many minutes after the start."""

    who: str
    step: str
    minute: int


def journeys(events: Sequence[Happened]) -> dict[str, list[Happened]]:
    """Return each one's events in order: by time, then step."""
    found: dict[str, list[Happened]] = defaultdict(list)
    for event in sorted(events, key=lambda e: (e.minute, e.step)):
        found[event.who].append(event)
    return dict(found)


def edges(events: Sequence[Happened]) -> Counter[tuple[str, str]]:
    """Count which step directly followed which."""
    return Counter((a.step, b.step) for way in journeys(events).values() for a, b in pairwise(way))


def variants(events: Sequence[Happened]) -> Counter[tuple[str, ...]]:
    """Count sequences."""
    return Counter(tuple(e.step for e in way) for way in journeys(events).values())


def funnel(
    events: Sequence[Happened], steps: Sequence[str], window: int, order: Order
) -> list[int]:
    """Return how many reached each step, trying every attempt there is; `window` in minutes."""
    reached = [0] * len(steps)
    for way in journeys(events).values():
        best = _furthest(way, steps, window, order)
        for level in range(best):
            reached[level] += 1
    return reached


def _furthest(way: list[Happened], steps: Sequence[str], window: int, order: Order) -> int:
    if order == "any_order":
        return max((_held(way, steps, start.minute, window) for start in way), default=0)
    starts = [i for i, event in enumerate(way) if event.step == steps[0]]
    follow = _strict if order == "strict" else _loose
    return max((follow(way, steps, i, window) for i in starts), default=0)


def _held(way: list[Happened], steps: Sequence[str], start: int, window: int) -> int:
    """Return how many of the first steps all happened within the window from `start` on."""
    inside = {event.step for event in way if start <= event.minute <= start + window}
    level = 0
    while level < len(steps) and steps[level] in inside:
        level += 1
    return level


def _loose(way: list[Happened], steps: Sequence[str], start: int, window: int) -> int:
    level = 1
    for event in way[start + 1 :]:
        in_time = event.minute - way[start].minute <= window
        if level < len(steps) and event.step == steps[level] and in_time:
            level += 1
    return level


def _strict(way: list[Happened], steps: Sequence[str], start: int, window: int) -> int:
    level = 0
    for event in way[start:]:
        in_time = event.minute - way[start].minute <= window
        if level == len(steps) or event.step != steps[level] or not in_time:
            break
        level += 1
    return level


def at(minute: int) -> datetime:
    """Return the moment of a minute."""
    return START + timedelta(minutes=minute)
