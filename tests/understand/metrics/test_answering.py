"""Answers of different questions, scales and kinds of survey are never mixed."""

from __future__ import annotations

import pytest
from tests.understand.metrics.queries.test_answers import twenty
from tests.understand.metrics.story import answered, by, one, tell

from regulars.kit.errors import Invalid
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service


def test_kinds_of_survey_are_never_mixed(ws: Workspace) -> None:
    tell(ws, twenty())
    tell(ws, [answered(f"q{i}", "nps", 9, survey_kind="relationship") for i in range(5)])
    with pytest.raises(Invalid) as refused:
        service.measure(ws, "nps")
    assert refused.value.code == "metrics.mixed_bases"
    assert "relationship" in refused.value.message.en
    assert one(ws, "nps", filters={"survey_kind": "transactional"}).n == 20
    kinds = by(ws, "nps", "survey_kind")
    assert {kind: row.n for kind, row in kinds.items()} == {"transactional": 20, "relationship": 5}


def test_scales_and_questions_are_never_mixed(ws: Workspace) -> None:
    tell(ws, [answered(f"p{i}", "csat", 4) for i in range(6)])
    tell(ws, [answered(f"q{i}", "csat", 9, scale_max=10, source="old") for i in range(6)])
    with pytest.raises(Invalid, match="mixed_bases"):
        service.measure(ws, "csat_satisfied_share")
    assert one(ws, "csat_satisfied_share", filters={"source": "old"}).value == 100.0
    tell(ws, [answered(f"r{i}", "ces", 4) for i in range(6)])
    with pytest.raises(Invalid, match="mixed_bases"):
        service.measure(ws, "score_mean")
    assert one(ws, "score_mean", filters={"metric": "ces"}).value == 4.0


def test_a_scale_without_a_definition_is_refused(ws: Workspace) -> None:
    tell(ws, [answered(f"p{i}", "csat", 50, scale_min=0, scale_max=100) for i in range(6)])
    with pytest.raises(Invalid, match="undeclared_scale"):
        service.measure(ws, "csat_satisfied_share")
    assert one(ws, "score_mean").value == 50.0
    tell(ws, [answered(f"p{i}", "nps", 5, scale_min=1, scale_max=5) for i in range(6)])
    with pytest.raises(Invalid, match="undeclared_scale"):
        service.measure(ws, "nps")
