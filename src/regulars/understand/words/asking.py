"""What a page's address asks for, and the choices of its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from regulars.company.places import picking
from regulars.company.rights.model import Principal
from regulars.faces import period_picker
from regulars.faces.links import Item
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import USUAL, EventFilter
from regulars.understand.words.model import KINDS, MOODS, Kind, Mood
from regulars.understand.words.searching import Sought
from regulars.understand.words.service import Asked


class Wish:
    """The query fields of page and API."""

    def __init__(
        self,
        *,
        period: Annotated[str | None, Query(description="2026-10, 12m, all")] = None,
        start: Annotated[str | None, Query(alias="from")] = None,
        end: Annotated[str | None, Query(alias="to", description="excluded")] = None,
        place: Annotated[str | None, Query(description="with places below")] = None,
        channel: Annotated[str | None, Query()] = None,
        against: Annotated[
            str | None, Query(description="begin of the window that a short period is held against")
        ] = None,
    ) -> None:
        self.period, self.start, self.end = period or None, start or None, end or None
        self.place, self.channel, self.against = place or None, channel or None, against or None

    def look(self, caller: Principal) -> EventFilter:
        """Return the extent, within the caller's places."""
        return EventFilter(
            self.period or USUAL, self.start, self.end, self.place, self.channel, caller.places
        )

    def asked(self, caller: Principal) -> Asked:
        """Return the question, within the caller's places."""
        return Asked(self.look(caller), self.against)


class Seek:
    """The fields of a search; an unknown one is refused."""

    def __init__(
        self,
        *,
        q: Annotated[str, Query(description="words that must occur", max_length=200)] = "",
        kind: Annotated[str | None, Query(alias="type", description="problem type")] = None,
        mood: Annotated[str | None, Query(description="negative, neutral, positive")] = None,
        touchpoint: Annotated[str | None, Query(description="the touchpoint meant")] = None,
        number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
    ) -> None:
        self.sought = Sought(
            q, read_kind(kind) if kind else None, read_mood(mood) if mood else None,
            touchpoint or None, number,
        )  # fmt: skip


def read_kind(word: str) -> Kind:
    """Return the problem type of that key. Raises Invalid."""
    if word not in {str(one) for one in KINDS}:
        raise Invalid(
            "words.type", Text(f"There is no problem type {word}.", f"没有问题类型 {word}。"),
            field="type",
        )  # fmt: skip
    return Kind(word)


def read_mood(word: str) -> Mood:
    """Return the feeling of that key. Raises Invalid."""
    if word not in {str(one) for one in MOODS}:
        raise Invalid(
            "words.mood",
            Text(
                "A feeling is negative, neutral or positive.",
                "情感为 negative、neutral 或 positive。",
            ),
            field="mood",
        )  # fmt: skip
    return Mood(word)


@dataclass(frozen=True, slots=True)
class Pickers:
    """The page's choices, each with the words of the present one."""

    period: str
    periods: tuple[Item, ...]
    place: str
    places: tuple[Item, ...]


def pickers(request: Request, ws: Workspace, caller: Principal, wish: Wish) -> Pickers:
    """Return the choices of period and place."""
    period = period_picker.with_usual(request, wish.period, wish.start, wish.end)
    place = picking.choices(request, ws, caller.places, wish.place)
    return Pickers(*period, *place)
