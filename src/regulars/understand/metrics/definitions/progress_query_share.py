"""Share of orders whose progress was asked for."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import ORDERS, PROGRESS
from regulars.understand.metrics import statistics
from regulars.understand.metrics.model import (
    Aggregate,
    Definition,
    Direction,
    Example,
    MetricGroup,
    Unit,
)
from regulars.understand.metrics.queries import orders
from regulars.understand.metrics.registry import define
from regulars.understand.metrics.windows import Daily
from regulars.understand.received import Requirement

define(
    Definition(
        key="progress_query_share",
        title=Text(
            "Progress enquiry rate",
            "进度查询率",
        ),
        meaning=Text(
            "Orders with at least one enquiry about their progress ÷ orders that carry an "
            "order number. Fewer are better: progress that is pushed need not be asked for.",
            "至少被查询过一次进度的订单 ÷ 有订单号的订单。越低越好：主动告知进度，客户便无需查询。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.DOWN,
        base=Text(
            "Orders with an order number.",
            "有订单号的订单。",
        ),
        window=Text(
            "The orders placed in the chosen period.",
            "所选时间段内的订单。",
        ),
        group=MetricGroup.ORDERING,
        aggregate=Aggregate(orders.asked_about, statistics.Share, reads=ORDERS, daily=Daily()),
        examples=(
            Example(
                Text(
                    "60 orders, for 15 of which somebody asked.",
                    "60 笔订单，其中 15 笔被查询过进度。",
                ),
                "25.0 % (15.8 – 37.2)",
            ),
        ),
        needs=(Requirement(ORDERS), Requirement(PROGRESS)),
    )
)
