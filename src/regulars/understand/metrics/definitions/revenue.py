"""Revenue less refunds."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import ORDERS, REFUNDS
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
        key="revenue",
        title=Text(
            "Revenue",
            "收入",
        ),
        meaning=Text(
            "Amounts of completed orders less amounts refunded in the period, each currency "
            "for itself. n counts orders and refunds. The interval says how much such a sum "
            "varies by chance from period to period.",
            "已完成订单金额减去时间段内的退款金额，各货币分别计算。n 为订单与退款笔数。区间表"
            "示此类合计在各时间段之间的偶然波动幅度。",
        ),
        unit=Unit.MONEY,
        direction=Direction.UP,
        base=Text(
            "Completed orders and refunds with an amount.",
            "有金额的订单与退款。",
        ),
        window=Text(
            "The orders placed in the chosen period.",
            "所选时间段内的订单。",
        ),
        group=MetricGroup.TRADE,
        aggregate=Aggregate(
            orders.net_revenue,
            statistics.Total,
            reads=ORDERS | REFUNDS,
            base=("currency",),
            daily=Daily(),
        ),
        examples=(
            Example(
                Text(
                    "Five orders of 100 and a refund of 40.",
                    "五笔各 100 元的订单和一笔 40 元退款。",
                ),
                "460 (64 – 1369)",
            ),
        ),
        needs=(Requirement(ORDERS),),
    )
)
