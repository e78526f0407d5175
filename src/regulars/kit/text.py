"""Content that exists in two languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_MEETING = re.compile(r"[\u3400-\u9fff][A-Za-z0-9¥$£€+\u2212]|[A-Za-z0-9%][\u3400-\u9fff]")
"""A Chinese character beside a Latin letter or a digit: a blank belongs between them."""


@dataclass(frozen=True, slots=True)
class Text:
    """A short text in English and Chinese."""

    en: str
    zh: str

    def in_(self, language: str) -> str:
        """Return the text in `language`; anything that is not Chinese reads English."""
        return self.zh if language.startswith("zh") else self.en

    def format(self, /, **values: object) -> Text:
        """Fill both texts with the same named values."""
        return Text(self.en.format(**values), fill_chinese(self.zh, **values))


def fill_chinese(words: str, /, **values: object) -> str:
    """Fill `{name}` in Chinese words, with a blank where Chinese meets a Latin letter or a digit.

    `{who}做过什么` reads `Clara 做过什么`, and `王芳做过什么`. Only the edges of a value are looked
    at: what stands inside it is not ours.
    """
    filled = ""
    for literal, name, form, conversion in Formatter().parse(words):
        filled = _joined(filled, literal)
        if name is not None:
            value, _ = Formatter().get_field(name, (), values)
            value = Formatter().convert_field(value, conversion)
            filled = _joined(filled, format(value, form or ""))
    return filled


def _joined(left: str, right: str) -> str:
    apart = bool(left and right and _MEETING.fullmatch(left[-1] + right[0]))
    return f"{left} {right}" if apart else left + right
