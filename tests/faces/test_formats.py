"""Numbers and dates as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from regulars.faces import formats
from regulars.faces.language import speaking


def test_none_is_never_zero() -> None:
    made = [form(None) for form in (formats.whole, formats.number, formats.percent, formats.day)]
    assert made == ["–"] * 4
    assert formats.value_in("share", None) == "–"
    assert formats.value_in("share", 0) == "0.0%"


@pytest.mark.parametrize(
    ("unit", "value", "english", "chinese"),
    [
        ("share", 0.871, "87.1%", "87.1%"),
        ("score", -3.25, "−3.2", "−3.2"),
        ("count", 18_204, "18,204", "18,204"),
        ("minutes", 90, "1.5 h", "1.5 小时"),
        ("days", 40, "40 days", "40 天"),
        ("times", 2.2, "2.2×", "2.2 倍"),
        ("CNY", Decimal("1240000"), "¥1.24M", "¥124万"),
        ("CNY", 12.5, "¥12.50", "¥12.50"),
        ("GBP", 1911.4, "£1,911", "£1,911"),
        (None, 2.0, "2.0", "2.0"),
    ],
)
def test_a_value_reads_by_its_unit(unit: str, value: Any, english: str, chinese: str) -> None:
    assert formats.value_in(unit, value) == english
    with speaking("zh"):
        assert formats.value_in(unit, value) == chinese


def test_a_small_negative_number_is_no_minus_zero() -> None:
    assert formats.number(-0.0) == formats.number(-0.04) == "0.0"
    assert (formats.percent(-0.0004), formats.signed(0.04), formats.signed(-0.4, 0)) == (
        "0.0%", "0.0", "0",
    )  # fmt: skip
    assert (formats.number(-0.06), formats.signed(0.06)) == ("−0.1", "+0.1")


def test_moments_are_shown_in_the_reporting_zone() -> None:
    evening = datetime(2026, 10, 5, 18, 30, tzinfo=UTC)
    formats.zone.set(ZoneInfo("Asia/Shanghai"))
    assert formats.moment(evening) == "6 Oct 2026, 02:30"
    assert formats.iso(evening) == "2026-10-05T18:30:00Z"
    with speaking("zh"):
        assert formats.moment(evening) == "2026年10月6日 02:30"
        assert formats.month(date(2026, 10, 1)) == "2026年10月"


def test_ages_are_told_in_words() -> None:
    now = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
    assert formats.ago(now - timedelta(seconds=40), now) == "40 seconds ago"
    with speaking("zh"):
        assert formats.ago(now - timedelta(seconds=58), now) == "58 秒前"
        assert formats.ago(now - timedelta(minutes=71), now) == "1 小时前"
        assert formats.ago(now + timedelta(days=3), now) == "3 天后"
        assert formats.ago(now, now) == "刚刚"
    assert formats.ago(now - timedelta(minutes=71), now) == "1 hour ago"


def test_questions_of_surveys_are_named_as_people_name_them() -> None:
    assert [formats.question(one) for one in ("nps", "review", "Q7")] == ["NPS", "Review", "Q7"]
    with speaking("zh"):
        assert formats.question("review") == "评价"


def test_what_commands_did_has_no_name_of_a_person() -> None:
    assert [formats.author(name) for name in ("shell", "Mei", None)] == ["command line", "Mei", "–"]
    with speaking("zh"):
        assert formats.author("shell") == "命令行"
