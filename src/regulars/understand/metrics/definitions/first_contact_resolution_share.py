"""Share of cases solved at the first contact."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import CASE_SOLVED, CONTACTS
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
from regulars.understand.received import Requirement, need

define(
    Definition(
        key="first_contact_resolution_share",
        title=Text(
            "First-contact resolution",
            "首次联系解决率",
        ),
        meaning=Text(
            "Cases solved with one contact of the customer, who did not come back on them "
            "within 7 days ÷ cases. A case that closed by itself, unanswered, is not solved. Cases "
            "younger than 7 days are not judged yet.",
            "客户只联系一次即解决、且 7 天内未就同一工单再次联系的工单 ÷ 工单数。无人答复而自动关闭"
            "的工单不算解决。建立未满 7 天的工单暂不计入。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.UP,
        base=Text(
            "Cases opened at least 7 days ago.",
            "建立已满 7 天的工单。",
        ),
        window=Text(
            "The cases opened in the chosen period.",
            "所选时间段内建立的工单。",
        ),
        group=MetricGroup.SERVICE,
        aggregate=Aggregate(
            cases.solved_at_once, statistics.Share, watched=True, daily=Daily(over=cases.BACK_DAYS)
        ),
        examples=(
            Example(
                Text(
                    "40 cases, 28 solved at the first contact.",
                    "40 个工单，28 个首次联系即解决。",
                ),
                "70.0 % (54.6 – 81.9)",
            ),
        ),
        of_customers=False,
        needs=(Requirement(CONTACTS), need(CASE_SOLVED)),
    )
)
