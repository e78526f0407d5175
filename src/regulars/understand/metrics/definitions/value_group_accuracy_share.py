"""Share of customers whose stored value group is right."""

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
        key="value_group_accuracy_share",
        title=Text(
            "Accuracy of value groups",
            "客户分组准确率",
        ),
        meaning=Text(
            "Customers whose stored value group is the one that their events give when it is "
            "worked out anew ÷ customers with a group. It falls where events arrive late or are "
            "taken back. Beside it: the share of customers with equal scores at a cut-off, whose "
            "group a draw decided, which accuracy says nothing of.",
            "按事件重新计算后分组与所存分组一致的客户 ÷ 有分组的客户。事件迟到或被撤回时会下降。"
            "另附：分界处得分相同、由随机决定分组的客户占比，准确率不反映这一部分。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.UP,
        base=Text(
            "Customers of the last assignment.",
            "最近一次分组中的客户。",
        ),
        window=Text(
            "The last assignment; it is given for periods that reach there.",
            "最近一次分组；仅在包含该时刻的时间段内给出。",
        ),
        group=MetricGroup.LOYALTY,
        aggregate=Aggregate(
            None, statistics.KnownGroups, read=standing.group_accuracy, slices=frozenset()
        ),
        examples=(
            Example(
                Text(
                    "1,000 customers, 990 of whom have the group that their events give.",
                    "1000 位客户，其中 990 位的分组与其事件一致。",
                ),
                "99.0 % (98.2 – 99.5)",
            ),
        ),
    )
)
