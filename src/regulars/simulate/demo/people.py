"""Names, birthdays and cities of the made-up customers, as two systems hold them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from regulars.listen.profiles.model import Value
from regulars.simulate.model import STORES, city_of
from regulars.simulate.population import Ints
from regulars.simulate.stream import Part


def _list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


SURNAMES = _list(
    "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹"
)
MEN = _list("伟 强 磊 军 勇 杰 涛 明 志强 建国 子轩 浩然 宇航 俊杰 文博 天佑 国栋 嘉豪")
WOMEN = _list("芳 娜 敏 静 丽 艳 娟 霞 秀英 桂芳 欣怡 梓涵 雨桐 思琪 诗雨 晓彤 雅静 佳怡")
MEN_ABROAD = _list("James Daniel Lucas Thomas David Peter Samuel Oliver Kenji Marco")
WOMEN_ABROAD = _list("Emma Sofia Laura Grace Julia Hannah Alice Maria Yuki Clara")
ABROAD = _list("Smith Müller Rossi Martin Tanaka Kim Silva Novak Jensen Brown Dubois Park")
SOURCE, TILL = "member-card", "till"
AT_TILL, MISTAKES = 0.2, 0.03


def profiles(part: Part, seed: int) -> Iterator[Value]:
    """Yield what the member card says of each customer, and what some tills say otherwise."""
    rng = np.random.default_rng([seed, part.number, 7])
    who, count = part.people, len(part.people)
    picks = rng.integers(0, 1 << 30, (4, count))
    days = rng.integers(0, 365, count)
    at_till, wrong = rng.random(count) < AT_TILL, rng.random(count) < MISTAKES
    accounts = part.accounts.to_pylist()
    start = datetime(1970, 1, 1, tzinfo=UTC)
    cities = [city_of(spot).zh for spot in STORES]
    for i in range(count):
        at = start + timedelta(microseconds=int(who.joined[i]))
        birthday = datetime(int(who.born_year[i]), 1, 1, tzinfo=UTC) + timedelta(days=int(days[i]))
        city = cities[who.store[i]]
        english = bool(who.english[i])
        name = _name(picks[:, i], male=bool(who.male[i]), english=english)
        held = {
            "name": name,
            "birthday": birthday.date().isoformat(),
            "city": city,
            "language": "en" if english else "zh",
        }
        for attribute, value in held.items():
            yield Value(accounts[i], attribute, SOURCE, value, at)
        if at_till[i]:
            other = cities[picks[2, i] % len(cities)] if wrong[i] else city
            yield Value(accounts[i], "city", TILL, other, at)


def _name(pick: Ints, *, male: bool, english: bool) -> str:
    first, last = int(pick[0]), int(pick[1])
    if english and pick[3] % 3:
        given = MEN_ABROAD if male else WOMEN_ABROAD
        return f"{given[first % len(given)]} {ABROAD[last % len(ABROAD)]}"
    given = MEN if male else WOMEN
    return SURNAMES[last % len(SURNAMES)] + given[first % len(given)]
