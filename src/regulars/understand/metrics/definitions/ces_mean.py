"""Mean effort score."""

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
        key="ces_mean",
        title=Text(
            "Customer effort (CES), mean",
            "客户费力度（CES）均值",
        ),
        meaning=Text(
            "Mean answer to the effort question, where the upper end is “very easy”.",
            "费力度题回答的均值，分数越高越轻松。",
        ),
        unit=Unit.SCORE,
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
            answers.answers("ces", answers.score),
            statistics.MeanScore,
            base=answers.BASE,
            weights=True,
            surveys=True,
            people=False,
            daily=Daily(),
        ),
        examples=(
            Example(
                Text(
                    "Answers 2, 4, 4, 6, 5, 6, 4, 7.",
                    "回答为 2、4、4、6、5、6、4、7。",
                ),
                "4.75 (3.43 – 6.07)",
            ),
        ),
        scale=Text("1-7", "1-7"),
        needs=(answers_to("ces"),),
    )
)
