"""Median number of steps to an order."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import CART, CHECKOUT, ORDER_COMPLETED, ORDER_STEPS
from regulars.understand.metrics import distributions
from regulars.understand.metrics.model import (
    Aggregate,
    Definition,
    Direction,
    Example,
    MetricGroup,
    Unit,
)
from regulars.understand.metrics.queries import checkout
from regulars.understand.metrics.registry import define
from regulars.understand.metrics.windows import Daily
from regulars.understand.received import Requirement, need

define(
    Definition(
        key="order_steps_median",
        title=Text(
            "Steps to order",
            "下单步骤数",
        ),
        meaning=Text(
            "Median number of distinct steps from the first cart event to the completed "
            "order. A step is a distinct event at a touchpoint among cart, checkout, payment "
            "and completion, within 24 hours before the order.",
            "从首次购物车操作到完成订单的不同步骤数的中位数。步骤指下单前 24 小时内购物车、结"
            "算、支付、完成各事件在不同触点上的出现。",
        ),
        unit=Unit.STEPS,
        direction=Direction.DOWN,
        base=Text(
            "Completed orders with a cart event before them.",
            "此前有购物车操作的已完成订单。",
        ),
        window=Text(
            "The orders placed in the chosen period.",
            "所选时间段内的订单。",
        ),
        group=MetricGroup.ORDERING,
        aggregate=Aggregate(
            checkout.steps,
            distributions.Median,
            reads=ORDER_STEPS,
            counted=("amount",),
            daily=Daily(),
        ),
        examples=(
            Example(
                Text(
                    "Orders took 3, 4, 4, 5, 5, 5, 6 steps.",
                    "各订单用了 3、4、4、5、5、5、6 步。",
                ),
                "5 (3 – 6)",
            ),
        ),
        needs=(Requirement(CART | CHECKOUT), need(ORDER_COMPLETED)),
    )
)
