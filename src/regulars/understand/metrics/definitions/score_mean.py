"""Mean score of any question."""

from __future__ import annotations

from regulars.kit.text import Text
from regulars.timeline.vocabulary import FEEDBACK
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
from regulars.understand.received import Requirement

define(
    Definition(
        key="score_mean",
        title=Text(
            "Mean score",
            "平均得分",
        ),
        meaning=Text(
            "Mean answer to one question on its own scale: choose the question (metric), or "
            "slice by it. Several questions, scales or kinds of survey are never averaged "
            "together.",
            "单个题目在其自身分制上的平均得分：请选择题目，或按题目拆分。不同题目、分制或问卷"
            "类型不会一起平均。",
        ),
        unit=Unit.SCORE,
        direction=Direction.UP,
        base=Text(
            "Answers to the chosen question.",
            "所选题目的回答。",
        ),
        window=Text(
            "The answers given in the chosen period.",
            "所选时间段内的回答。",
        ),
        group=MetricGroup.FEEDBACK,
        aggregate=Aggregate(
            answers.answers(None, answers.score),
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
                    "Reviews 5, 5, 4, 2, 4, 5 of five stars.",
                    "五星制评价：5、5、4、2、4、5。",
                ),
                "4.17 (2.94 – 5.00)",
            ),
        ),
        needs=(Requirement(FEEDBACK),),
    )
)
