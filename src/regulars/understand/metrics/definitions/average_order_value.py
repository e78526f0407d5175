"""Average order value."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import ORDERS
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
        key="average_order_value",
        title=Text(
            "Average order value",
            "客单价",
        ),
        meaning=Text(
            "Mean amount of completed orders, before refunds, each currency for itself.",
            "已完成订单的平均金额，不扣退款，各货币分别计算。",
        ),
        unit=Unit.MONEY,
        direction=Direction.UP,
        base=Text(
            "Completed orders with an amount.",
            "有金额的订单。",
        ),
        window=Text(
            "The orders placed in the chosen period.",
            "所选时间段内的订单。",
        ),
        group=MetricGroup.TRADE,
        aggregate=Aggregate(
            orders.gross_revenue,
            statistics.Average,
            reads=ORDERS,
            base=("currency",),
            daily=Daily(),
        ),
        examples=(
            Example(
                Text(
                    "Orders of 80, 100, 100, 110, 110.",
                    "订单金额为 80、100、100、110、110。",
                ),
                "100 (78 – 111)",
            ),
        ),
        needs=(Requirement(ORDERS),),
    )
)
