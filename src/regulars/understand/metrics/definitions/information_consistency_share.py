"""Share of what several sources know of customers in which they agree."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.listen.profiles import service as profiles
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
        key="information_consistency_share",
        title=Text(
            "Information consistency",
            "信息一致性",
        ),
        meaning=Text(
            "Attributes of customers (name, phone, address and so on) that at least two sources "
            "hold and agree on ÷ attributes that at least two sources hold. Width, case, spaces "
            "and punctuation do not count; of each source its newest word does.",
            "至少两个来源持有且一致的客户信息项（姓名、手机号、地址等）÷ 至少两个来源持有的信息项。"
            "不计全半角、大小写、空格与标点；每个来源以最新记录为准。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.UP,
        base=Text(
            "Attributes of a customer that at least two sources hold.",
            "至少两个来源持有的客户信息项。",
        ),
        window=Text(
            "What is held now; it is given for periods that reach the last event.",
            "当前持有的信息；仅在包含最近事件的时间段内给出。",
        ),
        group=MetricGroup.SERVICE,
        aggregate=Aggregate(
            None,
            statistics.Known,
            read=standing.information_consistency,
            slices=frozenset(),
            state=profiles.stamp,
        ),
        examples=(
            Example(
                Text(
                    "Shop and hotline both hold the phone of 50 customers; of 48 it is the same.",
                    "商城与热线均持有 50 位客户的手机号，其中 48 位一致。",
                ),
                "96.0 % (86.5 – 98.9)",
            ),
        ),
    )
)
