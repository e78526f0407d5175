"""Attributes of a person, as each source holds them; pure rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit.text import Text

LONGEST = 1_000
MAX_ATTRIBUTES = 60
"""Attributes taken from one call; more are a mistake of the sender."""
SYNONYMS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "full_name": "name",
    "mobile": "phone",
    "phone_number": "phone",
    "mobile_phone": "phone",
    "e_mail": "email",
    "email_address": "email",
    "birth_date": "birthday",
    "date_of_birth": "birthday",
    "dob": "birthday",
    "locale": "language",
    "account_manager": "owner",
}
ADDRESS_PARTS = ("street", "district", "city", "state", "postal_code", "country")
TITLES = {
    "name": Text("Name", "姓名"),
    "first_name": Text("First name", "名"),
    "last_name": Text("Last name", "姓"),
    "email": Text("Email", "邮箱"),
    "phone": Text("Phone", "手机号"),
    "birthday": Text("Birthday", "生日"),
    "language": Text("Language", "语言"),
    "address": Text("Address", "地址"),
    "gender": Text("Gender", "性别"),
    "age": Text("Age", "年龄"),
    "company": Text("Company", "公司"),
    "title": Text("Job title", "职位"),
    "city": Text("City", "城市"),
    "country": Text("Country", "国家"),
    "owner": Text("Looked after by", "负责人"),
    "username": Text("User name", "用户名"),
    "created_at": Text("Member since", "注册时间"),
}
ORDER = tuple(TITLES)


@dataclass(frozen=True, slots=True)
class Value:
    """What `source` held as `attribute` of an identity at `at`; None: it holds it no longer."""

    identity_id: str
    attribute: str
    source: str
    value: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a person: what holds (the newest), who says what, and whether they agree.

    `agrees` is None unless at least two sources hold it.
    """

    name: str
    value: str | None
    values: tuple[Value, ...]
    agrees: bool | None

    @property
    def title(self) -> Text:
        """The attribute's name for people."""
        words = self.name.replace("_", " ").capitalize()
        return TITLES.get(self.name, Text(words, words))


@dataclass(frozen=True, slots=True)
class Consistency:
    """Of `held` (person, attribute) pairs that at least two sources hold, `agreed` agree.

    `size` is how many of as many people would be as sure: who has several attributes is one person.
    """

    agreed: int
    held: int
    size: float = 0.0

    @property
    def share(self) -> float | None:
        """information_consistency_share: agreed / held; None when nothing is held twice."""
        return self.agreed / self.held if self.held else None


def title(attribute: str) -> Text:
    """Return an attribute's name for people."""
    return Attribute(attribute, None, (), None).title


def _snake(name: str) -> str:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name.strip())
    return re.sub(r"[^0-9a-z一-鿿]+", "_", spaced.lower()).strip("_")[:64]


def canonical(traits: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the traits of a call under our names, as texts.

    Names of the tracking specification become ours (`firstName` → `first_name`); an address
    becomes one line; null says that the source holds nothing any more. Lists and other objects
    are left out, and so is what lies beyond 60 attributes.
    """
    values: dict[str, str | None] = {}
    for key, given in traits.items():
        name = _snake(key)
        name = SYNONYMS.get(name, name)
        if not name or len(values) >= MAX_ATTRIBUTES:
            continue
        text = None if given is None else _text(name, given)
        if given is None or text:
            values[name] = text
    if "name" not in values and (values.get("first_name") or values.get("last_name")):
        values["name"] = _full_name(values.get("first_name") or "", values.get("last_name") or "")
    return values


def _full_name(first: str, last: str) -> str:
    chinese = any("一" <= sign <= "鿿" for sign in first + last)
    return last + first if chinese else f"{first} {last}".strip()


def _text(name: str, given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, Mapping):
        given = _one_line(name, given)
    if not isinstance(given, str | int | float):
        return ""
    text = str(given).replace("\0", "").strip()[:LONGEST]
    if name == "email":
        return text.lower()
    if name == "birthday":
        return text[:10] if re.match(r"^\d{4}-\d{2}-\d{2}([T ]|$)", text) else text
    return text


def _one_line(name: str, given: Mapping[str, Any]) -> str:
    parts = {_snake(key): value for key, value in given.items()}
    wanted = ADDRESS_PARTS if name == "address" else ("name",)
    return ", ".join(str(parts[part]).strip() for part in wanted if parts.get(part))


def folded(attribute: str, value: str) -> str:
    """Return the spelling by which two sources are compared and people are searched.

    Width, case, spaces and punctuation do not count; of a phone only the last eleven digits do,
    so that +86 138 0013 8000 and 13800138000 agree.
    """
    plain = unicodedata.normalize("NFKC", value).casefold()
    if attribute == "phone":
        return re.sub(r"\D", "", plain)[-11:]
    if attribute == "email":
        return plain.strip()[:200]
    return re.sub(r"[\W_]+", "", plain)[:200]


def gather(values: Iterable[Value]) -> list[Attribute]:
    """Return a person's attributes from what is held of all their identities, best known first.

    Of one source only its newest word counts. Sources agree when their values fold to the same.
    """
    by_name: dict[str, dict[str, Value]] = {}
    for value in sorted(values, key=_age):
        by_name.setdefault(value.attribute, {})[value.source] = value
    rank = {name: place for place, name in enumerate(ORDER)}
    names = sorted(by_name, key=lambda name: (rank.get(name, len(ORDER)), name))
    return [_attribute(name, by_name[name]) for name in names]


def _age(value: Value) -> tuple[datetime, str, str]:
    return value.at, value.value or "", value.identity_id


def _attribute(name: str, by_source: Mapping[str, Value]) -> Attribute:
    held = [value for value in sorted(by_source.values(), key=_age, reverse=True) if value.value]
    spellings = {folded(name, value.value or "") for value in held}
    agrees = len(spellings) == 1 if len(held) >= 2 else None
    return Attribute(name, held[0].value if held else None, tuple(held), agrees)
