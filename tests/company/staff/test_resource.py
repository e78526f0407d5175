"""The accounts, as an administrator and a program meet them."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from regulars.app import build_web
from regulars.company.rights.model import Role
from regulars.company.staff import service
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from tests.company.cast import ONE_STORE, hire, plant
from tests.test_rights_walk import browser

WANG: dict[str, Any] = {"name": "Wang", "role": "manager"}


@pytest.fixture
def admin(ws: Workspace) -> TestClient:
    plant(ws, clock.now())
    client = browser(ws, build_web(ws), hire(ws, "mei", Role.ADMIN, clock.now()).id)
    client.headers["Accept"] = "text/html"
    return client


def change(admin: TestClient, ws: Workspace, **fields: Any) -> Any:
    """Send the form of wang's own page, which says what it showed and what is typed now."""
    row = service.named(ws, "wang").id
    return admin.post("/staff/change", data={**WANG, "row": row, **fields}, follow_redirects=False)


def test_an_account_has_a_page_with_what_it_holds(admin: TestClient, ws: Workspace) -> None:
    wang = hire(ws, "wang", Role.MANAGER, clock.now(), [ONE_STORE])
    page = admin.get(f"/staff/{wang.id}").text
    assert 'name="name" type="text" value="Wang"' in page
    assert f'value="{ONE_STORE}" checked' in page and 'value="these" checked' in page
    assert "Create a one-time link for Wang?" in page and "Enable the account" not in page
    assert "Create a one-time link" not in admin.get("/staff").text
    assert admin.get("/staff/nobody").status_code == 404


def test_everywhere_is_said_and_never_follows_from_nothing(
    admin: TestClient, ws: Workspace
) -> None:
    hire(ws, "wang", Role.MANAGER, clock.now(), [ONE_STORE])
    refused = change(admin, ws, **{"places.every": "these"})
    assert refused.status_code == 422 and "at least one place" in refused.text
    assert 'value="these" checked' in refused.text and 'value="Wang"' in refused.text
    assert service.named(ws, "wang").chosen == {ONE_STORE}
    kept = change(admin, ws, **{"places.every": "every", "places": ONE_STORE})
    assert kept.headers["location"] == "/staff?done=change"
    assert service.named(ws, "wang").chosen is None
    wang = service.named(ws, "wang").id
    body = {**WANG, "places": []}
    assert admin.put(f"/api/v1/staff/{wang}", json=body).status_code == 422


def test_a_place_that_left_the_tree_stays_with_who_was_given_it(
    admin: TestClient, ws: Workspace
) -> None:
    from regulars.company.places import service as places
    from regulars.company.rights.model import SHELL

    wang = hire(ws, "wang", Role.MANAGER, clock.now(), [ONE_STORE])
    places.remove(ws, SHELL, ONE_STORE, now=clock.now())
    assert f"{ONE_STORE} (no longer in the tree)" in admin.get(f"/staff/{wang.id}").text
    assert change(admin, ws, places=ONE_STORE, **{"places.every": "these"}).status_code == 303


def test_what_is_refused_is_said_on_the_page_of_the_account(
    admin: TestClient, ws: Workspace
) -> None:
    mei = service.named(ws, "mei")
    refused = admin.post("/staff/disable", data={"row": mei.id})
    assert refused.status_code == 422
    assert "last administrator" in refused.text and 'value="Mei"' in refused.text
    assert admin.post("/staff/disable", data={"row": "nobody"}).status_code == 404


def test_a_new_account_is_told_its_link_once(admin: TestClient) -> None:
    twice = [admin.post("/staff/new", data={"login": "wang", **WANG}) for _ in range(2)]
    assert "/set-password?code=" in twice[0].text
    assert twice[1].status_code == 422 and "is taken" in twice[1].text
    assert "/set-password?code=" not in admin.get("/staff").text


def test_programs_add_an_account_and_ask_for_its_link(admin: TestClient) -> None:
    added = admin.post("/api/v1/staff", json={"login": "wang", **WANG})
    assert (added.status_code, added.json()["has_password"]) == (201, False)
    link = admin.post(f"/api/v1/staff/{added.json()['id']}/password-link")
    assert link.headers["cache-control"] == "no-store"
    assert set(link.json()) == {"path", "expires_in_days"}
    assert admin.post("/api/v1/staff/nobody/disable").status_code == 404
