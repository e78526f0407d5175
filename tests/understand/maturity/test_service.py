"""A workshop that claims much, and what its workspace shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.costs.model import Cost, Costs, Difference
from regulars.understand.maturity import service
from regulars.understand.maturity.evidence import LIMITS
from regulars.understand.maturity.model import (
    Diagnosis,
    Evidence,
    Horizon,
    Improvement,
    SelfDiagnosis,
    SpendingLine,
    by_horizon,
    spread,
)

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)
NOW = NOON + timedelta(days=1)


def claims(grade: int) -> dict[str, int]:
    """The same grade for every question."""
    return {one.key: grade for one in service.questionnaire().questions}


def evidence(key: str, grade: int | None) -> Evidence:
    return Evidence(key, 0.5, 10, grade, Text(f"{key} shown", f"{key} 显示"))


def test_the_limits_of_the_page_are_those_that_count() -> None:
    page = Path(__file__).parents[3] / "docs" / "algorithms" / "maturity.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()
            if line.startswith("| ") and line.strip("| ").split(" | ")[0] in LIMITS]  # fmt: skip
    assert {row[0]: tuple(map(float, row[2:])) for row in rows} == LIMITS


def test_an_empty_workspace_cannot_tell(ws: Workspace) -> None:
    found = service.answered(ws, None, now=NOW).payload
    told = {one.key: one.grade for one in found.evidence}
    assert told["sources"] is None
    assert told["loop"] is None
    assert found.pains == []
    text = service.written(ws, found, [], "en", now=NOW)
    assert "# Maturity handbook" in text


def test_claims_are_kept_dated_and_compared_with_the_earlier_ones(ws: Workspace) -> None:
    service.answer(ws, claims(2), SHELL, now=NOON)
    service.answer(ws, {**claims(4), "owners": 3}, SHELL, note="after the workshop", now=NOW)
    newest, first = service.history(ws)
    assert (newest.number, newest.made_at, newest.note) == (2, NOW, "after the workshop")
    assert first.grades["owners"] == 2
    rows = {row.question: row for row in service.checked(Diagnosis([]), service.history(ws))}
    assert (rows["owners"].claim, rows["owners"].before) == (3, 2)
    whole = service.areas(list(rows.values()))[-1]
    assert (whole.area, whole.before) == ("", 2.0)


@pytest.mark.parametrize("grades", [{}, {"owners": 6}, {"mood": 3}])
def test_wrong_answers_are_refused(ws: Workspace, grades: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        service.answer(ws, grades, SHELL, now=NOW)


def test_spending_stands_beside_importance() -> None:
    """The till has half of the importance and a tenth of the money; the door the other way."""
    importance = {"till": (0.5, 0.4, 0.6), "door": (0.1, 0.05, 0.2), "lift": (0.4, 0.1, 0.7)}
    lines = [SpendingLine("door", Horizon.LONG, 600.0), SpendingLine("till", Horizon.SHORT, 100.0),
             SpendingLine("lift", Horizon.MIDDLE, 300.0)]  # fmt: skip
    assert {one.touchpoint: one.verdict for one in spread(lines, importance)} == {
        "door": "more", "till": "less", "lift": None,
    }  # fmt: skip
    assert by_horizon(lines)[Horizon.LONG] == (600.0, 0.6)
    assert spread([], importance) == []


def test_spending_is_kept_by_statement(ws: Workspace) -> None:
    service.state_spending(ws, [SpendingLine("till", Horizon.SHORT, 10.0)], SHELL, now=NOON)
    service.state_spending(ws, [SpendingLine("till", Horizon.SHORT, 0.0)], SHELL, now=NOW)
    assert [len(one.lines) for one in service.spendings(ws)] == [0, 1]
    with pytest.raises(Invalid):
        service.state_spending(ws, [SpendingLine("till", Horizon.SHORT, -1.0)], SHELL, now=NOW)


def test_improvement_points_begin_with_the_pains_and_end_with_the_weakest_areas() -> None:
    pain = Improvement(
        Text("Hot line", "热线"), [Text("slow", "慢")], Text("Help.", "帮助。"), Horizon.SHORT
    )
    found = Diagnosis([evidence("owners", 1)], pains=[pain])
    answers = [SelfDiagnosis(1, NOW, "Ann", {"owners": 4, "loop": 2})]
    told = service.points(found, service.checked(found, answers))
    assert [one.title.en for one in told] == [
        "Hot line",
        "Organisation: grade 1",
        "Acting: grade 2",
    ]
    assert told[1].why[0].en == "owners shown"


def test_what_nobody_answered_gets_advice_by_evidence_and_says_so(ws: Workspace) -> None:
    found = Diagnosis([evidence("owners", 2), evidence("targets", 3), evidence("loop", None)])
    text = service.written(ws, found, [], "en", now=NOW)
    steps = text.split("## Next steps by area")[1].split("## ")[0].strip().splitlines()
    advice = service.questionnaire().advice_for("organisation", 2)
    (only,) = steps
    assert only.startswith("- **Organisation** (")
    assert "by evidence, not answered yet" in only
    assert advice.text.en in only
    (point,) = service.points(found, service.checked(found, []))
    assert point.title.en == "Organisation: grade 2 by evidence"
    answered = [SelfDiagnosis(1, NOW, "Ann", {"owners": 1})]
    told = service.written(ws, found, answered, "en", now=NOW).split("## Next steps by area")[1]
    assert "by evidence" not in told
    empty = service.written(ws, Diagnosis([]), [], "en", now=NOW)
    assert "Nothing yet: no answers and no evidence." in empty


def test_a_pain_point_says_what_goes_with_it_in_money() -> None:
    priced = Costs(None, None, None, None, "CNY")
    sure = Cost(
        "hotline",
        Text("Hot line", "热线"),
        [],
        9,
        9,
        9,
        9,
        at_risk=Difference(900.0, 400.0, 1400.0, 0.001),
    )
    unsure = replace(sure, at_risk=Difference(900.0, -100.0, 1900.0, 0.2))
    (told,) = service._at_risk(sure, priced)
    assert told.en == "associated with 900 CNY (400 – 1,400) less revenue in 91 days"
    assert service._at_risk(unsure, priced) == service._at_risk(None, priced) == []
