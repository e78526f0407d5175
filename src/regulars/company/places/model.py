"""The organisation tree; pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Text


class Kind(StrEnum):
    """What a place is."""

    REGION = "region"
    STORE = "store"
    TEAM = "team"
    CHANNEL = "channel"


KIND_NAMES: dict[Kind, Text] = {
    Kind.REGION: Text("Region", "区域"),
    Kind.STORE: Text("Store", "门店"),
    Kind.TEAM: Text("Team", "团队"),
    Kind.CHANNEL: Text("Channel", "渠道"),
}
MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A place where customers meet the company; `id` is what events carry.

    It exists from `opened_on` until `closed_on` (excluded); None is open-ended.
    """

    id: str
    name: Text
    kind: Kind = Kind.STORE
    parent: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None

    def is_open(self, day: date) -> bool:
        """Tell whether the place exists on `day`."""
        return (self.opened_on is None or self.opened_on <= day) and (
            self.closed_on is None or day < self.closed_on
        )


@dataclass(frozen=True, slots=True)
class TreeVersion:
    """One state of the tree: its number, and who made it when and why."""

    number: int
    at: datetime
    by: str
    verb: str
    subject: str


class Tree:
    """An organisation tree: every parent exists and no place lies below itself.

    Raises Invalid that names the place which breaks this.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self._places: dict[str, Place] = {}
        for place in places:
            if place.id in self._places:
                raise _wrong(place.id, "is there twice", "重复出现")
            self._places[place.id] = place
        for place in self._places.values():
            self._check(place)

    def _check(self, place: Place) -> None:
        if not place.id.strip() or len(place.id) > 64 or place.id != place.id.strip():
            raise _wrong(place.id, "needs an id of 1 to 64 characters", "的编号须为 1 至 64 个字符")
        if not (place.name.en.strip() or place.name.zh.strip()):
            raise _wrong(place.id, "needs a name", "缺少名称")
        if place.opened_on and place.closed_on and place.closed_on <= place.opened_on:
            raise _wrong(place.id, "closes before it opens", "的关闭日期早于开业日期")
        if place.parent is not None and place.parent not in self._places:
            raise _wrong(
                place.id,
                f"lies below “{place.parent}”, which does not exist",
                f"的上级“{place.parent}”不存在",
            )
        seen = {place.id}
        for above in self.above(place.id):
            if above.id in seen:
                raise _wrong(place.id, "would lie below itself", "不能成为自己的下级")
            seen.add(above.id)
        if len(seen) > MAX_DEPTH:
            raise _wrong(
                place.id, f"lies deeper than {MAX_DEPTH} levels", f"的层级超过 {MAX_DEPTH} 层"
            )

    def __contains__(self, place_id: object) -> bool:
        return place_id in self._places

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    def __len__(self) -> int:
        return len(self._places)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and self._places == other._places

    def __hash__(self) -> int:
        return hash(frozenset(self._places.values()))

    def get(self, place_id: str) -> Place:
        """Return the place; raises NotFound."""
        if place_id not in self._places:
            raise NotFound(
                "places.unknown",
                Text(f"There is no place “{place_id}”.", f"没有编号为“{place_id}”的地点。"),
                place=place_id,
            )
        return self._places[place_id]

    def name(self, place_id: str) -> Text:
        """Return the place's name, or the id itself for a place that only events know."""
        place = self._places.get(place_id)
        return place.name if place else Text(place_id, place_id)

    @cached_property
    def _children(self) -> dict[str | None, list[Place]]:
        children: dict[str | None, list[Place]] = {}
        for place in sorted(self._places.values(), key=_order):
            children.setdefault(place.parent, []).append(place)
        return children

    def children(self, place_id: str | None) -> list[Place]:
        """Return the places directly below; None asks for the topmost ones."""
        return self._children.get(place_id, [])

    def above(self, place_id: str) -> Iterator[Place]:
        """Yield the parent, its parent, and so on to the top."""
        parent = self._places[place_id].parent
        for _step in range(MAX_DEPTH + 1):
            if parent is None or parent not in self._places:
                return
            yield self._places[parent]
            parent = self._places[parent].parent

    def within(self, chosen: Iterable[str]) -> frozenset[str]:
        """Return the chosen ids and all places below them.

        A chosen id that the tree does not know stands for itself only.
        """
        reached: set[str] = set()
        waiting = list(chosen)
        while waiting:
            place_id = waiting.pop()
            if place_id not in reached:
                reached.add(place_id)
                waiting += [child.id for child in self.children(place_id)]
        return frozenset(reached)

    def walk(self) -> Iterator[tuple[int, Place]]:
        """Yield (depth, place) from the top, each parent before its children."""
        waiting = [(0, place) for place in reversed(self.children(None))]
        while waiting:
            depth, place = waiting.pop()
            yield depth, place
            waiting += [(depth + 1, child) for child in reversed(self.children(place.id))]


def _order(place: Place) -> tuple[str, str]:
    return place.kind, place.id


def _wrong(place_id: str, en: str, zh: str) -> Invalid:
    return Invalid(
        "places.wrong", Text(f"Place “{place_id}” {en}.", f"地点“{place_id}”{zh}。"), place=place_id
    )
