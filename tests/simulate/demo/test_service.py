"""A demo opens, is used again, and never writes into anything else."""

from __future__ import annotations

from pathlib import Path

import ibis
import pytest
from fastapi.testclient import TestClient

from regulars import app
from regulars.company.places import service as places
from regulars.company.staff import service as staff
from regulars.kit.errors import NotAllowed
from regulars.listen.catalog import service as catalog
from regulars.listen.profiles import service as profiles
from regulars.simulate.demo import service
from regulars.simulate.demo.model import FILE
from regulars.simulate.model import SPOTS
from regulars.timeline.workspace import Workspace
from tests.simulate.demo.conftest import NOW


def count(ws: Workspace) -> int:
    return int(ws.query(lambda view: view.events.aggregate(n=ibis._.count())).to_pylist()[0]["n"])


def test_it_has_customers_places_people_and_every_touchpoint(ws: Workspace, folder: Path) -> None:
    demo = service.found(folder)
    assert demo is not None
    assert demo.made
    assert count(ws) == demo.events > 400 * 30
    assert {place.id for place in places.tree(ws)} == {spot.id for spot in SPOTS}
    assert [account.login for account in staff.everyone(ws)] == ["demo", "store"]
    known = {point.key for point in catalog.current(ws).touchpoints}
    used = ws.query(lambda view: view.events.select("touchpoint").distinct())
    assert set(used["touchpoint"].to_pylist()) - {None} <= known
    agreed = profiles.information_consistency(ws)
    assert agreed.held > 30
    assert agreed.agreed < agreed.held


def test_the_password_is_readable_by_its_owner_only(folder: Path) -> None:
    assert (folder / FILE).stat().st_mode & 0o077 == 0


def test_the_entry_link_signs_in_once(ws: Workspace) -> None:
    client = TestClient(app.build_web(ws), base_url="http://127.0.0.1:8000", follow_redirects=False)
    assert client.get("/demo/enter?code=").headers["location"] == "/sign-in"
    code = service.entry_code(ws)
    assert client.get(f"/demo/enter?code={code}x").headers["location"] == "/sign-in"
    entered = client.get(f"/demo/enter?code={code}")
    assert entered.headers["location"] == "/"
    assert client.get("/api/v1/jobs").status_code == 200
    again = TestClient(app.build_web(ws), base_url="http://127.0.0.1:8000", follow_redirects=False)
    assert again.get(f"/demo/enter?code={code}").headers["location"] == "/sign-in"


def test_without_a_demo_being_served_no_code_is_right(ws: Workspace) -> None:
    with pytest.raises(NotAllowed):
        service.enter(ws, "", address="", agent="", now=NOW)
