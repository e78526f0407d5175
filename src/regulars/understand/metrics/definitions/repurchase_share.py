"""Share of customers who bought again within a year."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import ORDERS
from regulars.understand.metrics import distributions
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
        key="repurchase_share",
        title=Text(
            "Repurchase rate",
            "客户复购率",
        ),
        meaning=Text(
            "Customers with two or more orders within 365 days after the first ÷ customers "
            "whose first order lies 365 days back or more. The period chooses whose year "
            "ended in it; those whose year is not over are left out. Beside it stands the "
            "Kaplan-Meier estimate, which uses them too.",
            "首单后 365 天内有两单及以上的客户 ÷ 首单距今已满 365 天的客户。时间段决定哪些客"
            "户的“首年”在其中结束；首年未满者不计入。旁列 Kaplan-Meier 估计，其中也使用首年未"
            "满者。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.UP,
        base=Text(
            "Customers whose first year is over.",
            "首年已满的客户。",
        ),
        window=Text(
            "365 days from the first order.",
            "自首单起 365 天。",
        ),
        group=MetricGroup.LOYALTY,
        aggregate=Aggregate(
            orders.bought_again,
            distributions.CameAgain,
            unit="person",
            reads=ORDERS,
            watched=True,
            counted=("day", "due"),
            daily=Daily(orders.first_orders, window=orders.again_between, persons=True),
        ),
        examples=(
            Example(
                Text(
                    "100 customers bought first over a year ago, 45 of them again within it.",
                    "100 位客户首单已满一年，其中 45 位在一年内再次购买。",
                ),
                "45.0 % (35.6 – 54.8)",
            ),
        ),
        needs=(Requirement(ORDERS),),
    )
)
