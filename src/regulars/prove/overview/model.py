"""What the overview shows; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.kit.text import Text
from regulars.understand.health.model import Health
from regulars.understand.journeys.model import Mark, MarkWords


@dataclass(frozen=True, slots=True)
class Tile:
    """A key metric over its window, beside its target when there is one."""

    key: str
    title: Text
    unit: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    target: float | None
    verdict: str | None
    days: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A metric of one slice that changed beyond chance; `q` is the adjusted p-value of all."""

    metric: str
    title: Text
    slice: Text
    unit: str
    before: float | None
    after: float
    difference: float
    low: float | None
    high: float | None
    n: int
    q: float
    better: bool
    href: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The finding behind the first page.

    `tested` counts the changes that were looked at, `verdicts` how many targets stand how.
    """

    customers: int
    answers: int
    events: int
    last_event: datetime | None
    start: datetime | None
    end: datetime | None
    tiles: list[Tile]
    changes: list[Changed]
    tested: int
    verdicts: dict[str, int]
    words: dict[str, list[MarkWords]]
    health: Health
    pains: list[Mark]
    opportunities: list[Mark]
