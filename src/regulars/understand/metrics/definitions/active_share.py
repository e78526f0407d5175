"""Share of known customers who are active."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.understand.metrics import statistics
from regulars.understand.metrics.model import (
    Aggregate,
    Definition,
    Direction,
    Example,
    MetricGroup,
    Unit,
)
from regulars.understand.metrics.queries import customers
from regulars.understand.metrics.queries.gaps import COUNTED
from regulars.understand.metrics.registry import define
from regulars.understand.metrics.windows import Daily

define(
    Definition(
        key="active_share",
        title=Text(
            "Active customer rate",
            "客户活跃率",
        ),
        meaning=Text(
            "Customers with at least one action of their own in the period ÷ customers known "
            "before its end and not erased. A slice holds those who ever acted in it.",
            "时间段内至少有一次自主行为的客户 ÷ 时间段结束前已知且未被删除的客户。拆分时，每"
            "个分组的基数是曾在该分组有过行为的客户。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.UP,
        base=Text(
            "Customers known before the period's end.",
            "时间段结束前已知的客户。",
        ),
        window=Text(
            "The chosen period; without a beginning, its last 90 days.",
            "所选时间段；未指定起点时为最后 90 天。",
        ),
        group=MetricGroup.LOYALTY,
        aggregate=Aggregate(
            customers.active,
            statistics.Share,
            unit="person",
            prepare=customers.known_so_far,
            daily=Daily(customers.presence_days, COUNTED, customers.active_between),
        ),
        examples=(
            Example(
                Text(
                    "Of 50 customers known, 30 did something in the last 90 days.",
                    "已知 50 位客户，最近 90 天内 30 位有行为。",
                ),
                "60.0 % (46.2 – 72.4)",
            ),
        ),
        days=90,
    )
)
