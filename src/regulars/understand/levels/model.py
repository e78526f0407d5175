"""The rule that gives a scored experience its level, and what is found with it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from regulars.kit.errors import Invalid
from regulars.kit.stats.estimate import Change, Estimate
from regulars.kit.text import Text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Case(IntEnum):
    """The six canonical cases, from the worst to the best; 4a and 4b are one level."""

    NEGATIVE = 0
    NONE = 1
    LOW = 2
    MEDIUM_HELD = 3
    MEDIUM_FLAT = 4
    HIGH = 5


CODES: Mapping[Case, str] = {
    Case.NEGATIVE: "L1",
    Case.NONE: "L2",
    Case.LOW: "L3",
    Case.MEDIUM_HELD: "L4a",
    Case.MEDIUM_FLAT: "L4b",
    Case.HIGH: "L5",
}
LEVEL: NDArray[np.int64] = np.array([1, 2, 3, 4, 4, 5])
"""The level, 1 to 5, of each case."""
LEVEL_TITLES: tuple[Text, ...] = (
    Text("negative", "消极体验"),
    Text("none", "无体验"),
    Text("low", "低度体验"),
    Text("medium", "中度体验"),
    Text("high (delighted)", "高度体验（惊喜）"),
)
CASE_TITLES: Mapping[Case, Text] = {
    Case.NEGATIVE: LEVEL_TITLES[0],
    Case.NONE: LEVEL_TITLES[1],
    Case.LOW: LEVEL_TITLES[2],
    Case.MEDIUM_HELD: Text(
        "medium: strong content, little participation", "中度体验：刺激强，参与不足"
    ),
    Case.MEDIUM_FLAT: Text(
        "medium: full participation, little surprise", "中度体验：参与深，惊喜不足"
    ),
    Case.HIGH: LEVEL_TITLES[4],
}

MEANING = Text(
    "Every scored experience (all that one person said about one touchpoint on one day) has an "
    "impact: its score from 0 to 100, fading with each repetition of the same touchpoint; a "
    "participation: the share of experiences there in the twelve months before, ahead of which "
    "people did less; and a gap to what is expected, which lies between the neutral point of the "
    "scale (50) and what the person is used to: what customers answered to the same question in "
    "the twelve months before, plus by how much the person's earlier experiences were better or "
    "worse than usual. So nobody is delighted by lasting misery, nor left cold by lasting "
    "excellence. Far below expectation is L1, and the further the "
    "more the person took part. Not above expectation is L2. Above it, impact and participation "
    "decide between L3, L4a, L4b and L5 (“the customer screams”). The same stimulus "
    "(touchpoint and score), felt again by the same person, "
    "never gets a higher level than before, however much part is taken.",
    "每次被评分的体验（一人一天对一个触点的全部评价）都有三个量："
    "影响力（刺激度）是 0 至 100 的得分，随同一触点的重复而衰减；"
    "参与程度（主动性）是在该触点上、前十二个月的体验中此前几天行动比其少者所占比例；"
    "期望差是得分与期望之差；期望介于量表中点（50）与本人习惯的水平之间，"
    "后者等于前十二个月同一问题的平均得分，加上本人以往体验高于或低于通常的幅度，"
    "因此长期的差不会被当作惊喜，长期的好也不会被当作无感。"
    "远低于期望为 L1（消极体验），且参与越深越消极；未超出期望为 L2（无体验）；"
    "超出期望时，由影响力与参与程度决定 L3（低度体验）、L4a 或 L4b（中度体验）、"
    "L5（高度体验，即“客户尖叫”）。"
    "同一人再次受到同样的刺激（同一触点、同一得分），无论参与多深，等级都不会比以前更高。",
)


NONE_YET = Text(
    "No scored experiences in this period. Import surveys or reviews that identify who answered, "
    "or choose a longer period.",
    "该时段没有被评分的体验。请导入能识别回答者的问卷或评价，或选择更长的时段。",
)


@dataclass(frozen=True, slots=True)
class LevelRules:
    """The declared parameters. Scores, gaps and impacts are points of 0 to 100.

    `window_days`: what the person did in so many days up to the experience is participation.
    `memory`: so many earlier days with experiences make a person's habit, which is drawn towards
    the usual as if `prior` usual ones stood before them. `habit`: what is expected lies so far of
    the way from the neutral point of the scale to the habit. `apart_days`: encounters with a
    touchpoint that lie closer are one. `fade`: the share of impact lost with each repetition, of
    which `fades` count. `far`: the depth from which an experience is negative. `engaged`, `strong`
    and `surprise`: from where participation, impact and gap are high.
    """

    window_days: int = 7
    memory: int = 10
    prior: float = 2.0
    habit: float = 0.4
    apart_days: int = 7
    fade: float = 0.06
    fades: int = 5
    far: float = 25.0
    engaged: float = 0.67
    strong: float = 80.0
    surprise: float = 8.0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one parameter is called and which values it may have."""

    title: Text
    least: float
    most: float
    whole: bool = False


PARAMETERS: Mapping[str, Limits] = {
    "window_days": Limits(Text("Days of participation", "计入参与的天数"), 1, 60, whole=True),
    "memory": Limits(Text("Earlier days remembered", "形成期望的以往天数"), 1, 50, whole=True),
    "prior": Limits(Text("Weight of what is usual", "通常水平的权重"), 0.1, 20),
    "habit": Limits(Text("Weight of habit in what is expected", "习惯在期望中的权重"), 0, 0.9),
    "apart_days": Limits(Text("Days between encounters", "两次接触间隔天数"), 1, 60, whole=True),
    "fade": Limits(Text("Impact lost by a repetition", "每次重复损失的影响力"), 0, 0.5),
    "fades": Limits(Text("Repetitions that count", "计入的重复次数"), 0, 20, whole=True),
    "far": Limits(Text("Depth that is negative", "消极的深度界限"), 1, 100),
    "engaged": Limits(Text("High participation from", "高参与界限"), 0.5, 0.99),
    "strong": Limits(Text("High impact from", "高影响力界限"), 1, 100),
    "surprise": Limits(Text("Surprise: gap from", "惊喜：期望差界限"), 0, 100),
}  # fmt: skip


def checked(values: Mapping[str, float], number: int = 0) -> LevelRules:
    """Return rules of these values. Raises Invalid for a missing, unknown or impossible one."""
    for name in values:
        if name not in PARAMETERS:
            raise Invalid(
                "levels.parameter",
                Text(f"“{name}” is not a parameter of levels.", f"“{name}”不是体验等级的参数。"),
                field=name,
            )
    parameters: dict[str, Any] = {}
    for name, kind in PARAMETERS.items():
        value = values.get(name, getattr(LevelRules(), name))
        if not kind.least <= value <= kind.most or (kind.whole and value != int(value)):
            limits = f"{kind.least:g} – {kind.most:g}"
            raise Invalid(
                "levels.parameter",
                Text(f"{kind.title.en}: {limits}.", f"{kind.title.zh}：{limits}。"),
                field=name,
            )
        parameters[name] = int(value) if kind.whole else float(value)
    return LevelRules(**parameters, number=number)


def values_of(rules: LevelRules) -> dict[str, float]:
    """Return the parameters by name, without the version."""
    return {
        one.name: getattr(rules, one.name) for one in fields(LevelRules) if one.name != "number"
    }


@dataclass(frozen=True, slots=True)
class Felt:
    """Many experiences, one entry each: the inputs of the rule and its answers.

    `points` and `expectation` 0 to 100, `participation` 0 to 1, `repetition` from 0 (the first
    encounter); `impact` 0 to 100, `gap` signed, `depth` of the negative (0 if none), `case` a Case.
    """

    points: Floats
    expectation: Floats
    participation: Floats
    repetition: Ints
    impact: Floats
    gap: Floats
    depth: Floats
    case: Ints


def impact_of(points: Floats, repetition: Ints, rules: LevelRules) -> Floats:
    """Return how much the content did: the score, less a share for each repetition."""
    faded: Floats = points * (1.0 - rules.fade) ** np.minimum(repetition, rules.fades)
    return faded


def feel(
    points: Floats, expectation: Floats, participation: Floats, repetition: Ints, rules: LevelRules
) -> Felt:
    """Return each experience's case by itself; `unrepeated` then looks at what went before."""
    impact = impact_of(points, repetition, rules)
    gap = points - expectation
    return Felt(
        points,
        expectation,
        participation,
        repetition,
        impact,
        gap,
        depth_of(gap, participation),
        case_of(gap, impact, participation, rules),
    )


def depth_of(gap: Floats, participation: Floats) -> Floats:
    """Return how deep a disappointment goes: the shortfall, half to one and a half times."""
    depth: Floats = np.maximum(-gap, 0.0) * (0.5 + participation)
    return depth


def case_of(gap: Floats, impact: Floats, participation: Floats, rules: LevelRules) -> Ints:
    """Return the Case of each experience; see docs/algorithms/levels.md for the table."""
    engaged, strong = participation >= rules.engaged, impact >= rules.strong
    negative = depth_of(gap, participation) >= rules.far
    screams = engaged & strong & (gap >= rules.surprise)
    chosen: Ints = np.select(
        [negative, gap <= 0, screams, engaged, strong],
        [Case.NEGATIVE, Case.NONE, Case.HIGH, Case.MEDIUM_FLAT, Case.MEDIUM_HELD],
        default=Case.LOW,
    ).astype(np.int64)
    return chosen


def unrepeated(case: Ints, stimulus: Ints) -> Ints:
    """Return the cases, none of them above an earlier one of the same stimulus.

    Rows stand in the order of time. `stimulus` numbers what is the same for a person: touchpoint
    and score. Taking more part in it the next time does not make it new.
    """
    order = np.argsort(stimulus, kind="stable")
    groups, kept = stimulus[order], case[order]
    starts = np.r_[True, groups[1:] != groups[:-1]] if len(groups) else np.zeros(0, bool)
    # Runs are lowered by a running minimum that starts anew at each group: groups are put on
    # falling steps so far apart that none reaches into the next.
    step = (np.cumsum(starts) if len(groups) else groups) * -(len(Case) + 1)
    lowest = np.minimum.accumulate(kept + step) - step if len(groups) else kept
    made = np.empty_like(case)
    made[order] = lowest
    return made


@dataclass(frozen=True, slots=True)
class Experience:
    """One person's experience: where, when, its numbers, its case and why."""

    person: str
    touchpoint: str
    at: datetime
    level: int
    case: Case
    points: float
    expectation: float
    participation: float
    repetition: int
    impact: float
    gap: float
    depth: float
    why: Text

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {**msgspec.to_builtins(self), "case": CODES[self.case]}


@dataclass(frozen=True, slots=True)
class Fading:
    """By how many points a score changes with each repetition, and whether that is a mark.

    `q` is adjusted over all tests of the page; `slope` compares within the same quarter.
    """

    n: int
    people: int
    slope: float
    low: float
    high: float
    p: float
    q: float | None = None
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Moves:
    """People met in both periods: `table[i][j]` went from level i+1 to level j+1.

    `fell` became negative, `rose` ceased to be; `p` tells whether one outweighs the other.
    """

    people: int
    table: list[list[int]]
    fell: int
    rose: int
    p: float | None


@dataclass(frozen=True, slots=True)
class At:
    """One touchpoint (None: all together): shares 0 to 1 of levels 1 to 5, and how they changed.

    `cases` counts the six cases; `size` is of how many independent experiences the share of the
    negative is as sure. `change` is that of the negative share, `joy` that of the high
    one, since the period before. `worse` and `better` mark a tested change of the negative.
    """

    touchpoint: str | None
    n: int
    people: int
    cases: list[int]
    shares: list[Estimate]
    participation: float
    gap: float
    depth: float | None
    change: Change
    joy: Change
    fading: Fading | None
    q: float | None = None
    worse: bool = False
    better: bool = False
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Cell:
    """`n` negative experiences of a touchpoint that are alike, for the what-if.

    `held` is the deepest of the same stimulus up to then, which they never rise above; themselves,
    where they are the deepest.
    """

    touchpoint: str
    n: int
    points: float
    expectation: float
    participation: float
    repetition: int
    held_expectation: float
    held_participation: float
    held_repetition: int


@dataclass(frozen=True, slots=True)
class Levels:
    """The finding: all together first, then each touchpoint, the most negative ones first.

    `tested` is the number of possible marks. `before` is the start of the period compared with.
    """

    start: datetime | None
    end: datetime | None
    before: datetime | None
    rules: LevelRules
    whole: At | None
    points: list[At] = field(default_factory=list)
    moves: Moves | None = None
    negative: list[Cell] = field(default_factory=list)
    tested: int = 0

    @property
    def why_not(self) -> Text | None:
        """Why there is nothing to show; None where there is."""
        return None if self.whole else NONE_YET
