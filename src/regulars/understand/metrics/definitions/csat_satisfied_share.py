"""Share of satisfied answers."""

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
        key="csat_satisfied_share",
        title=Text(
            "Customer satisfaction (CSAT)",
            "客户满意度（CSAT）",
        ),
        meaning=Text(
            "Answers 4 or 5 on the scale 1-5 ÷ answers. On other scales satisfied means: 6-7 "
            "of 1-7, 8-10 of 1-10 or 0-10; scales are never mixed in one number.",
            "1-5 分制中回答 4-5 分者 ÷ 回答数。其他分制的“满意”为：1-7 分制 6-7 分，1-10 或 "
            "0-10 分制 8-10 分；不同分制不合并。",
        ),
        unit=Unit.PERCENT,
        direction=Direction.UP,
        base=Text(
            "Answers to the satisfaction question.",
            "满意度题的回答。",
        ),
        window=Text(
            "The answers given in the chosen period.",
            "所选时间段内的回答。",
        ),
        group=MetricGroup.FEEDBACK,
        aggregate=Aggregate(
            answers.answers("csat", answers.satisfied),
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
                    "100 answers, 90 of them 4 or 5.",
                    "100 份回答，其中 90 份为 4-5 分。",
                ),
                "90.0 % (82.6 – 94.5)",
            ),
        ),
        scale=Text("1-5", "1-5"),
        needs=(answers_to("csat"),),
    )
)
