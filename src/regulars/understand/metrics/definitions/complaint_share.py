"""Share of active customers who complained."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import COMPLAINTS
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
from regulars.understand.received import Requirement

define(
    Definition(
        key="complaint_share",
        title=Text(
            "Complaint rate",
            "客户投诉率",
        ),
        meaning=Text(
            "Customers with at least one complaint in the period ÷ customers active in it. A "
            "longer period makes the share larger: compare equal lengths.",
            "时间段内至少投诉一次的客户 ÷ 该时间段内活跃的客户。时间段越长占比越高：请比较等"
            "长的时间段。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.DOWN,
        base=Text(
            "Customers with any action of their own in the period.",
            "时间段内有自主行为的客户。",
        ),
        window=Text(
            "The chosen period; without a beginning, its last 30 days.",
            "所选时间段；未指定起点时为最后 30 天。",
        ),
        group=MetricGroup.LOYALTY,
        aggregate=Aggregate(
            customers.complaining,
            statistics.Share,
            unit="person",
            daily=Daily(customers.presence_days, COUNTED, customers.complaining_between),
        ),
        examples=(
            Example(
                Text(
                    "200 customers were active, 6 of them complained, two of these twice.",
                    "200 位客户活跃，其中 6 位投诉，有 2 位投诉两次。",
                ),
                "3.0 % (1.4 – 6.4)",
            ),
        ),
        days=30,
        needs=(Requirement(COMPLAINTS),),
    )
)
