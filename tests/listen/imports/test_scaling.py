"""A scale that a file leaves open is asked; until then its answers are not imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.listen.imports import library, service
from regulars.listen.imports.model import Habits, ImportOutcome
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import write

ONE_TO_TEN = "answered_at,customer_id,nps\n" + "".join(
    f"2024-03-05,u{n},{n % 10 + 1}\n" for n in range(25)
)
STARS = "date,customer_id,rating\n" + "".join(
    f"2024-03-05,u{n},{'★' * (n % 5 + 1)}\n" for n in range(10)
)


def bring(ws: Workspace, file: Path, answers: dict[str, str]) -> ImportOutcome:
    """Import by the mapping that the preview proposes."""
    recipe = library.parse(library.render(service.preview(ws, file, now=clock.now()).recipe))
    habits = Habits(answers=answers)
    return service.import_files(ws, [file], recipe, now=clock.now(), habits=habits)


def told(ws: Workspace) -> set[tuple[str, float, float]]:
    """Return metric and scale of every answer."""
    rows = ws.query(lambda view: view.events).to_pylist()
    return {(row["metric"], row["scale_min"], row["scale_max"]) for row in rows}


@pytest.mark.parametrize("by_recipe", [True, False])
def test_answers_from_1_to_10_are_imported_once_their_scale_is_known(
    ws: Workspace, tmp_path: Path, by_recipe: bool
) -> None:
    file = write(tmp_path, "a.csv", ONE_TO_TEN)

    def run(answers: dict[str, str]) -> ImportOutcome:
        if not by_recipe:
            return bring(ws, file, answers)
        habits = Habits(answers=answers)
        return service.import_files(ws, [file], "survey", now=clock.now(), habits=habits)

    asked = run({})
    assert (asked.counts.rejected, asked.reasons) == (25, {"unanswered": 25})
    (question,) = asked.questions
    assert question.key == "scale:nps"
    assert {choice.value for choice in question.choices} == {"0-10", "1-10"}
    assert run({"scale:nps": "0-10"}).counts.accepted == 25
    assert told(ws) == {("nps", 0.0, 10.0)}


def test_a_recommendation_on_another_scale_is_no_nps(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", ONE_TO_TEN)
    assert bring(ws, file, {"scale:nps": "1-10"}).counts.accepted == 25
    assert told(ws) == {("recommendation", 1.0, 10.0)}


def test_words_are_scores_once_somebody_says_so(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", STARS)
    asked = bring(ws, file, {})
    assert asked.counts.rejected == 10
    assert "★ = 1" in asked.questions[0].words.en
    assert bring(ws, file, {"scale:rating": "1-5"}).counts.accepted == 10
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [row["score"] for row in rows[:5]] == [1, 2, 3, 4, 5]


def test_one_answer_holds_for_a_whole_grid(ws: Workspace, tmp_path: Path) -> None:
    names = ",".join(f"ITEM{n}" for n in range(1, 7))
    rows = "".join(
        f"2024-03-05,{','.join(str((row + n) % 10 + 1) for n in range(6))}\n" for row in range(30)
    )
    file = write(tmp_path, "a.csv", f"date,{names}\n{rows}")
    asked = bring(ws, file, {})
    (question,) = asked.questions
    assert (question.key, asked.counts.rejected) == ("scale:item", 30)
    assert bring(ws, file, {"scale:item": "1-10"}).counts.accepted == 180
    assert told(ws) == {(f"item{n}", 1.0, 10.0) for n in range(1, 7)}


def test_which_of_two_columns_is_the_recommendation_is_asked(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "date,NPS,recommend us\n2024-03-05,9,3\n2024-03-06,8,4\n")
    asked = bring(ws, file, {})
    assert ([one.key for one in asked.questions], asked.counts.accepted) == (["nps"], 0)
    assert bring(ws, file, {"nps": "recommend us"}).counts.accepted == 2
    scores = {row["score"] for row in ws.query(lambda view: view.events).to_pylist()}
    assert scores == {3.0, 4.0}


def test_an_answer_that_is_no_scale_is_refused(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", ONE_TO_TEN)
    with pytest.raises(Invalid, match=r"import\.scale"):
        bring(ws, file, {"scale:nps": "ten"})


def by_survey(ws: Workspace, file: Path, answers: dict[str, str]) -> ImportOutcome:
    """Import by the recipe “survey”."""
    habits = Habits(answers=answers)
    return service.import_files(ws, [file], "survey", now=clock.now(), habits=habits)


def test_a_header_that_states_its_scale_is_not_asked_again(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", ONE_TO_TEN.replace("nps", "NPS (0-10)", 1))
    outcome = by_survey(ws, file, {})
    assert (outcome.questions, outcome.counts.accepted) == ((), 25)
    assert told(ws) == {("nps", 0.0, 10.0)}
    assert bring(ws, file, {}).questions == ()


def test_satisfaction_beyond_its_scale_is_on_another(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", ONE_TO_TEN.replace("nps", "CSAT", 1))
    asked = by_survey(ws, file, {})
    (question,) = asked.questions
    assert (question.key, asked.reasons) == ("scale:CSAT", {"unanswered": 25})
    assert [choice.value for choice in question.choices] == ["1-5", "1-10", "0-10"]
    assert by_survey(ws, file, {"scale:CSAT": "1-10"}).counts.accepted == 25
    assert told(ws) == {("csat", 1.0, 10.0)}


def test_words_about_a_score_are_no_score(ws: Workspace, tmp_path: Path) -> None:
    """Of two questions on satisfaction neither is taken for the one."""
    file = write(
        tmp_path,
        "a.csv",
        "date,nps,why would you recommend us,服务满意度,环境满意度\n2024-03-05,9,kind people,4,5\n",
    )
    outcome = by_survey(ws, file, {})
    assert (outcome.questions, outcome.counts.accepted) == ((), 1)
    unused = next(note for note in outcome.notes if note.code == "unused_columns")
    assert unused.examples == ("why would you recommend us", "服务满意度", "环境满意度")
