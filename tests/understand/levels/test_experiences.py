"""What makes an experience: everything said on a day, what went before, what was usual."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.understand.levels.made import DAY, JULY, answer, tell, visit
from tests.understand.levels.test_service import experience

from regulars.timeline.workspace import Workspace


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
    habits = [usual, usual + (100 - usual) / 3, usual + 2 * (100 - usual) / 4]
    # What is expected lies .4 of the way from the neutral 50 to the habit.
    expected = [50 + 0.4 * (habit - 50) for habit in habits]
    assert [one.expectation for one in (first, middle, last)] == pytest.approx(expected)


def test_encounters_are_counted_though_nobody_asked(ws: Workspace) -> None:
    rows = [visit("Ann", JULY - k * 30 * DAY) for k in range(4)]
    rows += [visit("Ann", JULY - 30 * DAY + 2 * DAY)]  # the same encounter
    rows += [visit("Ann", JULY - 50 * DAY, "till"), answer("Ann", JULY + DAY, 4.0)]
    tell(ws, rows)
    (one,) = experience(ws, "Ann")
    assert one.repetition == 3
    assert "encounter no. 4" in one.why.en
