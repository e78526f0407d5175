"""Number of orders."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import ORDERS
from regulars.understand.metrics import finishes
from regulars.understand.metrics.model import (
    Aggregate,
    Definition,
    Direction,
    Example,
    Group,
    Unit,
)
from regulars.understand.metrics.queries import orders
from regulars.understand.metrics.registry import define

define(
    Definition(
        key="orders",
        title=Text(
            "Orders",
            "订单数",
        ),
        meaning=Text(
            "Completed orders, each counted once however many events tell of it. Cancelled "
            "ones are not taken off.",
            "已完成的订单，同一订单无论有多少事件都只计一次；不扣除之后取消的订单。",
        ),
        unit=Unit.COUNT,
        direction=Direction.UP,
        base=Text(
            "Completed orders.",
            "已完成的订单。",
        ),
        window=Text(
            "The orders placed in the chosen period.",
            "所选时间段内的订单。",
        ),
        group=Group.TRADE,
        aggregate=Aggregate(orders.counted, finishes.Count(), reads=ORDERS, people=False),
        examples=(
            Example(
                Text(
                    "Ana and Bo place 5 orders each.",
                    "安娜和小博各下 5 单。",
                ),
                "10 (4.8 – 18.4)",
            ),
        ),
    )
)
