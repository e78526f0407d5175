"""Which passwords are guessed early, and what to say of each.

Guesses are counted by zxcvbn: its 30,000 most used passwords, words, names, dates, rows of keys,
repeats and swapped letters, and what is frequent among people who write Chinese
(`frequent.toml`). The library is loaded with the first password that is judged.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from regulars.kit.text import Text

ENOUGH = 10**8
"""Guesses that a good password outlasts; more than a throttled account sees in a lifetime."""
READ = 72  # characters that are judged: what is good so far does not grow worse
OWN = ("regulars", "admin", "administrator", "password")
_ADVICE = Text(
    "take four or more words that have nothing to do with each other",
    "请用四个或更多互不相关的词",
)
_one_at_a_time = threading.Lock()  # zxcvbn keeps the words it is given in a table of its module


def objection(password: str, about: Iterable[str] = ()) -> Text | None:
    """Tell why a password is guessed early; None when it is not.

    `about` are names an attacker tries first: those of the company and of the account's owner.
    """
    read, about = password[:READ], tuple(about)
    if all(not one.isalpha() for one in read):
        return _with_advice("It holds no letters", "密码中没有字母")
    if named := _named(read, about):
        return _with_advice(f"It contains “{named}”, a name of this company or account",
                            f"其中含有公司或账号的名称“{named}”")  # fmt: skip
    words, core = _words(about), _without_ends(read)
    with _one_at_a_time:
        whole = _judged(read, words)
        inner = _judged(core, words) if core != read else whole
    if _is_word(inner["sequence"]) or _is_used(read, core):
        return _with_advice(
            "It is a frequently used word or name, with no more than digits or signs around it",
            "它只是一个常见的词或姓名，前后加了数字或符号",
        )
    return None if whole["guesses"] >= ENOUGH else _reason(whole["sequence"])


def _reason(sequence: Sequence[dict[str, Any]]) -> Text:
    """Name the pattern that covers most of the password."""
    longest = max(sequence, key=lambda match: len(match["token"]))
    en, zh = {
        "sequence": (
            "It is made of a sequence such as abcd or 4321",
            "它由 abcd、4321 之类的顺序组成",
        ),
        "spatial": ("It follows a row of keys", "它是键盘上相邻的按键"),
        "repeat": ("It repeats the same characters", "它重复了相同的字符"),
        "date": ("It is made of a date", "它由日期组成"),
        "regex": ("It is made of a year", "它由年份组成"),
    }.get(
        longest["pattern"],
        ("It is made of frequently used words and names", "它由常见的词和姓名组成"),
    )
    return _with_advice(en, zh)


def _with_advice(en: str, zh: str) -> Text:
    return Text(
        f"This password is among the first that are guessed. {en}: {_ADVICE.en}.",
        f"这个密码容易被猜中。{zh}：{_ADVICE.zh}。",
    )


def _judged(password: str, words: Sequence[str]) -> dict[str, Any]:
    from zxcvbn import zxcvbn

    made: dict[str, Any] = zxcvbn(password, [*words, *OWN, *_frequent()], max_length=READ)
    return made


def _is_word(sequence: Sequence[dict[str, Any]]) -> bool:
    return len(sequence) == 1 and sequence[0]["pattern"] == "dictionary"


def _is_used(password: str, core: str) -> bool:
    """Tell whether a frequently used password, digits of its own included, holds all letters."""
    first = password.index(core)
    last = first + len(core)
    plain, used = password.lower(), _used()
    return any(
        plain[start:end] in used
        for start in range(first + 1)
        for end in range(last, len(plain) + 1)
    )


def _without_ends(password: str) -> str:
    """Return the password without the digits and signs before its first and after its last letter.

    That there is a letter has been seen to.
    """
    letters = [place for place, one in enumerate(password) if one.isalpha()]
    return password[letters[0] : letters[-1] + 1]


def _words(about: Iterable[str]) -> list[str]:
    """Return the names whole and word by word, the longest first."""
    parts = {part for name in about for part in (_compact(name), *_spaced(name))}
    return sorted((one for one in parts if len(one) > 1), key=lambda one: (-len(one), one))


def _named(password: str, about: Iterable[str]) -> str | None:
    """Return the name that the password contains, however either is spaced.

    Names of two or three letters are found in too many words.
    """
    compact = _compact(password)
    long = ((name, _compact(name)) for name in about)
    telling = ((name, one) for name, one in long if len(one) > (3 if one.isascii() else 1))
    return next((name for name, one in telling if one in compact), None)


def _compact(words: str) -> str:
    return "".join(_spaced(words))


def _spaced(words: str) -> list[str]:
    return "".join(one if one.isalnum() else " " for one in words.casefold()).split()


@cache
def _used() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset((*FREQUENCY_LISTS["passwords"], *_frequent()))


@cache
def _frequent() -> tuple[str, ...]:
    """Return what is frequent in Chinese, the most guessed first."""
    kept = tomllib.loads(Path(__file__).with_name("frequent.toml").read_text("utf-8"))
    words, surnames, given = (kept[key].split() for key in ("words", "surnames", "given"))
    names = (first + last for last in given for first in surnames)
    return tuple(dict.fromkeys((*words, *names, *given)))
