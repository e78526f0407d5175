"""Share of shown surveys that were answered."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import SURVEY, SURVEY_ANSWERED, SURVEY_DISMISSED, SURVEY_SHOWN
from regulars.understand.metrics import statistics
from regulars.understand.metrics.model import (
    Aggregate,
    Definition,
    Direction,
    Example,
    MetricGroup,
    Unit,
)
from regulars.understand.metrics.queries import answers
from regulars.understand.metrics.registry import define
from regulars.understand.metrics.windows import Daily
from regulars.understand.received import need

define(
    Definition(
        key="response_rate",
        title=Text(
            "Response rate",
            "问卷回收率",
        ),
        meaning=Text(
            "Surveys answered ÷ surveys shown. What became of a shown survey is the next "
            "survey event of the same person (else session) at the same touchpoint. "
            "Dismissals are shown beside, they are not answers.",
            "已回答问卷 ÷ 已展示问卷。某次展示的结果，取同一客户（无身份时取同一会话）在同一"
            "触点的下一个问卷事件。关闭问卷单独列出，不算回答。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.UP,
        base=Text(
            "Surveys shown.",
            "已展示的问卷。",
        ),
        window=Text(
            "The surveys shown in the chosen period.",
            "所选时间段内展示的问卷。",
        ),
        group=MetricGroup.FEEDBACK,
        aggregate=Aggregate(
            answers.invitations,
            statistics.Responses,
            reads=SURVEY,
            surveys=True,
            daily=Daily(),
        ),
        examples=(
            Example(
                Text(
                    "10 shown, 4 answered, 3 dismissed.",
                    "展示 10 次，回答 4 次，关闭 3 次。",
                ),
                "40.0 % (16.8 – 68.7)",
            ),
        ),
        of_customers=False,
        needs=(need(SURVEY_SHOWN), need(SURVEY_ANSWERED)),
        beside={"dismissed": need(SURVEY_DISMISSED)},
    )
)
