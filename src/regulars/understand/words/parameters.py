"""What a page's address asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from regulars.company.rights.model import Principal
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.understand.scope.model import EventFilter
from regulars.understand.scope.parameters import ScopedByChannel
from regulars.understand.words.model import KINDS, MOODS, Kind, Mood
from regulars.understand.words.searching import Sought
from regulars.understand.words.service import Asked


class WordParameters:
    """The query fields of page and API."""

    def __init__(
        self,
        *,
        scope: ScopedByChannel,
        against: Annotated[str | None, Query(description="start of the comparison window")] = None,
    ) -> None:
        self.scope, self.against = scope, against or None

    def look(self, caller: Principal) -> EventFilter:
        """Return which events are looked at, within the caller's places."""
        return self.scope.event_filter(caller)

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
        touchpoint: Annotated[str | None, Query(description="touchpoint mentioned")] = None,
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
