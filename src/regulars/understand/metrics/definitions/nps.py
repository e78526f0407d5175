"""Net promoter score."""

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
        key="nps",
        title=Text(
            "NPS",
            "净推荐值（NPS）",
        ),
        meaning=Text(
            "100 × (promoters, who answer 9 or 10, less detractors, who answer 0 to 6) ÷ "
            "answers, on the scale 0-10. Relationship and transactional surveys are "
            "different bases and are never mixed.",
            "100 ×（推荐者〔9-10 分〕－ 贬损者〔0-6 分〕）÷ 回答数，0-10 分制。关系型与交易型"
            "调研属于不同基数，不混合计算。",
        ),
        unit=Unit.POINTS,
        direction=Direction.UP,
        base=Text(
            "Answers to the recommendation question.",
            "推荐意愿题的回答。",
        ),
        window=Text(
            "The answers given in the chosen period.",
            "所选时间段内的回答。",
        ),
        group=MetricGroup.FEEDBACK,
        aggregate=Aggregate(
            answers.answers("nps", answers.recommend),
            statistics.Nps,
            base=answers.BASE,
            weights=True,
            surveys=True,
            people=False,
            daily=Daily(),
        ),
        examples=(
            Example(
                Text(
                    "20 answers: 14 promoters, 4 passives, 2 detractors.",
                    "20 份回答：14 位推荐者、4 位中立者、2 位贬损者。",
                ),
                "60.0 (23.6 – 80.7)",
            ),
        ),
        scale=Text("0-10", "0-10"),
        needs=(answers_to("nps"),),
    )
)
