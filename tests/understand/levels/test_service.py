"""Levels from the timeline: inputs, shares, lists, one person, and planted wear."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from tests.understand.levels.made import DAY, JULY, NOW, answer, guests, listed, tell, visit

from regulars.company.rights.model import SHELL
from regulars.kit.period import Period
from regulars.timeline import erasure, inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.levels import service
from regulars.understand.levels.model import Case, LevelRules, Wish
from regulars.understand.levels.whatif import what_if
from regulars.understand.scope.model import EventFilter, EventScope

FIRST = Period(JULY - 10 * DAY, JULY + 40 * DAY)
SECOND = Period(JULY + 60 * DAY, JULY + 130 * DAY)


def experience(ws: Workspace, who: str) -> list[service.Experience]:
    return service.of_person(ws, None, who, now=NOW)


def test_everything_said_of_a_touchpoint_on_a_day_is_one_experience(ws: Workspace) -> None:
    hour = timedelta(hours=1)
    tell(
        ws,
        [
            visit("Ann", JULY),
            answer("Ann", JULY + hour, 5.0),
            answer("Ann", JULY + 2 * hour, 3.0),
            answer("Ann", JULY + hour, 5.0, "till"),
            answer("Ann", JULY + hour, 9.0, "till", metric="nps", scale_min=0.0, scale_max=10.0,
                   survey_kind="relationship", event_id="relation"),
        ],
    )  # fmt: skip
    found = {one.touchpoint: one for one in experience(ws, "Ann")}
    assert set(found) == {"tasting", "till"}
    assert found["tasting"].points == 75
    assert found["till"].points == 100


def test_participation_is_what_was_done_before_relative_to_the_others_there(
    ws: Workspace,
) -> None:
    rows = []
    names = ("Ann", "Ben", "Cid", "Dora", "Eva")
    for number, who in enumerate(names):
        rows += [visit(who, JULY - k * DAY) for k in range(number + 1)]
        rows.append(answer(who, JULY, 4.0))
    rows.append(visit("Ann", JULY - 30 * DAY))  # too long ago
    rows.append(visit("Ann", JULY + 2 * DAY))  # afterwards
    tell(ws, rows)
    found = [experience(ws, who)[0].participation for who in names]
    assert found == [0.1, 0.3, 0.5, 0.7, 0.9]


def test_expectation_is_the_usual_until_the_person_has_a_past(ws: Workspace) -> None:
    rows = [answer("Ann", JULY + k * 10 * DAY, 5.0) for k in range(3)]
    rows += [answer(f"guest {n}", JULY, 3.0) for n in range(9)]
    tell(ws, rows)
    last, middle, first = experience(ws, "Ann")
    usual = (3 * 100 + 9 * 50) / 12
    assert first.expectation == pytest.approx(usual)
    assert middle.expectation == pytest.approx(usual + (100 - usual) / 3)
    assert last.expectation == pytest.approx(usual + 2 * (100 - usual) / 4)


def test_encounters_are_counted_though_nobody_asked(ws: Workspace) -> None:
    rows = [visit("Ann", JULY - k * 30 * DAY) for k in range(4)]
    rows += [visit("Ann", JULY - 30 * DAY + 2 * DAY)]  # the same encounter
    rows += [visit("Ann", JULY - 50 * DAY, "till"), answer("Ann", JULY + DAY, 4.0)]
    tell(ws, rows)
    (one,) = experience(ws, "Ann")
    assert one.repetition == 3
    assert "encounter no. 4" in one.why.en


def test_one_person_computed_alone_is_as_among_all(ws: Workspace) -> None:
    tell(ws, guests())
    rows = listed(ws, "scream")
    together = {(one.person, one.at): one for one in rows}
    assert together
    for (who, at), one in together.items():
        alone = next(own for own in experience(ws, who) if own.at == at)
        assert alone == one


def test_shares_add_up_and_have_intervals(ws: Workspace) -> None:
    tell(ws, guests())
    found = service.levels(ws, EventScope(FIRST))
    assert found.whole is not None
    assert (found.whole.n, found.whole.people) == (100, 100)
    assert sum(one.value or 0 for one in found.whole.shares) == pytest.approx(1)
    negative = found.whole.shares[0]
    assert negative.value == pytest.approx(0.2)
    assert negative.low == pytest.approx(0.133, abs=0.001)
    assert negative.high == pytest.approx(0.289, abs=0.001)
    assert found.whole.cases[Case.NEGATIVE] == 20


def test_periods_are_compared_and_moves_counted(ws: Workspace) -> None:
    tell(ws, guests())
    found = service.levels(ws, EventScope(SECOND))
    assert found.whole is not None
    assert found.moves is not None
    assert (found.moves.people, found.moves.fell, found.moves.rose) == (100, 0, 20)
    assert found.moves.p is not None
    assert found.moves.p < 0.001
    assert found.whole.change.difference == pytest.approx(-0.2)
    (point,) = found.points
    assert point.better
    assert not point.worse


def test_whom_to_rescue_and_who_screams(ws: Workspace) -> None:
    """Ann was let down and nothing followed; Ben's later delight made up for it; Cid screams."""
    rows = [answer(f"guest {n:02d}", JULY, 4.0) for n in range(20)]
    for who, scores in {"Ann": [1.0], "Ben": [1.0, 5.0], "Cid": [5.0], "Dora": [5.0, 1.0]}.items():
        for k, score in enumerate(scores):
            at = JULY + k * 9 * DAY
            rows += [visit(who, at - j * DAY / 24) for j in range(3)]
            rows.append(answer(who, at, score))
    tell(ws, rows)
    rescue = listed(ws, "rescue")
    assert [one.person for one in rescue] == ["Dora", "Ann"]  # Dora had come to expect more
    screams = listed(ws, "scream")
    assert {one.person for one in screams} == {"Ben", "Cid"}
    table = {row["person_id"]: row for row in service.customers(ws, None).to_pylist()}
    assert table["Ann"]["rescue_touchpoint"] == "tasting"
    assert table["Ben"]["rescue_touchpoint"] is None
    assert table["Cid"]["last_level"] == 5
    assert (table["Dora"]["experiences"], table["Dora"]["negative"]) == (2, 1)


def test_a_manager_of_one_place_sees_that_place_only(ws: Workspace) -> None:
    rows = [answer(f"guest {n}", JULY, 5.0, place="north") for n in range(10)]
    rows += [answer(f"guest {n}", JULY + DAY, 1.0, place="south") for n in range(10)]
    tell(ws, rows)
    found = service.levels(ws, EventScope(FIRST, scope=frozenset({"north"})))
    assert found.whole is not None
    assert found.whole.n == 10
    assert listed(ws, "rescue", frozenset({"north"})) == []


def test_what_if_moves_what_is_negative_and_nothing_else(ws: Workspace) -> None:
    tell(ws, guests())
    found = service.levels(ws, EventScope(FIRST))
    same, _made = what_if(found, Wish(impact=0, calmer=0, share=0))
    assert same.levels == [20, 0, 0, 0, 0]
    best, made = what_if(found, Wish(impact=100, share=0.5, exceed=40))
    assert best.levels[0] == 0
    assert (best.share_before, best.share_after) == (0.2, 0.0)
    assert made.levels[0] == 10
    assert sum(made.levels[2:]) == 10
    none, _made = what_if(found, Wish(touchpoint="nowhere"))
    assert none.n == 0


def test_parameters_are_versioned_and_written_down(ws: Workspace) -> None:
    tell(ws, guests())
    look = EventFilter("all")
    before = service.answered(ws, look, now=NOW).payload
    made = service.set_rules(ws, {"far": 100.0}, by=SHELL, now=NOW)
    assert (made.number, made.far, made.memory) == (1, 100.0, LevelRules().memory)
    after = service.answered(ws, look, now=NOW).payload
    assert before.whole is not None
    assert after.whole is not None
    assert after.whole.cases[Case.NEGATIVE] < before.whole.cases[Case.NEGATIVE]
    assert [one.number for one, _at, _by in service.versions(ws)] == [1]


def wearing(ws: Workspace, slope: float, seed: int) -> None:
    """200 guests get a gift each month for ten months; `slope` points less each time."""
    rng, rows = np.random.default_rng(seed), []
    for n in range(200):
        start = JULY + float(rng.uniform(-400, -200)) * DAY
        for k in range(10):
            at = start + 30 * k * DAY
            rows.append(visit(f"guest {n}", at, "gift"))
            if rng.random() < 0.3:
                score = np.clip(round(4.2 + slope * min(k, 5) / 25 + rng.normal(0, 0.7)), 1, 5)
                rows.append(answer(f"guest {n}", at + DAY, float(score), "gift"))
    assert inbox.accept(ws, inbox.make(rows, NOW)).accepted == len(rows)


def test_a_touchpoint_that_wears_off_is_marked(ws: Workspace) -> None:
    wearing(ws, -6.0, seed=3)
    (point,) = service.levels(ws, EventScope()).points
    assert point.fading is not None
    assert point.fading.mark
    assert point.fading.slope == pytest.approx(-6, abs=1)  # scores are rounded and cut


def test_no_wear_no_mark(ws: Workspace) -> None:
    wearing(ws, 0.0, seed=4)
    (point,) = service.levels(ws, EventScope()).points
    assert point.fading is not None
    assert not point.fading.mark
    assert point.fading.low < 0 < point.fading.high


def test_without_scores_there_is_nothing_to_tell(ws: Workspace) -> None:
    tell(ws, [visit("Ann", JULY)])
    found = service.levels(ws, EventScope())
    assert found.whole is None
    assert found.points == []
    assert experience(ws, "Ann") == []
    assert service.customers(ws, None).num_rows == 0
    assert listed(ws, "rescue") == []


def test_whoever_is_erased_is_in_no_list(ws: Workspace) -> None:
    tell(ws, [answer(f"guest {n:02d}", JULY, 4.0) for n in range(9)] + [answer("Ann", JULY, 1.0)])
    assert [one.person for one in listed(ws, "rescue")] == ["Ann"]
    erasure.erase(ws, ["Ann"], by="test", now=NOW)
    assert listed(ws, "rescue") == []
    assert "Ann" not in service.customers(ws, None).column("person_id").to_pylist()


def test_lists_may_be_a_quarter_of_an_hour_old_but_shares_are_not(ws: Workspace) -> None:
    tell(ws, [answer(f"guest {n:02d}", JULY, 4.0) for n in range(9)])
    assert len(listed(ws, "rescue")) == 0
    tell(ws, [answer("Ann", JULY, 1.0)])
    assert len(listed(ws, "rescue")) == 0
    found = service.levels(ws, EventScope()).whole
    assert found is not None
    assert found.n == 10
    assert len(listed(ws, "rescue")) == 1
