"""Local dates by counting days agree with the calendar, across every change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regulars.timeline.moments import local_date
from tests import sizes

ZONES = ["UTC", "Asia/Shanghai", "Asia/Kolkata", "America/New_York", "Europe/London",
         "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]  # fmt: skip
KIND = pa.timestamp("us", "UTC")


@settings(max_examples=sizes.of(15, 60), deadline=None)
@example(zone="America/New_York", moments=[datetime(2026, 3, 8, 4, 59, 59, 999_999, tzinfo=UTC)])
@example(zone="Asia/Shanghai", moments=[datetime(2026, 10, 31, 16, 0, tzinfo=UTC)])
@given(
    zone=st.sampled_from(ZONES),
    moments=st.lists(st.integers(365 * 86_400, 99 * 365 * 86_400), min_size=1).map(
        lambda seconds: [datetime.fromtimestamp(one, UTC) for one in seconds]
    ),
)
def test_the_date_is_that_of_the_zones_calendar(zone: str, moments: list[datetime]) -> None:
    own = ZoneInfo(zone)
    around = [at + timedelta(hours=hours) for at in moments for hours in (0, 1, 23)]
    backend = ibis.duckdb.connect()
    table = backend.create_table("t", pa.table({"at": pa.array(around, KIND)}))
    found = table.select("at", day=local_date(table["at"], own)).to_pyarrow().to_pylist()
    assert [row["day"] for row in found] == [row["at"].astimezone(own).date() for row in found]
    backend.disconnect()
