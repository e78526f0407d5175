"""Revenue before refunds."""

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
        key="gross_revenue",
        title=Text(
            "Gross revenue",
            "毛收入",
        ),
        meaning=Text(
            "Amounts of completed orders before refunds, each currency for itself.",
            "已完成订单的金额合计，不扣退款，各货币分别计算。",
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
            orders.gross_revenue, statistics.Total, reads=ORDERS, base=("currency",), daily=Daily()
        ),
        examples=(
            Example(
                Text(
                    "Five orders of 100.",
                    "五笔各 100 元的订单。",
                ),
                "500 (101 – 1394)",
            ),
        ),
        needs=(Requirement(ORDERS),),
    )
)
