"""What a word of an order's status can mean, what is shipped, and what a workspace changed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from regulars.kit.errors import Invalid
from regulars.kit.headers import fold
from regulars.kit.text import Text

LONGEST: Final = 200


class Standing(StrEnum):
    """What a status says of an order."""

    COMPLETED = "completed"
    PLACED = "placed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PART_REFUNDED = "part_refunded"


TITLES: Final[Mapping[Standing, Text]] = {
    Standing.COMPLETED: Text("completed", "成交"),
    Standing.PLACED: Text("placed only", "仅下单"),
    Standing.CANCELLED: Text("cancelled: no order", "取消：不计"),
    Standing.REFUNDED: Text("completed and refunded in full", "成交并全额退款"),
    Standing.PART_REFUNDED: Text("completed, refunded in part", "成交并部分退款"),
}
Words = Mapping[str, Standing]
"""Word, as `spelled` spells it → what it means."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its meaning; `shipped` is what it means without the workspace's own say.

    Who changed it and when is known of the workspace's own words only.
    """

    word: str
    meaning: Standing
    shipped: Standing | None
    changed_by: str | None = None
    changed_at: datetime | None = None


def spelled(word: str) -> str:
    """Return what all spellings of a word share: case, width, blanks, - and _ do not count."""
    return fold(word).replace("_", " ")


@cache
def shipped() -> Words:
    """Return the list that comes with the product."""
    text = resources.files("regulars.listen.statuses").joinpath("statuses.toml").read_text("utf-8")
    return {
        spelled(word): Standing(meaning)
        for meaning, words in tomllib.loads(text).items()
        for word in words
    }


def checked(word: str) -> str:
    """Return the word as the list spells it; raises Invalid for what can be none."""
    spelling = spelled(word)
    if not spelling or len(spelling) > LONGEST:
        text = Text(
            f"Give a word of 1 to {LONGEST} characters.", f"请填写 1 至 {LONGEST} 个字符的状态词。"
        )
        raise Invalid("status.word", text, field="word")
    return spelling


def standing(meaning: str) -> Standing:
    """Return the meaning of that name; raises Invalid when there is none."""
    if meaning not in set(Standing):
        text = Text(
            f"A status means one of {', '.join(Standing)}; “{meaning}” is none of them.",
            f"状态的含义只能是 {'、'.join(Standing)}；“{meaning}”不在其中。",
        )
        raise Invalid("status.meaning", text, field="meaning")
    return Standing(meaning)
