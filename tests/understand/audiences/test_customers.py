"""What levels, words, pain points and needs tell of customers can be an audience."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from tests.understand.audiences.cast import MAY, NOW, event, guest, guests, tell
from tests.understand.needs.test_service import NOW as LATER
from tests.understand.needs.test_service import bring, habit, shop

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import customers, service
from regulars.understand.audiences.model import Draft
from regulars.understand.costs import service as costs
from regulars.understand.levels import service as levels
from regulars.understand.needs import service as needs
from regulars.understand.words import service as words

DAY = timedelta(days=1)
TILL = costs.Pain("checkout", Text("Checkout", "结账"), [])


def fitting(ws: Workspace, where: str) -> set[str]:
    one = service.add(ws, SHELL, Draft(where, where), now=NOW)
    return set(service.persons(ws, None, one.key, now=NOW).column("person_id").to_pylist())


def listed(ws: Workspace, name: str) -> set[str]:
    return set(levels.listed(ws, None, name).column("person_id").to_pylist())


@pytest.fixture
def company(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Even guests are happy at the till, odd ones less; 3 and 5 wrote, and 3 of waiting."""
    rows = guests()
    rows += [event(n, "Product Viewed", MAY + k * DAY / 24) for n in range(0, 80, 4)
             for k in range(6)]  # fmt: skip
    said = {3: "I was on hold for an hour", 5: "很满意，下次还来"}
    rows += [
        event(n, "Enquiry Made", MAY + DAY, text=text, language="en" if n == 3 else "zh")
        for n, text in said.items()
    ]
    tell(ws, rows)
    words.analyse(ws, now=NOW)
    monkeypatch.setattr(costs, "pains", lambda _ws, _look, *, now: [TILL])
    return ws


def test_whom_to_rescue_and_who_screams_are_those_of_the_lists(company: Workspace) -> None:
    assert fitting(company, "to_rescue = TRUE") == listed(company, "rescue") != set()
    assert fitting(company, "screams = TRUE") == listed(company, "scream") != set()
    assert fitting(company, "last_level = 1") == fitting(company, "negative_experiences >= 1")
    assert fitting(company, "rescue_touchpoint = 'checkout'") == listed(company, "rescue")


def test_who_wrote_of_a_problem_and_who_met_a_pain_point(company: Workspace) -> None:
    assert fitting(company, "problem_type = 'wait'") == {guest(3)}
    assert fitting(company, "texts >= 1 AND problem_type IS NULL") == {guest(5)}
    assert fitting(company, "negative_texts >= 1") == {guest(3)}
    assert fitting(company, "pain_point = 'checkout'") == {guest(n) for n in range(80)}
    assert fitting(company, "pain_point <> 'checkout'") == set()
    assert fitting(company, "pain_point IN ('hotline', 'till')") == set()


def test_a_manager_s_audiences_hold_the_own_places_only(company: Workspace) -> None:
    shop_only = frozenset({"shop"})
    told = service.preview(company, shop_only, service.read("pain_point = 'checkout'"), now=NOW)
    assert (told.n, told.of) == (40, 40)
    open_ = service.preview(company, shop_only, service.read("to_rescue"), now=NOW)
    assert open_.n == levels.listed(company, shop_only, "rescue").num_rows


def test_an_audience_of_levels_is_not_tested_on_the_scores_it_came_from(
    company: Workspace,
) -> None:
    service.add(company, SHELL, Draft("Let down", "last_level <= 2"), now=NOW)
    found = service.answered(company, None, now=NOW).payload
    assert found.outlines
    assert {row.metric for row in found.compared} <= {"nps"}


def test_what_is_likely_wanted_next(ws: Workspace) -> None:
    bring(ws, shop(habit))
    told = needs.answered(ws, None, now=LATER).payload
    item = max(told.items, key=lambda one: one.first)
    where = service.read(f"next_need = '{item.name}' AND next_need_chance > 0.1")
    assert service.preview(ws, None, where, now=LATER).n == item.first > 0
    table = customers.answered(ws, None, now=LATER).payload
    assert table.customers == told.n


def test_the_api_takes_such_conditions_and_tells_what_may_be_asked(company: Workspace) -> None:
    _key, secret = keys.add_api_key(
        company, SHELL, name="all", role=Role.ADMIN, places=None, now=clock.now()
    )
    client = TestClient(build_web(company), headers={"Authorization": f"Bearer {secret}"})
    answer = client.post("/api/v1/audiences/preview", json={"where": "last_level = 1"})
    assert answer.status_code == 200
    fields = {one["key"]: one for one in client.get("/api/v1/audiences/fields").json()}
    assert fields["problem_type"]["operators"] == ["=", "<>", "IN", "IS NULL"]
    assert fields["problem_type"]["choices"]["wait"] == {"en": "Long wait", "zh": "等待过长"}
    assert "BETWEEN" in fields["last_level"]["operators"]
