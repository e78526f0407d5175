"""On a company without planted troubles at most 5 in a hundred possible marks appear."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regulars.act.alerts import service as alerts
from regulars.act.alerts import watching
from regulars.act.alerts.model import Grain
from regulars.app import init_workspace
from regulars.company.rights.model import SHELL
from regulars.simulate.demo.company import set_up
from regulars.simulate.demo.service import settings, take_in
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import service as audiences
from regulars.understand.audiences.model import Draft
from regulars.understand.complaints import service as complaints
from regulars.understand.complaints.model import Problem
from regulars.understand.complaints.model import ProblemParameters as Complained
from regulars.understand.journeys import service as journeys
from regulars.understand.levels import service as levels
from regulars.understand.radar import service as radar
from regulars.understand.scope.model import EventFilter
from regulars.understand.words import service as words
from tests.simulate.study import NOW

Count = tuple[int, int]
"""How many marks appear, and how many could."""
GROUPS = {
    "English": "language = 'en'",
    "Members": "signed_up",
    "App": "channel = 'app'",
    "Shops": "channel = 'store'",
    "Guangzhou": "place IN ('gz-tianhe', 'gz-yuexiu')",
    "Lately": "days_since_order < 90",
}


def types_by_touchpoint(ws: Workspace) -> Count:
    told = words.words(ws, words.WordsParameters(), now=NOW)
    tested = [cell for cell in told.cells if cell.q is not None]
    return sum(cell.marked for cell in tested), len(tested)


def what_rose(ws: Workspace) -> Count:
    rise = words.words(ws, words.WordsParameters(), now=NOW).rise
    assert rise is not None
    return len(rise.risen), rise.looked_at


def left_behind(ws: Workspace) -> Count:
    found = words.divide(ws, EventFilter(), now=NOW).gaps
    return sum(gap.marked for gap in found), len(found)


def complaint_places(ws: Workspace) -> Count:
    told = complaints.answered(ws, Complained(), now=NOW).payload
    tested = [one for one in [*told.stages, *told.touchpoints] if one.q is not None]
    return sum(one.marked for one in tested), len(tested)


def before_problems(ws: Workspace) -> Count:
    marked = tested = 0
    for problem in Problem:
        told = complaints.answered(ws, Complained(problem=problem), now=NOW).payload
        marked += sum(one.marked for one in told.before)
        tested += len(told.before)
    return marked, tested


def experience_levels(ws: Workspace) -> Count:
    told = levels.answered(ws, EventFilter(), now=NOW).payload
    marks = sum(one.worse + one.better for one in told.points)
    marks += sum(one.fading is not None and one.fading.mark for one in told.points)
    return marks, told.tested


def journey_map(ws: Workspace) -> Count:
    told = journeys.answered(ws, EventFilter(), now=NOW).payload
    return len(told.marks), told.tested


def answers_of_audiences(ws: Workspace) -> Count:
    for name, where in GROUPS.items():
        audiences.add(ws, SHELL, Draft(name, where), now=NOW)
    told = audiences.answered(ws, None, now=NOW).payload
    return sum(one.verdict is not None for one in told.compared), told.tested


def radar_against_last_period(ws: Workspace) -> Count:
    ours = radar.answered(ws, EventFilter(), now=NOW).payload
    told = radar.against(ws, ours, EventFilter(), "previous", now=NOW)
    tested = [one for one in told.values() if one.q is not None]
    return sum(one.verdict is not None for one in tested), len(tested)


def raised_alerts(ws: Workspace) -> Count:
    tested = 0
    for grain in Grain:
        period = watching.last_period(ws, grain, NOW)
        assert period is not None
        own = [rule for rule in alerts.rules(ws) if rule.grain is grain]
        tested += sum(watching.look(ws, rule, period, NOW).tests for rule in own)
    return len(alerts.evaluate(ws, now=NOW)), tested


PAGES: tuple[Callable[[Workspace], Count], ...] = (
    types_by_touchpoint,
    what_rose,
    left_behind,
    complaint_places,
    before_problems,
    experience_levels,
    journey_map,
    answers_of_audiences,
    radar_against_last_period,
    raised_alerts,
)


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Count]:
    ws = init_workspace(tmp_path_factory.mktemp("calm") / "w", settings("en"))
    set_up(ws, "lantern house", "en", NOW)
    for part in parts(Plan(6_000, NOW, troubles=False), ws):
        take_in(ws, part, names=20)
    words.analyse(ws, now=NOW)
    found = {page.__name__: page(ws) for page in PAGES}
    for name, (marks, possible) in found.items():
        print(f"{name}: {marks} of {possible}")  # noqa: T201
    ws.close()
    return found


def test_of_all_possible_marks_at_most_five_in_a_hundred_appear(counts: dict[str, Count]) -> None:
    marks, possible = (sum(one[place] for one in counts.values()) for place in (0, 1))
    assert possible > 400
    assert marks <= 0.05 * possible


@pytest.mark.parametrize("page", [page.__name__ for page in PAGES])
def test_no_page_shows_more_than_its_share(counts: dict[str, Count], page: str) -> None:
    """One mark is no pattern; more than one are at most five in a hundred."""
    marks, possible = counts[page]
    assert possible > 0
    assert marks <= max(1.0, 0.05 * possible)
