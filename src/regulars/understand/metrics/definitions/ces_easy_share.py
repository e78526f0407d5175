"""Share of easy answers."""

from __future__ import annotations

from regulars.kit.text import Text
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
from regulars.understand.received import answers_to

define(
    Definition(
        key="ces_easy_share",
        title=Text(
            "Customer effort (CES), easy share",
            "客户费力度（CES）轻松率",
        ),
        meaning=Text(
            "Customer effort: answers 5 to 7 on the scale 1-7, where 7 is “very easy”, ÷ "
            "answers (on 1-5: 4 and 5). CES measures effort, not experience in general.",
            "客户费力度：1-7 分制（7 分为“非常轻松”）中回答 5-7 分者 ÷ 回答数（1-5 分制为 "
            "4-5 分）。CES 衡量的是费力程度，而非笼统的体验分。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.UP,
        base=Text(
            "Answers to the effort question.",
            "费力度题的回答。",
        ),
        window=Text(
            "The answers given in the chosen period.",
            "所选时间段内的回答。",
        ),
        group=MetricGroup.FEEDBACK,
        aggregate=Aggregate(
            answers.answers("ces", answers.easy),
            statistics.ShareOfAnswers,
            base=answers.BASE,
            weights=True,
            surveys=True,
            people=False,
            daily=Daily(),
        ),
        examples=(
            Example(
                Text(
                    "50 answers, 40 of them 5 or more.",
                    "50 份回答，其中 40 份不低于 5 分。",
                ),
                "80.0 % (67.0 – 88.8)",
            ),
        ),
        scale=Text("1-7", "1-7"),
        needs=(answers_to("ces"),),
    )
)
