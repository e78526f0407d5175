"""What a self-diagnosis consists of: claims, evidence, spending, improvement points; pure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from regulars.kit.text import Text

GRADE_TITLES: Mapping[int, Text] = {
    1: Text("Scattered", "零散应对"),
    2: Text("Started", "起步建设"),
    3: Text("Defined", "规范运行"),
    4: Text("Measured", "量化管理"),
    5: Text("Leading", "持续引领"),
}
APART = 2
"""Grades by which claim and evidence must differ to be called a disagreement."""
TIMES = 1.5
"""Spending beyond or below importance is called out from this many times on."""

MEANING = Text(
    "Each question is answered with a grade from 1 to 5. Beside it is the grade that the data of "
    "the workspace confirms, by declared limits. The maturity grade is the mean of the lower of "
    "both over all answered questions; without evidence the self-assessment counts.",
    "每题以 1 至 5 级作答，旁边列出工作区自身数据按声明的界限所能证明的等级。"
    "成熟度为各已答问题中二者较低者的平均；没有证据时以自评为准。",
)


class Horizon(StrEnum):
    """When something should bear fruit (R29)."""

    SHORT = "short"
    MIDDLE = "middle"
    LONG = "long"


HORIZON_TITLES: Mapping[Horizon, Text] = {
    Horizon.SHORT: Text("Short: up to 6 months", "短期：6 个月内"),
    Horizon.MIDDLE: Text("Middle: 6 to 12 months", "中期：6 至 12 个月"),
    Horizon.LONG: Text("Long: years", "长期：数年"),
}


@dataclass(frozen=True, slots=True)
class Area:
    """A field of maturity."""

    key: str
    title: Text


@dataclass(frozen=True, slots=True)
class Question:
    """A question with a statement for each grade, and the evidence that speaks to it."""

    key: str
    area: str
    text: Text
    grades: tuple[Text, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next in an area at a grade."""

    area: str
    grade: int
    horizon: Horizon
    text: Text


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Areas, questions and advice."""

    areas: tuple[Area, ...]
    questions: tuple[Question, ...]
    advice: tuple[NextStep, ...]

    def area(self, key: str) -> Area:
        """Return an area by its key."""
        return next(one for one in self.areas if one.key == key)

    def advice_for(self, area: str, grade: int) -> NextStep:
        """Return what to do next in an area at a grade."""
        return next(one for one in self.advice if (one.area, one.grade) == (area, grade))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the workspace holds: `value` of `n`, and the grade it bears out (None: cannot tell)."""

    key: str
    value: float | None
    n: int
    grade: int | None
    text: Text


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """Experience spending on one touchpoint within one horizon."""

    touchpoint: str
    horizon: Horizon
    amount: float


@dataclass(frozen=True, slots=True)
class SpendingShare:
    """A touchpoint's share of spending beside its importance (both 0 to 1).

    `verdict` is "more" or "less" than its importance, or None.
    """

    touchpoint: str
    amount: float
    share: float
    importance: float | None
    low: float | None
    high: float | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Improvement:
    """A key improvement point: where, why, what to do, by when, and what it rests on."""

    title: Text
    why: list[Text]
    advice: Text
    horizon: Horizon
    touchpoint: str | None = None
    importance: float | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The finding: what the workspace itself shows, whatever people claim."""

    evidence: list[Evidence]
    importance: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    pains: list[Improvement] = field(default_factory=list)
    start: datetime | None = None
    end: datetime | None = None

    def of(self, key: str) -> Evidence | None:
        """Return the evidence of that key."""
        return next((one for one in self.evidence if one.key == key), None)


@dataclass(frozen=True, slots=True)
class SelfDiagnosis:
    """One self-diagnosis: the grade claimed by question, who gave it and when."""

    number: int
    made_at: datetime
    made_by: str
    grades: dict[str, int]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Spending:
    """One statement of experience spending."""

    number: int
    made_at: datetime
    made_by: str
    lines: list[SpendingLine]


@dataclass(frozen=True, slots=True)
class Checked:
    """One question's claim and evidence side by side.

    `gap` is claim minus evidence; `disagrees` from two grades on.
    """

    question: str
    area: str
    claim: int | None
    before: int | None
    evidence: Evidence | None

    @property
    def gap(self) -> int | None:
        """Claim minus evidence."""
        if self.claim is None or self.evidence is None or self.evidence.grade is None:
            return None
        return self.claim - self.evidence.grade

    @property
    def disagrees(self) -> bool:
        """Whether claim and evidence are two grades or more apart."""
        return self.gap is not None and abs(self.gap) >= APART

    @property
    def verdict(self) -> str | None:
        """Whether the claim lies `above` the evidence or `below`, or `agrees`; None without one."""
        if self.gap is None or not self.disagrees:
            return None if self.gap is None else "agrees"
        return "above" if self.gap > 0 else "below"

    @property
    def borne_out(self) -> int | None:
        """The lower of claim and evidence; the claim where nothing can be told."""
        if self.claim is None or self.evidence is None or self.evidence.grade is None:
            return self.claim
        return min(self.claim, self.evidence.grade)


@dataclass(frozen=True, slots=True)
class AreaGrade:
    """An area's grade: means of what is claimed, of the evidence, and of what both bear out."""

    area: str
    claimed: float | None
    shown: float | None
    grade: float | None
    before: float | None

    @property
    def advised(self) -> float | None:
        """The grade that advice is given for: where nobody answered, what the evidence shows."""
        return self.shown if self.grade is None else self.grade

    @property
    def unanswered(self) -> bool:
        """Whether advice rests on evidence alone."""
        return self.grade is None and self.shown is not None


def graded(edges: tuple[float, float, float, float], value: float | None) -> int | None:
    """Return the grade of a value: 1, and one more for each limit that it reaches.

    Falling limits mean that less is better.
    """
    if value is None:
        return None
    rising = edges[0] < edges[-1]
    return 1 + sum(value >= edge if rising else value <= edge for edge in edges)


def area_grade(area: str, rows: list[Checked]) -> AreaGrade:
    """Return the means of an area over its answered questions; empty is None."""
    own = [row for row in rows if row.area == area or not area]
    shown = [row.evidence.grade for row in own if row.evidence and row.evidence.grade]
    return AreaGrade(
        area,
        mean([row.claim for row in own]),
        mean(shown),
        mean([row.borne_out for row in own]),
        mean([row.before for row in own]),
    )


def mean(values: list[int | None] | list[int]) -> float | None:
    """Return the mean of what is known; None without any."""
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def step(grade: float) -> int:
    """Return the whole grade whose advice holds: a grade counts when it is fully reached."""
    return max(1, min(5, int(grade + 1e-9)))


def spread(
    lines: list[SpendingLine], importance: Mapping[str, tuple[float, float, float]]
) -> list[SpendingShare]:
    """Return spending by touchpoint beside importance, the most spent first.

    Important touchpoints without spending stand with 0. "More" means beyond the importance's
    interval and at least 1.5 times it; "less" below it and at most two thirds.
    """
    amounts: dict[str, float] = dict.fromkeys(importance, 0.0)
    for line in lines:
        amounts[line.touchpoint] = amounts.get(line.touchpoint, 0.0) + line.amount
    total = sum(amounts.values())
    if total <= 0:
        return []
    parts = []
    for touchpoint, amount in amounts.items():
        share = amount / total
        value, low, high = importance.get(touchpoint, (None, None, None))
        parts.append(
            SpendingShare(
                touchpoint, amount, share, value, low, high, _verdict(share, value, low, high)
            )
        )
    return sorted(parts, key=lambda one: (-one.amount, -(one.importance or 0.0), one.touchpoint))


def _verdict(
    share: float, value: float | None, low: float | None, high: float | None
) -> str | None:
    if value is None or low is None or high is None:
        return None
    if share > high and share >= TIMES * value:
        return "more"
    return "less" if share < low and share * TIMES <= value else None


def by_horizon(lines: list[SpendingLine]) -> dict[Horizon, tuple[float, float | None]]:
    """Return each horizon's amount and its share of all (None when nothing is spent)."""
    total = sum(line.amount for line in lines)
    amounts = {one: sum(line.amount for line in lines if line.horizon is one) for one in Horizon}
    return {one: (amount, amount / total if total else None) for one, amount in amounts.items()}
