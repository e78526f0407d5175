"""What is usual, and how much others take part: the company's, of the months before."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import sizes
from tests.understand.levels.made import DAY, JULY, NOW, answer, listed, tell, visit

from regulars.app import init_workspace
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline.workspace import Workspace
from regulars.understand.levels import reading, service
from regulars.understand.levels.references import monthly, usual_of
from regulars.understand.scope.model import EventScope

DOC = Path(__file__).resolve().parents[3] / "docs/algorithms/levels.md"
ROWS = re.findall(
    r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+\.\d|not known) \|$",
    DOC.read_text(),
    re.MULTILINE,
)
MONTH = 31 * DAY
Told = dict[tuple[str, Any], tuple[int, float, float]]


def levels_of(ws: Workspace) -> Told:
    """Return (person, moment) → level, expectation and participation of every experience."""
    found = reading.every(ws)
    return {
        (found.people[int(person)].as_py(), int(at)): (int(level), float(wanted), float(share))
        for person, at, level, wanted, share in zip(
            found.person, found.at, found.level, found.felt.expectation,
            found.felt.participation, strict=True,
        )
    }  # fmt: skip


def test_a_month_begins_for_every_question_at_once() -> None:
    """A question first answered later in the month would otherwise change what is kept twice."""
    asked = {"scale_min": 0.0, "scale_max": 10.0, "n": 900, "total": 6300.0, "people": 900}
    daily = {"metric": "nps", "month": 3} | asked
    late = [{"metric": "ces", "month": month} | asked for month in (1, 3)]
    first, second = monthly(usual_of([daily, late[0]])), monthly(usual_of([daily, *late]))
    assert first == second
    ces, nps = ("ces 0 10", 70.0), ("nps 0 10", 70.0)
    assert first == [(1, [ces]), (2, [ces]), (3, [ces, nps])]


def test_a_month_more_adds_a_part_at_the_end() -> None:
    """What was usual before stays as it was, so that it decides nothing anew for anybody."""
    asked = {"metric": "nps", "scale_min": 0.0, "scale_max": 10.0, "people": 900}
    march = asked | {"month": 3, "n": 900, "total": 6300.0}
    april = asked | {"month": 4, "n": 900, "total": 8100.0}
    before, after = monthly(usual_of([march])), monthly(usual_of([march, april]))
    assert after[:1] == before
    assert after[1:] == [(4, [("nps 0 10", 70.0)])]


def two_stores(count: int = 40) -> list[dict[str, Any]]:
    """In the south everybody is let down, in the north delighted; some go to both."""
    rows = []
    for n in range(count):
        for k, place in enumerate(("north", "south")):
            if (n + k) % 3:
                at = JULY + (n % 9 + 3 * k) * DAY
                rows += [visit(f"guest {n}", at - j * DAY / 24, place=None) for j in range(n % 4)]
                rows.append(answer(f"guest {n}", at, 5.0 - 4 * k, "till", place=place))
    return rows


def test_a_manager_sees_the_levels_that_the_company_sees_there(ws: Workspace) -> None:
    """The store's own average excuses nothing, and rights change no number."""
    tell(ws, two_stores())
    south = frozenset({"south"})
    filtered = service.levels(ws, EventScope(places=south))
    bound = service.levels(ws, EventScope(scope=south))
    assert bound == filtered
    assert bound.whole is not None
    assert bound.whole.shares[0].value == pytest.approx(1.0)
    north = service.levels(ws, EventScope(scope=frozenset({"north"}))).whole
    assert north is not None
    assert north.shares[0].value == 0.0
    both = service.levels(ws, EventScope(places=south, scope=frozenset({"north"}))).whole
    assert both is None


def test_a_person_s_page_and_the_lists_agree_for_every_caller(ws: Workspace) -> None:
    tell(ws, two_stores())
    for scope in (None, frozenset({"south"}), frozenset({"north"})):
        rows = [one for name in ("rescue", "scream") for one in listed(ws, name, scope)]
        assert rows
        for one in rows[:: sizes.of(3, 1)]:
            assert one in service.of_person(ws, scope, one.person, now=NOW)


def test_a_person_s_page_shows_the_caller_s_places_only(ws: Workspace) -> None:
    tell(ws, two_stores())
    assert len(service.of_person(ws, None, "guest 1", now=NOW)) == 2
    assert len(service.of_person(ws, frozenset({"south"}), "guest 1", now=NOW)) == 1
    assert service.of_person(ws, frozenset({"east"}), "guest 1", now=NOW) == []


def test_the_usual_is_that_of_the_twelve_months_before(ws: Workspace) -> None:
    """30 in June gave 50; what July's 40 gave is usual from August on; of last June, nothing."""
    rows = [answer(f"June {n}", JULY - 20 * DAY, 3.0) for n in range(30)]
    rows += [answer(f"June last {n}", JULY - 20 * DAY - 366 * DAY, 1.0) for n in range(30)]
    rows += [answer(f"July {n}", JULY, 5.0) for n in range(30)]
    rows += [answer("Ann", JULY + DAY, 4.0), answer("Ben", JULY + MONTH, 4.0)]
    tell(ws, rows)
    found = {who: wanted for (who, _at), (_level, wanted, _share) in levels_of(ws).items()}
    assert found["Ann"] == 50
    usual = (30 * 50 + 30 * 100 + 75) / 61
    assert found["Ben"] == pytest.approx(50 + 0.4 * (usual - 50))


def test_the_numbers_of_the_document_are_those_of_the_rule() -> None:
    assert len(ROWS) == 5
    for earlier, mean, own, own_mean, people, told in ROWS:
        question = {"metric": "csat", "scale_min": 0.0, "scale_max": 100.0, "people": int(people)}
        months = [(100, int(earlier), int(mean)), (101, int(own), int(own_mean))]
        (usual,) = usual_of(
            {**question, "month": month, "n": n, "total": n * value}
            for month, n, value in months
            if n
        )
        found = usual.means[101 - usual.first]
        assert ("not known" if found is None else f"{found:.1f}") == told


def test_at_first_the_month_itself_is_the_usual(ws: Workspace) -> None:
    rows = [answer(f"June {n}", JULY - 20 * DAY, 3.0) for n in range(10)]
    rows += [answer(f"July {n}", JULY, 5.0) for n in range(10)]
    tell(ws, rows)
    found = {who: wanted for (who, _at), (_level, wanted, _share) in levels_of(ws).items()}
    assert (found["June 1"], found["July 1"]) == (50, 60)  # used to 50 and to 75


def test_what_fewer_than_five_people_said_is_usual_for_nobody(ws: Workspace) -> None:
    tell(ws, [answer(f"guest {n}", JULY, 1.0 + n) for n in range(4)])
    assert [wanted for _level, wanted, _share in levels_of(ws).values()] == [50, 50, 50, 60]
    assert {share for _level, _wanted, share in levels_of(ws).values()} == {0.5}
    tell(ws, [answer("the fifth", JULY, 5.0)])
    assert {wanted for _level, wanted, _share in levels_of(ws).values()} == {50}


def test_participation_is_compared_with_the_months_before(ws: Workspace) -> None:
    """Thirty in June did one thing each; in July everybody does more, and so above all of them."""
    rows = [answer(f"June {n}", JULY - 20 * DAY, 3.0) for n in range(30)]
    rows += [visit(f"June {n}", JULY - 20 * DAY) for n in range(30)]
    for n in range(6):
        rows += [visit(f"July {n}", JULY - k * DAY / 24) for k in range(5)]
        rows += [answer(f"July {n}", JULY, 3.0)]
    rows += [answer("Ann", JULY, 3.0), visit("Ann", JULY)]
    tell(ws, rows)
    found = {who: share for (who, _at), (_level, _wanted, share) in levels_of(ws).items()}
    assert {found[f"July {n}"] for n in range(6)} == {1.0}
    assert found["Ann"] == found["June 1"] == 0.5


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(1, 5), st.integers(0, 5)),
        min_size=1, max_size=40,
    ),
    st.integers(0, 2**16),
)  # fmt: skip
def test_what_others_answer_later_never_changes_the_levels_of_earlier_months(
    tmp_path_factory: pytest.TempPathFactory, later: list[tuple[int, int, int]], seed: int
) -> None:
    ws = init_workspace(
        tmp_path_factory.mktemp("later") / "company",
        Settings(
            workspace=WorkspaceSettings(time_zone="Asia/Shanghai"),
            engine=EngineSettings(memory="1GB"),
        ),
    )
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(60):
        at = JULY - int(rng.integers(1, 90)) * DAY
        rows += [visit(f"guest {n % 25}", at - k * DAY / 24, event_id=f"{n}-{k}")
                 for k in range(rng.integers(4))]  # fmt: skip
        rows.append(answer(f"guest {n % 25}", at + n * timedelta(seconds=1),
                           float(rng.integers(1, 6))))  # fmt: skip
    tell(ws, rows)
    before = levels_of(ws)
    more = []
    for n, (days, score, acts) in enumerate(later):
        at = JULY + days * DAY + n * timedelta(seconds=1)
        more += [visit(f"later {n}", at - k * DAY / 24) for k in range(acts)]
        more.append(answer(f"later {n}", at, float(score)))
    tell(ws, more)
    after = levels_of(ws)
    ws.close()
    assert {key: after[key] for key in before} == before
