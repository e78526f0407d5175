"""Share of checkouts left without an order."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import CHECKOUT_STARTED, ORDER_COMPLETED
from regulars.understand.metrics import statistics
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
from regulars.understand.received import need

define(
    Definition(
        key="order_abandonment_share",
        title=Text(
            "Checkout abandonment rate",
            "结算放弃率",
        ),
        meaning=Text(
            "Checkouts begun and not completed ÷ checkouts begun. One checkout is a session "
            "(without sessions: one person's starts within 24 hours); it is completed when "
            "the session, or the person within 24 hours, completes an order. Checkouts of "
            "the last day and the day before it count only once they are completed.",
            "开始结算但未完成 ÷ 开始结算。一次结算指一个会话（无会话时为同一客户 24 小时内的"
            "结算）；该会话或该客户在 24 小时内完成订单即为完成。最近一天及其前一天开始的结算，"
            "完成后才计入。该指标即“购中放弃率”。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.DOWN,
        base=Text(
            "Checkouts begun.",
            "开始的结算。",
        ),
        window=Text(
            "The checkouts begun in the chosen period.",
            "所选时间段内开始的结算。",
        ),
        group=MetricGroup.ORDERING,
        aggregate=Aggregate(
            checkout.abandoned,
            statistics.Share,
            reads=frozenset({CHECKOUT_STARTED, ORDER_COMPLETED}),
            watched=True,
            daily=Daily(split=checkout.abandoned_between),
        ),
        examples=(
            Example(
                Text(
                    "80 checkouts, 20 without an order.",
                    "80 次结算，20 次没有下单。",
                ),
                "25.0 % (16.8 – 35.5)",
            ),
        ),
        needs=(need(CHECKOUT_STARTED), need(ORDER_COMPLETED)),
    )
)
