"""Levels from the timeline: inputs, shares, lists, one person, and planted wear."""

from __future__ import annotations

from tests.understand.levels.made import DAY, JULY, NOW, answer, guests, listed, tell, visit

from regulars.company.rights.model import SHELL
from regulars.kit.period import Period
from regulars.timeline import erasure
from regulars.timeline.workspace import Workspace
from regulars.understand.levels import service
from regulars.understand.levels.model import Case, LevelRules
from regulars.understand.levels.whatif import Wish, what_if
from regulars.understand.scope.model import EventFilter, EventScope

FIRST = Period(JULY - 10 * DAY, JULY + 40 * DAY)


def experience(ws: Workspace, who: str) -> list[service.Experience]:
    return service.of_person(ws, None, who, now=NOW)


def test_one_person_computed_alone_is_as_among_all(ws: Workspace) -> None:
    tell(ws, guests())
    rows = listed(ws, "scream")
    together = {(one.person, one.at): one for one in rows}
    assert together
    for (who, at), one in together.items():
        alone = next(own for own in experience(ws, who) if own.at == at)
        assert alone == one


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
    assert (best.share_before.value, best.share_after.value) == (0.2, 0.0)
    assert best.share_lifted.value == 0.2
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
