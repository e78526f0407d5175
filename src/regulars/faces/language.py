"""The language of the person we speak to, and the catalogs of what we say."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from regulars.kit.text import LANGUAGES, Language, Text, fill_chinese

FOLDER = Path(__file__).parent / "locale"
_current: ContextVar[Language] = ContextVar("language", default="en")


@cache
def catalog(language: Language) -> dict[str, str]:
    """Return message → translation: every `.po` file of the language's folder, joined.

    One file a noun, so that who adds a page touches one catalog.
    """
    texts: dict[str, str] = {}
    for file in sorted((FOLDER / ("zh_CN" if language == "zh" else language)).glob("*.po")):
        with file.open("rb") as lines:
            for message in read_po(lines):
                if message.id and message.string and not message.fuzzy:
                    texts[str(message.id)] = str(message.string)
    return texts


def gettext(message: str) -> str:
    """Return `message` (English) in the current language."""
    return catalog(_current.get()).get(message, message)


def gettext_noop(message: str) -> str:
    """Return `message` as it is, and mark it as one that `gettext` is asked for elsewhere."""
    return message


def fill(words: str, /, **values: object) -> str:
    """Fill `{name}` in words of the current language; names may be written in either script."""
    return fill_chinese(words, **values) if _current.get() == "zh" else words.format(**values)


def current() -> Language:
    """Return the language of the request or command under way."""
    return _current.get()


def say(text: Text) -> str:
    """Return a two-language text in the current language."""
    return text.in_(_current.get())


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak `language` inside the block."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def choose(*wishes: str | None) -> Language:
    """Return the first wish we can speak: a person's setting, a cookie, Accept-Language."""
    for wish in wishes:
        for part in (wish or "").split(","):
            tag = part.split(";")[0].strip().lower().replace("_", "-")
            for language in LANGUAGES:
                if tag == language or tag.startswith(language + "-"):
                    return language
    return "en"


def shell_language() -> Language:
    """Return the language of the shell that runs a command, as gettext finds it.

    LANGUAGE lists wishes, parted by colons, unless the locale asks for plain output (C).
    """
    wish = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    listed = os.environ.get("LANGUAGE") if wish not in ("C", "POSIX", "C.UTF-8") else None
    if listed:
        return choose(listed.replace(":", ","))
    return choose((wish or locale.getlocale()[0] or "").split(".")[0])


def speak(language: Language) -> None:
    """Speak `language` for the rest of the request under way."""
    _current.set(language)
