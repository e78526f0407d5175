"""Form fields as typed values, with an error of its own for each field that is wrong.

A handler takes `fields: FormFields`, asks for each value, and shows the form again with
`fields.errors` and `fields.raw` unless `fields.ok`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.errors import Invalid, RegularsError
from regulars.kit.period import parse_edge

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
YES = frozenset({"1", "on", "true", "yes"})


class Typed(dict[str, str]):
    """What was typed into a form; a field that was not sent reads as an empty one."""

    def __missing__(self, _name: str) -> str:
        return ""


class Fields:
    """The fields of one sent form. Every reader returns None for an empty or wrong field."""

    def __init__(self, data: FormData) -> None:
        self._data = data
        self.errors: dict[str, str] = {}

    @property
    def ok(self) -> bool:
        """Whether nothing that was read so far is wrong."""
        return not self.errors

    @property
    def raw(self) -> Typed:
        """What was typed, for showing the form again; no files, no token."""
        return Typed(
            (name, value)
            for name, value in self._data.multi_items()
            if isinstance(value, str) and name != "csrf"
        )

    def fail(self, name: str, words: str) -> None:
        """Note that field `name` is wrong; the first reason stays."""
        self.errors.setdefault(name, words)

    def take(self, error: RegularsError) -> None:
        """Note what a service refused: at the field it names, or for the whole form ("")."""
        self.fail(str(error.details.get("field", "")), say(error.message))

    def text(self, name: str, *, required: bool = False, most: int = 500) -> str | None:
        """Read a text without the space around it."""
        value = self._data.get(name)
        words = value.strip() if isinstance(value, str) else ""
        if not words:
            if required:
                self.fail(name, _("Fill this in."))
            return None
        if len(words) > most:
            self.fail(name, _("At most {n} characters.").format(n=most))
            return None
        return words

    def email(self, name: str, *, required: bool = False) -> str | None:
        """Read an e-mail address."""
        words = self.text(name, required=required, most=254)
        if words is not None and not EMAIL.fullmatch(words):
            self.fail(name, _("Write an address like name@example.com."))
            return None
        return words

    def number(
        self,
        name: str,
        *,
        required: bool = False,
        least: float | None = None,
        most: float | None = None,
    ) -> float | None:
        """Read a number; a decimal comma and thousands in groups of three are understood."""
        words = self.text(name, required=required, most=40)
        if words is None:
            return None
        value = read_number(words)
        if value is None:
            self.fail(name, _("Write a number, for example 12.5."))
            return None
        if (least is not None and value < least) or (most is not None and value > most):
            self.fail(name, _range_words(least, most))
            return None
        return value

    def whole(
        self,
        name: str,
        *,
        required: bool = False,
        least: int | None = None,
        most: int | None = None,
    ) -> int | None:
        """Read a whole number."""
        value = self.number(name, required=required, least=least, most=most)
        if value is not None and value != int(value):
            self.fail(name, _("Write a whole number."))
            return None
        return None if value is None else int(value)

    def choice(self, name: str, options: Collection[str], *, required: bool = False) -> str | None:
        """Read one of `options`."""
        words = self.text(name, required=required)
        if words is not None and words not in options:
            self.fail(name, _("Choose one from the list."))
            return None
        return words

    def choices(self, name: str, options: Collection[str] | None = None) -> list[str]:
        """Read all ticked values, in the order of the form."""
        found = [v for v in self._data.getlist(name) if isinstance(v, str) and v]
        if options is not None and any(value not in options for value in found):
            self.fail(name, _("Choose from the list."))
            return []
        return found

    def flag(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        value = self._data.get(name)
        return isinstance(value, str) and value.lower() in YES

    def day(self, name: str, *, required: bool = False) -> date | None:
        """Read a date as the browser's date field sends it."""
        words = self.text(name, required=required, most=10)
        if words is None:
            return None
        try:
            return date.fromisoformat(words)
        except ValueError:
            self.fail(name, _("Write a date like 2026-10-05."))
            return None

    def moment(self, name: str, zone: ZoneInfo, *, required: bool = False) -> datetime | None:
        """Read a month, day or moment, meant in `zone`."""
        words = self.text(name, required=required, most=40)
        if words is None:
            return None
        try:
            return parse_edge(words, zone)
        except Invalid as error:
            self.fail(name, say(error.message))
            return None

    def file(self, name: str, *, required: bool = False) -> UploadFile | None:
        """Return the sent file."""
        value = self._data.get(name)
        if isinstance(value, UploadFile) and value.filename:
            return value
        if required:
            self.fail(name, _("Choose a file."))
        return None

    def files(self, name: str) -> list[UploadFile]:
        """Return all sent files, in the order they were chosen."""
        found = self._data.getlist(name)
        return [one for one in found if isinstance(one, UploadFile) and one.filename]


def read_number(words: str) -> float | None:
    """Read `1,234.5`, `1 234,5`, `12.5` or `12,5`; None when it is no finite number.

    One lone comma with three digits behind it is read as thousands.
    """
    plain = words.replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-").strip()
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"[+-]?\d{1,3}([ .]\d{3})+,\d+|[+-]?\d{1,3}( \d{3})+", plain):
        plain = plain.replace(" ", "").replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d+,\d+", plain):
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def _range_words(least: float | None, most: float | None) -> str:
    if least is None:
        return _("At most {most}.").format(most=f"{most:g}")
    if most is None:
        return _("At least {least}.").format(least=f"{least:g}")
    return _("From {least} to {most}.").format(least=f"{least:g}", most=f"{most:g}")


async def _read(request: Request) -> Fields:
    return Fields(await request.form())


FormFields = Annotated[Fields, Depends(_read)]
