"""Number of orders."""

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
        key="orders",
        title=Text(
            "Orders",
            "订单数",
        ),
        meaning=Text(
            "Completed orders, each counted once however many events tell of it. An order is its "
            "number together with its customer, or with its source while no customer is known; "
            "a number told of again after more than 60 days is another order. Day, amount and "
            "source are those of the first event. Cancelled ones are not taken off.",
            "已完成的订单，同一订单无论有多少事件都只计一次。订单由订单号与客户共同确定，客户未知"
            "时由订单号与来源确定；同一订单号间隔超过 60 天再次出现，视为另一订单。日期、金额、来源"
            "取自首个事件。不扣除之后取消的订单。",
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
        group=MetricGroup.TRADE,
        aggregate=Aggregate(orders.counted, statistics.Count, reads=ORDERS, daily=Daily()),
        examples=(
            Example(
                Text(
                    "Ana and Bo place 5 orders each.",
                    "安娜和小博各下 5 单。",
                ),
                "10 (4.8 – 18.4)",
            ),
        ),
        needs=(Requirement(ORDERS),),
    )
)
