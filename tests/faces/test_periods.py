"""The period in a page's address, in the company's own zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from regulars.faces.language import speaking
from regulars.faces.periods import offered, read
from regulars.kit.errors import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 10, 31, 17, 30, tzinfo=UTC)  # half past one on the first of November


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        ("2026-10", datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC)),
        ("2026-Q4", datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)),
        ("2025", datetime(2024, 12, 31, 16, tzinfo=UTC), datetime(2025, 12, 31, 16, tzinfo=UTC)),
        ("1d", datetime(2026, 10, 31, 16, tzinfo=UTC), NOW),
        ("30d", datetime(2026, 10, 2, 16, tzinfo=UTC), NOW),
        ("12m", datetime(2025, 11, 30, 16, tzinfo=UTC), NOW),
        ("all", None, None),
    ],
)
def test_a_key_names_whole_days_of_the_zone(
    key: str, start: datetime | None, end: datetime | None
) -> None:
    found = read(key, NOW, SHANGHAI).period
    assert (found.start, found.end) == (start, end)


def test_a_picker_offers_the_month_that_has_begun() -> None:
    assert offered(NOW, SHANGHAI)[3] == "2026-11"
    with speaking("zh"):
        assert read("2026-Q3", NOW, SHANGHAI).label == "2026 年第 3 季度"
        assert read("90d", NOW, SHANGHAI).label == "近 90 天"


@pytest.mark.parametrize("key", ["2026-13", "0000", "0d", "12w", "yesterday", ""])
def test_another_word_is_refused(key: str) -> None:
    with pytest.raises(Invalid, match=r"period\.key"):
        read(key, NOW, SHANGHAI)
