"""Expected amount of a customer in the next 12 months."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.understand.metrics import standing, statistics
from regulars.understand.metrics.model import (
    Aggregate,
    Definition,
    Direction,
    Example,
    MetricGroup,
    Unit,
)
from regulars.understand.metrics.registry import define

define(
    Definition(
        key="clv_amount_12m",
        title=Text(
            "Customer lifetime value (CLV)",
            "客户生命周期价值（CLV）",
        ),
        meaning=Text(
            "What a customer is expected to buy in the 12 months after the last day of data, "
            "before refunds and costs: expected purchases (BG/NBD) times the expected amount of "
            "one (Gamma-Gamma), as on the page of lifetime value. It holds at the end of the data "
            "and is given for periods that reach there.",
            "客户在数据最后一天之后 12 个月内预计的购买金额（未扣退款与成本）：预计购买次数"
            "（BG/NBD）乘以预计每次金额（Gamma-Gamma），与客户生命周期价值（CLV）页面相同。该值以数据截止时为准，仅在"
            "包含该时刻的时间段内给出。",
        ),
        unit=Unit.MONEY,
        direction=Direction.UP,
        base=Text(
            "Customers with an order in the main currency.",
            "有主要货币订单的客户。",
        ),
        window=Text(
            "The 12 months after the last day of data.",
            "数据最后一天之后的 12 个月。",
        ),
        group=MetricGroup.LOYALTY,
        aggregate=Aggregate(
            None,
            statistics.Known,
            base=("currency",),
            read=standing.lifetime_values,
            slices=frozenset({"value_group", "currency"}),
        ),
        examples=(
            Example(
                Text(
                    "400 customers, expected to buy for 48,000 together, give or take 3,000.",
                    "400 位客户，预计共购买 48,000 元，误差 3,000 元。",
                ),
                "120.0 (112.5 – 127.5)",
            ),
        ),
    )
)
