"""A demo opens, is used again, and never writes into anything else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import ibis
import pytest
from fastapi.testclient import TestClient

from regulars import app
from regulars.company.places import service as places
from regulars.company.staff import service as staff
from regulars.kit.errors import Conflict, NotAllowed
from regulars.listen.catalog import service as catalog
from regulars.listen.profiles import service as profiles
from regulars.prove.targets import service as targets
from regulars.simulate.demo import opening, service
from regulars.simulate.demo.model import FILE
from regulars.simulate.model import SPOTS
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo"
    made(path).close()
    return path


def made(folder: Path) -> Workspace:
    wanted = service.planned(400, 3, NOW)
    return opening.made(
        folder, wanted, now=NOW, creates=app.init_workspace, opens=app.open_workspace
    )


@pytest.fixture
def ws(folder: Path) -> Iterator[Workspace]:
    workspace = app.open_workspace(folder)
    yield workspace
    workspace.close()


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


def test_targets_stand_with_a_baseline_of_a_year_ago(ws: Workspace) -> None:
    found = {one.preset: one for one in targets.every(ws)}
    assert {"csat", "nps", "complaints"} <= set(found)
    baseline = found["complaints"].baseline
    assert baseline is not None
    assert baseline.end.astimezone(ws.zone).date() == date(2025, 11, 20)
    assert found["csat"].baseline is None


def test_it_is_used_again(folder: Path) -> None:
    before = service.found(folder)
    ws = made(folder)
    assert service.found(folder) == before
    assert before is not None
    assert count(ws) == before.events
    ws.close()


def test_one_that_was_cut_off_is_finished(tmp_path: Path) -> None:
    wanted = service.planned(300, 3, NOW)
    ws = app.init_workspace(tmp_path / "cut", service.settings("en"))

    def cut_off(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service.make(ws, wanted, language="en", now=NOW, watch=cut_off)
    ws.close()
    ws = made(tmp_path / "cut")
    demo = service.found(tmp_path / "cut")
    assert demo is not None
    assert demo.made
    assert demo.customers == 300
    assert count(ws) == demo.events
    ws.close()


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path) -> None:
    app.init_workspace(tmp_path / "real").close()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("Dear Ann")
    for name in ("real", "other"):
        with pytest.raises(Conflict) as refused:
            made(tmp_path / name)
        assert refused.value.code == "demo.not_a_demo"
    assert service.found(tmp_path / "new") is None


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
