"""Median time to our first answer."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import ANSWERS, CONTACTS
from regulars.understand.metrics import distributions
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
        key="first_response_minutes_median",
        title=Text(
            "First response time",
            "首次响应时间",
        ),
        meaning=Text(
            "Median time from a customer's first word in a case to the first answer of one of us, "
            "in minutes; automatic receipts and bots are no answer. Cases not answered yet take "
            "part for the time they have waited (Kaplan-Meier).",
            "从客户在工单中的首次发声到我方人员首次答复的时间中位数（分钟）；自动回执与机器人回复"
            "不算答复。尚未答复的工单按已等待时间计入（Kaplan-Meier）。",
        ),
        unit=Unit.MINUTES,
        direction=Direction.DOWN,
        base=Text(
            "Cases with a word of the customer.",
            "有客户发声的工单。",
        ),
        window=Text(
            "The cases opened in the chosen period.",
            "所选时间段内建立的工单。",
        ),
        group=MetricGroup.SERVICE,
        aggregate=Aggregate(
            cases.first_answers,
            distributions.MedianWait,
            watched=True,
            counted=("seconds",),
            daily=Daily(cases.answers_by_day, ("since",), cases.answers_between),
        ),
        examples=(
            Example(
                Text(
                    "Three cases answered after 10, 20 and 60 minutes, one still open after 90.",
                    "三个工单分别在 10、20、60 分钟后答复，一个 90 分钟后仍未答复。",
                ),
                "40 min (10 – )",
            ),
        ),
        of_customers=False,
        needs=(Requirement(CONTACTS), Requirement(ANSWERS)),
    )
)
