"""What counts as a time zone is what IANA's list holds, told without reading the whole list."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from regulars.kit import clock


def test_every_zone_of_the_list_is_one() -> None:
    named = available_timezones() - {"localtime"}  # which is another zone on another machine
    assert [name for name in sorted(named) if not clock.is_zone(name)] == []


@pytest.mark.parametrize(
    "name",
    ["", ".", "/", "Asia", "asia/shanghai", "Asia/Peking", "../etc/passwd", "/etc/localtime",
     "localtime", "posix/Asia/Shanghai", "right/Asia/Shanghai", "posixrules", "tzdata.zi",
     "zone.tab", "Europe/Berlin ", "Asia\0", "上海"],
)  # fmt: skip
def test_what_only_looks_like_one_is_none(name: str) -> None:
    assert not clock.is_zone(name)
