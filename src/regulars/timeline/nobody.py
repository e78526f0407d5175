"""Nobody: values in the place of a customer that name none, such as null, Guest, 0 or noreply@.

A value names nobody when it stands in the list, or by its shape: zeros only, signs only, a number
that a spreadsheet has cut (1.38001E+10), a masked number (138****0000), a phone number with fewer
digits than one has, one character repeated. The rule is written twice, for single values in Python
and for whole columns in SQL; a property test holds the two together.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

BLANK = " \t\r\n\u00a0\u3000\ufeff\u200b\u200c\u200d\u2060"
"""What is trimmed before a value is compared; named one by one, so that Python and SQL agree."""
CAPITALS, SMALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
HALF = "".join(map(chr, range(0x21, 0x7F)))
FULL = "".join(chr(ord(sign) + 0xFEE0) for sign in HALF)
MIN_DIGITS = 7
"""Digits that a phone number has at least."""
ANY = "any"

Words = Mapping[str, frozenset[str]]
"""Kind of identity, or `any` → listed values, as `plain` spells them."""

_TO_PLAIN = str.maketrans(FULL + CAPITALS, HALF + SMALL)
_ZEROS = r"^[0:.{}()-]*0[0:.{}()-]*$"
_SIGNS = r"^[^0-9a-z\x{80}-\x{10FFFF}]+$"
_CUT = r"^'?[0-9]([.][0-9]+)?e[+][0-9]+$"
_CUT_PHONE = r"^['+]?[0-9]([.][0-9]+)?e[+]?[0-9]+$"
_MASK = r"[*•●]|xxx"


def plain(value: str) -> str:
    """Return the spelling in which a value is compared: half width, small letters, trimmed."""
    return value.translate(_TO_PLAIN).strip(BLANK)


def is_nobody(kind: str, value: str, words: Words) -> bool:
    """Tell whether `value` names nobody as an identity of `kind`; blank is no value at all."""
    spelled = plain(value)
    if not spelled:
        return False
    listed = words.get(ANY, frozenset()) | words.get(kind, frozenset())
    return spelled in listed or _shaped(spelled) or _of_kind(kind, spelled, listed)


def _shaped(spelled: str) -> bool:
    return any(_python(shape).search(spelled) for shape in (_ZEROS, _SIGNS, _CUT))


def _of_kind(kind: str, spelled: str, listed: frozenset[str]) -> bool:
    if kind == "email":
        parts = spelled.split("@")
        ends = {f"{parts[0]}@", f"@{parts[1]}"} if len(parts) > 1 else set()
        return "*" in spelled or not ends.isdisjoint(listed)
    if kind == "phone":
        digits = number(spelled)
        return (
            digits in listed
            or bool(_python(_MASK).search(spelled))
            or bool(_python(_CUT_PHONE).search(spelled))
            or len(digits.replace("+", "")) < MIN_DIGITS
            or _one_sign(digits.replace("+", ""))
        )
    if kind == "anonymous":
        signs = re.sub(r"[^0-9a-z]", "", spelled)
        return len(signs) > MIN_DIGITS and _one_sign(signs)
    return False


def _one_sign(signs: str) -> bool:
    return not signs.replace(signs[:1], "")


@cache
def _python(shape: str) -> re.Pattern[str]:
    """Return a shape written for the engine as Python's."""
    return re.compile(shape.replace(r"\x{80}-\x{10FFFF}", "\x80-\U0010ffff"))


def number(value: str) -> str:
    """Return a phone number as + and digits: without signs, and in one spelling.

    13800138000.0 is what a spreadsheet makes of a number; 00 before a country code is +; the
    country code of a Chinese mobile number is left out, as most write it without.
    """
    spelled = re.sub(r"^([^.]*[0-9])[.]0+\Z", r"\1", plain(value))
    digits = re.sub(r"[^0-9+]", "", spelled)
    digits = re.sub(r"^00([1-9][0-9]{7,})\Z", r"+\1", digits)
    return re.sub(r"^[+]?86(1[3-9][0-9]{9})\Z", r"\1", digits)


def macros(words: Words) -> str:
    """Return the SQL of the macros `plain_value`, `phone_number` and `is_nobody(kind, value)`.

    Most values are ASCII, which the engine lowers a hundred times faster than it translates.
    """
    return f"""
        CREATE OR REPLACE TEMP MACRO small(value) AS CASE WHEN strlen(value) = length(value)
            THEN lower(value) ELSE translate(value, '{CAPITALS}', '{SMALL}') END;
        CREATE OR REPLACE TEMP MACRO plain_value(value) AS CASE WHEN strlen(value) = length(value)
            THEN trim(lower(value), ' \t\r\n') ELSE trim(translate(
            value, {_quoted(FULL + CAPITALS)}, {_quoted(HALF + SMALL)}), {_quoted(BLANK)}) END;
        CREATE OR REPLACE TEMP MACRO phone_number(value) AS regexp_replace(regexp_replace(
            regexp_replace(regexp_replace(plain_value(value), '^([^.]*[0-9])[.]0+$', '\\1'),
                '[^0-9+]', '', 'g'),
            '^00([1-9][0-9]{{7,}})$', '+\\1'), '^[+]?86(1[3-9][0-9]{{9}})$', '\\1');
        CREATE OR REPLACE TEMP MACRO one_sign(signs) AS replace(signs, left(signs, 1), '') = '';
        CREATE OR REPLACE TEMP MACRO plain_nobody(kind, spelled) AS spelled <> '' AND (
            CASE kind {_listed(words)} END
            OR regexp_matches(spelled, {_quoted(f"({_ZEROS})|({_SIGNS})|({_CUT})")})
            OR CASE kind
                WHEN 'email' THEN contains(spelled, '*')
                WHEN 'phone' THEN regexp_matches(spelled, '{_MASK}')
                    OR regexp_matches(spelled, {_quoted(_CUT_PHONE)})
                    OR length(replace(phone_number(spelled), '+', '')) < {MIN_DIGITS}
                    OR one_sign(replace(phone_number(spelled), '+', ''))
                WHEN 'anonymous' THEN
                    length(regexp_replace(spelled, '[^0-9a-z]', '', 'g')) > {MIN_DIGITS}
                    AND one_sign(regexp_replace(spelled, '[^0-9a-z]', '', 'g'))
                ELSE false END);
        CREATE OR REPLACE TEMP MACRO is_nobody(kind, value) AS
            plain_nobody(kind, plain_value(value));
        """


def _listed(words: Words) -> str:
    """Return the branches that look a spelling up in the list of its kind."""
    some = words.get(ANY, frozenset())
    branches = []
    for kind in sorted(set(words) - {ANY}):
        listed = ", ".join(_quoted(word) for word in sorted(some | words[kind]) or [""])
        looks = [f"spelled IN ({listed})"]
        if kind == "phone":
            looks.append(f"phone_number(spelled) IN ({listed})")
        if kind == "email":
            looks.append(
                f"contains(spelled, '@') AND (split_part(spelled, '@', 1) || '@' IN ({listed}) "
                f"OR '@' || split_part(spelled, '@', 2) IN ({listed}))"
            )
        branches.append(f"WHEN '{kind}' THEN {' OR '.join(looks)}")
    listed = ", ".join(_quoted(word) for word in sorted(some) or [""])
    return f"{' '.join(branches)} ELSE spelled IN ({listed})"


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def spelled(kinds: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Return a list with every value as `plain` spells it."""
    return {kind: frozenset(map(plain, words)) - {""} for kind, words in kinds.items()}


@cache
def shipped() -> Words:
    """Return the list that comes with the product."""
    text = resources.files("regulars.timeline").joinpath("nobody.toml").read_text("utf-8")
    return spelled(tomllib.loads(text))
