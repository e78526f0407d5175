"""Content that exists in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Text:
    """A short text in English and Chinese."""

    en: str
    zh: str

    def in_(self, language: str) -> str:
        """Return the text in `language`; anything that is not Chinese reads English."""
        return self.zh if language.startswith("zh") else self.en

    def format(self, **values: object) -> Text:
        """Fill both texts with the same named values."""
        return Text(self.en.format(**values), self.zh.format(**values))
