"""Steps 3 and 5 of R22: which touchpoints hurt or delight, tested; pure.

Every test of a map goes into one Benjamini-Hochberg family, so that of all marks at most 5 % are
expected to be false alarms; what lies below its floor (`floors`) needs no comparison. With
thousands of answers any difference is significant, so each test asks for more than a difference:
more than a declared margin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import scipy

from regulars.kit.stats.estimate import Z
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.stats.proportion import wilson
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.health.model import HealthQuestion, Performance, bounded
from regulars.understand.journeys.advice import advise
from regulars.understand.journeys.mapping import Flow
from regulars.understand.journeys.model import BELOW_FLOOR, Mark, MarkEvidence, MarkKind, Node
from regulars.understand.journeys.steps import Codes
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_SAMPLE

MARGIN_POINTS = 2.0
"""Points (of 100) by which a score must differ from the rest beyond chance."""
MIN_OTHERS = 3
"""Touchpoints that must ask the same question before one can stand out as an opportunity."""
MARGIN_LEAK = 0.05
"""Share by which a step must lose more than the other steps beyond chance."""
SCORED = frozenset({"low_score", "high_score", "low_passed_score", BELOW_FLOOR})
"""Kinds of evidence that are points of a score against others."""
TOLERATED_BACKWARD = 0.01
"""Share of steps out of order that nobody minds."""


@dataclass(frozen=True, slots=True)
class Test:
    """One test at one step: evidence whose q is still to be found."""

    step: str
    kind: MarkKind
    evidence: MarkEvidence


@dataclass(frozen=True, slots=True)
class TargetGap:
    """A touchpoint's declared target beside what was measured, in the metric's unit."""

    step: str
    metric: Text
    value: float
    low: float
    high: float
    n: int
    target: float
    higher_is_better: bool


def marks(
    tests: list[Test], nodes: Iterable[Node], catalog: Catalog, sure: Iterable[Test] = ()
) -> list[Mark]:
    """Return the marked touchpoints: pains first, then by how clear and how much used they are.

    `sure` evidence is no test of the family: it marks as it is.
    """
    adjusted = benjamini_hochberg([test.evidence.p for test in tests])
    clear: dict[tuple[str, MarkKind], list[MarkEvidence]] = {}
    for one in sure:
        clear.setdefault((one.step, one.kind), []).append(one.evidence)
    for test, q in zip(tests, adjusted, strict=True):
        if q is not None and q <= FALSE_ALARM_RATE:
            evidence = replace(test.evidence, q=q)
            clear.setdefault((test.step, test.kind), []).append(evidence)
    by_step = {node.step: node for node in nodes}
    found = [
        _mark(by_step[step], kind, evidence, catalog)
        for (step, kind), evidence in clear.items()
        if step in by_step and not (kind is MarkKind.OPPORTUNITY and (step, MarkKind.PAIN) in clear)
    ]
    return sorted(
        found, key=lambda mark: (mark.kind is not MarkKind.PAIN, -_severity(mark), mark.step)
    )


def _severity(mark: Mark) -> float:
    """Return how many people are touched, times how far the score is from the rest."""
    gap = max((abs(e.value - e.against) for e in mark.evidence if e.kind in SCORED), default=5.0)
    return gap * math.sqrt(mark.reached)


def _mark(node: Node, kind: MarkKind, evidence: list[MarkEvidence], catalog: Catalog) -> Mark:
    point = catalog.touchpoint(node.step)
    ordered = sorted(evidence, key=lambda item: item.q)
    return Mark(
        step=node.step,
        title=node.title,
        kind=kind,
        stage=node.stage,
        area=point.area.value if point else None,
        reached=node.cases,
        evidence=ordered,
        advice=advise(kind, point.area if point else None, [item.kind for item in ordered]),
    )


def score_tests(performances: Mapping[str, Performance]) -> list[Test]:
    """Test each touchpoint's score against the other touchpoints that ask the same question."""
    questions: dict[tuple[str, float, float], dict[str, HealthQuestion]] = {}
    for step, performance in performances.items():
        for question in performance.questions:
            if question.n >= MIN_SAMPLE and question.error is not None:
                key = (question.metric, question.scale_min, question.scale_max)
                questions.setdefault(key, {})[step] = question
    tests = []
    for same in questions.values():
        for step, question in same.items():
            others = [other for key, other in same.items() if key != step]
            if others:
                tests += _against_rest(step, question, others)
    return tests


def _against_rest(step: str, question: HealthQuestion, others: list[HealthQuestion]) -> list[Test]:
    n = sum(other.n for other in others)
    rest = sum(other.n * other.mean for other in others) / n
    spread = math.sqrt(sum((other.n * (other.error or 0.0)) ** 2 for other in others)) / n
    error = math.hypot(question.error or 0.0, spread)
    if error == 0:
        return []
    low, high = bounded(question.mean, question.error, question.n, question.n)
    gap = question.mean - rest
    tests = []
    sides = [(MarkKind.PAIN, "low_score", -gap - MARGIN_POINTS)]
    if len(others) >= MIN_OTHERS:
        sides.append((MarkKind.OPPORTUNITY, "high_score", gap - MARGIN_POINTS))
    for kind, name, beyond in sides:
        p = float(scipy.stats.norm.sf(beyond / error))
        text = Text(
            f"scores {question.mean:.1f} of 100; others asked the same question {rest:.1f}",
            f"得分 {question.mean:.1f}（满分 100）；同一问题其他触点为 {rest:.1f}",
        )
        tests.append(
            Test(
                step,
                kind,
                _evidence(name, (question.mean, low, high), rest, n=question.n, p=p, text=text),
            )
        )
    return tests


def passed_tests(nodes: Iterable[Node], unit: Text) -> list[Test]:
    """Test whether journeys through a step were rated lower than journeys that missed it.

    Not the other way: journeys that miss a step often failed before it, which is no merit of it.
    """
    tests = []
    for node in nodes:
        passed = node.passed
        if passed is None or passed.others is None or passed.low is None or passed.high is None:
            continue
        if passed.n < MIN_SAMPLE or passed.others_n < MIN_SAMPLE or passed.p is None:
            continue
        gap = passed.value - passed.others
        error = abs(gap) / max(float(scipy.stats.norm.isf(passed.p / 2)), 1e-9) if gap else 1.0
        text = Text(
            f"{unit.en}s that went through it are rated {passed.value:.1f} of 100, others "
            f"{passed.others:.1f}",
            f"经过此步骤的{unit.zh}评分 {passed.value:.1f}（满分 100），其他为 {passed.others:.1f}",
        )
        interval = (passed.value, passed.low, passed.high)
        p = float(scipy.stats.norm.sf((-gap - MARGIN_POINTS) / error))
        evidence = _evidence(
            "low_passed_score", interval, passed.others, n=passed.n, p=p, text=text
        )
        tests.append(Test(node.step, MarkKind.PAIN, evidence))
    return tests


def wait_tests(codes: Codes, moved: Flow, catalog: Catalog) -> list[Test]:
    """Test by signs whether the median wait before a step is longer than the catalog allows."""
    tests = []
    for code, step in enumerate(codes.steps):
        point = catalog.touchpoint(step)
        if point is None or point.wait_hours is None or code not in moved.by_step:
            continue
        longer, n = moved.by_step[code].longer_than(point.wait_hours * 3600)
        wait = moved.by_step[code].wait()
        if wait is None or wait.median.value is None:
            continue
        p = float(scipy.stats.binom.sf(longer - 1, n, 0.5))
        hours = wait.median.value / 3600
        text = Text(
            f"half wait longer than {hours:.1f} h; {point.wait_hours:g} h is what we allow",
            f"一半的等待超过 {hours:.1f} 小时；允许的上限为 {point.wait_hours:g} 小时",
        )
        interval = (wait.median.value, wait.median.low, wait.median.high)
        evidence = _evidence("long_wait", interval, point.wait_hours * 3600, n=n, p=p, text=text)
        tests.append(Test(step, MarkKind.PAIN, evidence))
    return tests


def leak_tests(leaks: Mapping[str, tuple[int, int]], unit: Text) -> list[Test]:
    """Test whether a step of the expected order loses more than the other steps together."""
    tests = []
    for step, (lost, n) in leaks.items():
        others_lost = sum(pair[0] for key, pair in leaks.items() if key != step)
        others = sum(pair[1] for key, pair in leaks.items() if key != step)
        if n < MIN_SAMPLE or others < MIN_SAMPLE:
            continue
        share, rest = lost / n, others_lost / others
        error = math.sqrt(share * (1 - share) / n + rest * (1 - rest) / others)
        p = float(scipy.stats.norm.sf((share - rest - MARGIN_LEAK) / error)) if error else 1.0
        text = Text(
            f"{share:.1%} of {unit.en}s go no further; {rest:.1%} at the other steps",
            f"{share:.1%} 的{unit.zh}止步于此；其他步骤为 {rest:.1%}",
        )
        evidence = _evidence("drop_off", (share, *wilson(lost, n)), rest, n=n, p=p, text=text)
        tests.append(Test(step, MarkKind.PAIN, evidence))
    return tests


def backward_tests(nodes: Iterable[Node]) -> list[Test]:
    """Test whether a step comes out of the expected order more often than is tolerated."""
    tests = []
    for node in nodes:
        if node.backward is None or node.ordered < MIN_SAMPLE:
            continue
        share = node.backward / node.ordered
        p = float(scipy.stats.binom.sf(node.backward - 1, node.ordered, TOLERATED_BACKWARD))
        text = Text(
            f"{node.backward:,} of {node.ordered:,} came out of the expected order",
            f"{node.ordered:,} 次中有 {node.backward:,} 次顺序颠倒",
        )
        interval = (share, *wilson(node.backward, node.ordered))
        evidence = _evidence(
            "out_of_order", interval, TOLERATED_BACKWARD, n=node.ordered, p=p, text=text
        )
        tests.append(Test(node.step, MarkKind.PAIN, evidence))
    return tests


def target_tests(gaps: Iterable[TargetGap]) -> list[Test]:
    """Test each declared target; the error is read off the metric's interval."""
    tests = []
    for gap in gaps:
        error = (gap.high - gap.low) / (2 * Z)
        if error <= 0 or gap.n < MIN_SAMPLE:
            continue
        short = gap.target - gap.value if gap.higher_is_better else gap.value - gap.target
        p = float(scipy.stats.norm.sf(short / error))
        text = Text(
            f"{gap.metric.en}: {gap.value:.1f}, the target is {gap.target:g}",
            f"{gap.metric.zh}：{gap.value:.1f}，目标为 {gap.target:g}",
        )
        interval = (gap.value, gap.low, gap.high)
        evidence = _evidence("missed_target", interval, gap.target, n=gap.n, p=p, text=text)
        tests.append(Test(gap.step, MarkKind.PAIN, evidence))
    return tests


def _evidence(
    kind: str,
    interval: tuple[float, float | None, float | None],
    against: float,
    *,
    n: int,
    p: float,
    text: Text,
) -> MarkEvidence:
    value, low, high = interval
    return MarkEvidence(kind, value, low, high, against, n, p, 1.0, text)
