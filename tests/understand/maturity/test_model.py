"""A claim counts as far as the evidence goes; a grade counts when it is reached."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some
from tests.understand.maturity.test_service import NOW, evidence

from regulars.company.rights.model import SHELL
from regulars.timeline.workspace import Workspace
from regulars.understand.maturity import service
from regulars.understand.maturity.evidence import LIMITS
from regulars.understand.maturity.model import (
    Diagnosis,
    step,
)


def test_every_question_has_five_statements_and_every_grade_advice() -> None:
    asked = service.questionnaire()
    assert len(asked.questions) == 12
    for one in asked.questions:
        assert len({words.en for words in one.grades}) == 5
        assert one.evidence in LIMITS
    for area in asked.areas:
        assert len({asked.advice_for(area.key, grade).text.zh for grade in range(1, 6)}) == 5


def test_a_claim_beyond_the_evidence_is_shown_and_does_not_count(ws: Workspace) -> None:
    service.answer(ws, {"owners": 5, "targets": 3}, SHELL, now=NOW)
    found = Diagnosis([evidence("owners", 2), evidence("targets", None)])
    rows = {row.question: row for row in service.checked(found, service.history(ws))}
    assert (rows["owners"].gap, rows["owners"].disagrees, rows["owners"].borne_out) == (3, True, 2)
    assert (rows["targets"].gap, rows["targets"].disagrees) == (None, False)
    area = service.areas(list(rows.values()))[0]
    assert (area.claimed, area.shown, area.grade) == (4.0, 2.0, 2.5)


@given(some.floats(1, 5))
def test_a_grade_counts_when_it_is_reached(grade: float) -> None:
    assert step(grade) <= grade + 1e-6 < step(grade) + 1 + 1e-6
