"""Share of contacts that had to be repeated."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import CONTACTS
from regulars.understand.metrics import statistics
from regulars.understand.metrics.model import (
    Aggregate,
    Definition,
    Direction,
    Example,
    MetricGroup,
    Unit,
)
from regulars.understand.metrics.queries import cases
from regulars.understand.metrics.registry import define
from regulars.understand.metrics.windows import Daily
from regulars.understand.received import Requirement

define(
    Definition(
        key="repeat_contact_share",
        title=Text(
            "Repeat contact rate",
            "重复联系率",
        ),
        meaning=Text(
            "Contacts after which the same customer came back on the same case or order "
            "within 7 days ÷ contacts about a case or an order. Contacts in one session, "
            "and a complaint with the case it opens, are one.",
            "同一客户 7 天内就同一工单或订单再次联系的联系次数 ÷ 涉及工单或订单的联系次数。同"
            "一会话内、投诉及其所建工单均算一次联系。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.DOWN,
        base=Text(
            "Contacts about a case or an order, at least 7 days old.",
            "涉及工单或订单、已满 7 天的联系。",
        ),
        window=Text(
            "The contacts made in the chosen period.",
            "所选时间段内的联系。",
        ),
        group=MetricGroup.SERVICE,
        aggregate=Aggregate(
            cases.come_back,
            statistics.Share,
            reads=CONTACTS,
            watched=True,
            daily=Daily(over=cases.BACK_DAYS),
        ),
        examples=(
            Example(
                Text(
                    "50 contacts, 10 of them followed by another on the same matter.",
                    "50 次联系，其中 10 次之后又有同一事项的联系。",
                ),
                "20.0 % (11.2 – 33.0)",
            ),
        ),
        needs=(Requirement(CONTACTS),),
    )
)
