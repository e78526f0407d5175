"""Share of customers who stayed."""

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
        key="retention_share",
        title=Text(
            "Retention rate",
            "客户留存率",
        ),
        meaning=Text(
            "Customers active in the period before and again in this one ÷ customers active "
            "in the period before. The period before has the same length (as many calendar "
            "months, when the period is whole months).",
            "上一时间段活跃且本时间段再次活跃的客户 ÷ 上一时间段活跃的客户。上一时间段与本时"
            "间段等长（若为整月，则为同样多的自然月）。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.UP,
        base=Text(
            "Customers active in the period before.",
            "上一时间段活跃的客户。",
        ),
        window=Text(
            "The chosen period and the one before; without a beginning, the last 90 days.",
            "所选时间段及其前一段；未指定起点时为最后 90 天。",
        ),
        group=MetricGroup.LOYALTY,
        aggregate=Aggregate(
            customers.retained,
            statistics.Share,
            unit="person",
            daily=Daily(customers.presence_days, COUNTED, customers.retained_between),
        ),
        examples=(
            Example(
                Text(
                    "40 were active in September, 34 of them again in October.",
                    "9 月有 40 位客户活跃，其中 34 位在 10 月再次活跃。",
                ),
                "85.0 % (70.9 – 92.9)",
            ),
        ),
        days=90,
    )
)
