"""Stages, touchpoints and the rules that place events; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from regulars.kit.text import Text

KEY = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
"""What the keys of stages and touchpoints look like."""


class Area(StrEnum):
    """Result areas of an experience (R7); every touchpoint carries one."""

    PRODUCT = "product"
    SERVICE = "service"
    COMMUNICATION = "communication"
    PEOPLE = "people"
    PROCESS = "process"


class Phase(StrEnum):
    """The three phases that experience management covers (R1)."""

    PRE_SALE = "pre_sale"
    PURCHASE = "purchase"
    AFTER_SALE = "after_sale"


AREA_TITLES: dict[Area, Text] = {
    Area.PRODUCT: Text("Product", "产品"),
    Area.SERVICE: Text("Service", "服务"),
    Area.COMMUNICATION: Text("Communication", "沟通"),
    Area.PEOPLE: Text("People", "人员"),
    Area.PROCESS: Text("Process", "流程"),
}
PHASE_TITLES: dict[Phase, Text] = {
    Phase.PRE_SALE: Text("Pre-sale", "售前"),
    Phase.PURCHASE: Text("Purchase", "售中"),
    Phase.AFTER_SALE: Text("After-sale", "售后"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Events that belong to a touchpoint: every condition that is given must hold.

    Within a condition one of the listed values is enough; an empty condition says nothing.
    """

    names: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The event columns that are tested besides the name, with their allowed values."""
        pairs = (("channel", self.channels), ("source", self.sources), ("metric", self.metrics))
        return tuple((column, values) for column, values in pairs if values)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the relation, from awareness to loyalty."""

    key: str
    title: Text
    phase: Phase


@dataclass(frozen=True, slots=True)
class Target:
    """What a touchpoint should reach: a metric's key and a value in the metric's unit."""

    metric: str
    value: float


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """A place of contact between customer and company.

    `order` is the expected position within one order, case or visit; touchpoints without one may
    come at any time. `wait_hours` is the longest acceptable median wait before it. `floor` is the
    performance, 0 (the worst end of its scale) to 100, below which it hurts whatever the others do;
    None for the usual one. A floor is no target: that may be due in two years. `weight` is its
    importance in the health index (0 leaves it out). `part_of` names the touchpoint of which this
    is one outcome (late of all deliveries): the index takes both as one. `aliases` are other
    spellings of the key that senders use.
    """

    key: str
    title: Text
    stage: str
    area: Area
    owner: Text | None = None
    channels: tuple[str, ...] = ()
    digital: bool = False
    order: int | None = None
    wait_hours: float | None = None
    floor: float | None = None
    weight: float = 1.0
    part_of: str | None = None
    target: Target | None = None
    events: tuple[Rule, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """Stages in the order of the journey, and their touchpoints.

    `version` counts up from 1; 0 is the default that ships with the product.
    """

    title: Text
    stages: tuple[Stage, ...]
    touchpoints: tuple[Touchpoint, ...]
    version: int = field(default=0, compare=False)

    def touchpoint(self, key: str) -> Touchpoint | None:
        """Return the touchpoint with that key, if the catalog has it."""
        return next((point for point in self.touchpoints if point.key == key), None)

    def stage(self, key: str | None) -> Stage | None:
        """Return the stage with that key, if the catalog has it."""
        return next((stage for stage in self.stages if stage.key == key), None)

    def stage_of(self, touchpoint: str) -> str | None:
        """Return the stage key of a touchpoint; None when the catalog does not know it."""
        found = self.touchpoint(touchpoint)
        return found.stage if found else None

    def tested(self) -> tuple[str, ...]:
        """Return the event columns, besides name and touchpoint, that the rules look at."""
        rules = [rule for point in self.touchpoints for rule in point.events]
        return tuple(sorted({column for rule in rules for column, _values in rule.conditions}))

    def wholes(self) -> dict[str, str]:
        """Return outcome → the touchpoint it is a part of."""
        return {p.key: p.part_of for p in self.touchpoints if p.part_of is not None}

    def in_stage(self, stage: str) -> list[Touchpoint]:
        """Return a stage's touchpoints in the order they are written."""
        return [point for point in self.touchpoints if point.stage == stage]

    def title_of(self, touchpoint: str) -> Text:
        """Return a touchpoint's title; an unknown one is called by its own name."""
        found = self.touchpoint(touchpoint)
        return found.title if found else Text(touchpoint, touchpoint)
