"""The tree, as those who edit it and programs meet it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from regulars.app import build_web
from regulars.company.places import service
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from tests.company.cast import ONE_STORE, hire, plant
from tests.test_rights_walk import browser

BUND = {"zh": "外滩店", "kind": "store", "parent": "east", "opened_on": "2024-05-01"}
FILE = b'[[place]]\nid = "west"\nname = "West"\nkind = "region"\n'


@pytest.fixture
def admin(ws: Workspace) -> TestClient:
    plant(ws, clock.now())
    client = browser(ws, build_web(ws), hire(ws, "mei", Role.ADMIN, clock.now()).id)
    client.headers["Accept"] = "text/html"
    client.follow_redirects = False
    return client


def test_a_place_is_added_below_another(admin: TestClient, ws: Workspace) -> None:
    assert '<option value="east" selected>' in admin.get("/places/new?parent=east").text
    made = admin.post("/places/new", data={"id": "sh-09", **BUND})
    assert made.headers["location"] == "/places?done=new"
    place = service.tree(ws).get("sh-09")
    assert (place.name.en, place.name.zh, place.parent) == ("外滩店", "外滩店", "east")
    twice = admin.post("/places/new", data={"id": "sh-09", **BUND})
    assert twice.status_code == 422 and "already exists" in twice.text
    assert 'value="2024-05-01"' in twice.text


def test_what_is_wrong_stands_at_its_field(admin: TestClient) -> None:
    nameless = admin.post("/places/change", data={"row": ONE_STORE, "kind": "store"})
    assert nameless.status_code == 422 and "one of the two names" in nameless.text
    above = {"row": "east", "kind": "region", "zh": "华东", "parent": ONE_STORE}
    assert "Choose one from the list." in admin.post("/places/change", data=above).text
    assert admin.post("/places/change", data={"row": "no", **BUND}).status_code == 404
    assert admin.get("/places/one/no/edit").status_code == 404


@pytest.mark.parametrize("act", ["change", "remove"])
def test_an_edit_of_an_older_tree_is_refused(admin: TestClient, ws: Workspace, act: str) -> None:
    seen = service.current(ws)[0]
    assert f'name="base" value="{seen}"' in admin.get(f"/places/one/{ONE_STORE}/edit").text
    service.move(ws, SHELL, ONE_STORE, None, now=clock.now())
    sent = {"row": ONE_STORE, "base": seen, **BUND, "parent": ""}
    refused = admin.post(f"/places/{act}", data=sent)
    assert refused.status_code == 422 and "Somebody else has changed" in refused.text
    late = admin.delete(f"/api/v1/places/{ONE_STORE}?base={seen}")
    assert late.status_code == 409
    assert admin.delete(f"/api/v1/places/{ONE_STORE}").json() == {"version": seen + 2}


def test_a_file_replaces_the_tree_and_an_older_one_is_restored(
    admin: TestClient, ws: Workspace
) -> None:
    before = service.current(ws)[0]
    sent: dict[str, Any] = {"file": ("places.toml", FILE)}
    assert admin.post("/places/file", files=sent).headers["location"] == "/places?done=file"
    assert [place.id for place in service.tree(ws)] == ["west"]
    wrong = admin.post("/places/file", files={"file": ("places.toml", b"[[place")})
    assert wrong.status_code == 422 and "The file of places is wrong" in wrong.text
    assert ONE_STORE in admin.get(f"/places/versions/{before}").text
    assert f"Restore the tree to version {before}?" in admin.get("/places/versions").text
    assert admin.post("/places/versions/restore", data={"row": before}).status_code == 303
    assert ONE_STORE in service.tree(ws)
    assert admin.post("/api/v1/places/versions/99/restore").status_code == 404
    listed = admin.get("/api/v1/places/versions").json()
    assert [(one["version"], one["verb"]) for one in listed[:2]] == [
        (before + 2, "restored"),
        (before + 1, "imported"),
    ]


def test_whoever_may_not_edit_sees_the_tree_without_ways_to_change_it(ws: Workspace) -> None:
    plant(ws, clock.now())
    wang = hire(ws, "wang", Role.MANAGER, clock.now(), [ONE_STORE])
    client = browser(ws, build_web(ws), wang.id)
    page = client.get("/places", headers={"Accept": "text/html"}).text
    assert ONE_STORE in page and "/edit" not in page and "/places/new" not in page
    assert "east" not in page
    told = client.get("/api/v1/places").json()
    assert [(one["id"], one["parent"]) for one in told["places"]] == [(ONE_STORE, None)]
