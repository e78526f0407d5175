"""A workshop that claims much, and what its workspace shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalogs
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.costs.model import Cost, Costs, Difference
from regulars.understand.maturity import handbook, service
from regulars.understand.maturity.evidence import LIMITS, Gathered, gathered
from regulars.understand.maturity.model import (
    Diagnosis,
    Evidence,
    Horizon,
    Improvement,
    SelfDiagnosis,
    SpendingLine,
    by_horizon,
    graded,
    spread,
    step,
)

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)
NOW = NOON + timedelta(days=1)
HELD = Gathered(
    timeline={"events": 1000, "known": 900, "placed": 200, "sources": 3,
              "answers": 100, "words": 30},
    rated=12, weighted=24, months=12, minutes=(600.0, 80), drivers=6, priced=3, groups=(1.0, 500),
)  # fmt: skip


def claims(grade: int) -> dict[str, int]:
    """The same grade for every question."""
    return {one.key: grade for one in service.questionnaire().questions}


def evidence(key: str, grade: int | None) -> Evidence:
    return Evidence(key, 0.5, 10, grade, Text(f"{key} shown", f"{key} 显示"))


def test_every_question_has_five_statements_and_every_grade_advice() -> None:
    asked = service.questionnaire()
    assert len(asked.questions) == 12
    for one in asked.questions:
        assert len({words.en for words in one.grades}) == 5
        assert one.evidence in LIMITS
    for area in asked.areas:
        assert len({asked.advice_for(area.key, grade).text.zh for grade in range(1, 6)}) == 5


def test_the_limits_of_the_page_are_those_that_count() -> None:
    page = Path(__file__).parents[3] / "docs" / "algorithms" / "maturity.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()
            if line.startswith("| ") and line.strip("| ").split(" | ")[0] in LIMITS]  # fmt: skip
    assert {row[0]: tuple(map(float, row[2:])) for row in rows} == LIMITS


def test_what_is_held_speaks_to_each_question() -> None:
    found = {one.key: one for one in gathered(catalogs.default("shop"), HELD)}
    grades = {key: one.grade for key, one in found.items()}
    assert grades["owners"] == 5
    assert grades["sources"] == 3
    assert (grades["feedback"], grades["words"], grades["priorities"]) == (4, 4, 3)
    assert (grades["map"], grades["places"], grades["loop"]) == (4, 2, 4)
    assert (grades["groups"], grades["measuring"], grades["returns"]) == (5, 5, 4)
    assert found["feedback"].text.en.startswith("12 of 24 touchpoints")


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


def test_a_claim_beyond_the_evidence_is_shown_and_does_not_count(ws: Workspace) -> None:
    service.answer(ws, {"owners": 5, "targets": 3}, SHELL, now=NOW)
    found = Diagnosis([evidence("owners", 2), evidence("targets", None)])
    rows = {row.question: row for row in service.checked(found, service.history(ws))}
    assert (rows["owners"].gap, rows["owners"].disagrees, rows["owners"].borne_out) == (3, True, 2)
    assert (rows["targets"].gap, rows["targets"].disagrees) == (None, False)
    area = service.areas(list(rows.values()))[0]
    assert (area.claimed, area.shown, area.grade) == (4.0, 2.0, 2.5)


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


def test_the_handbook_holds_names_that_look_like_markdown(ws: Workspace) -> None:
    pain = Improvement(
        Text("Till | *one* <b>", "收银 | *一*"), [Text("x", "x")], Text("", ""), Horizon.LONG
    )
    found = Diagnosis([], pains=[pain])
    text = service.written(ws, found, [], "zh", now=NOW)
    assert r"收银 \| \*一\*" in text
    assert handbook.plain("a\nb") == "a b"
    assert date(2026, 10, 6).isoformat() in text


def test_evidence_is_that_of_the_callers_places(ws: Workspace) -> None:
    rows = [
        {"event_id": f"{place}{n}", "identity_id": f"guest {n}", "name": "Page Viewed",
         "place": place, "source": f"{place} {n % 3}", "occurred_at": NOON, "known_at": NOON}
        for place in ("home", "away") for n in range(30)
    ]  # fmt: skip
    inbox.accept(ws, inbox.make(rows, NOON))
    whole = service.answered(ws, None, now=NOW).payload.of("sources")
    own = service.answered(ws, frozenset({"home"}), now=NOW).payload.of("sources")
    assert whole is not None and own is not None
    assert (whole.value, own.value) == (6.0, 3.0)


@given(some.floats(0, 1), some.floats(0, 1))
def test_more_evidence_never_lowers_the_grade(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert graded(LIMITS["feedback"], low) <= graded(LIMITS["feedback"], high)  # type: ignore[operator]


@given(some.floats(1, 5))
def test_a_grade_counts_when_it_is_reached(grade: float) -> None:
    assert step(grade) <= grade + 1e-6 < step(grade) + 1 + 1e-6


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
