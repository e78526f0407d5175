"""Words that events carry and nobody knows: listed with near ones, taken over, named, undone."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.places import service as places
from regulars.company.rights.model import SHELL, Principal, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.jobs.refresh import service as refresh
from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.kit.text import Text
from regulars.listen.adoption import service
from regulars.listen.adoption.model import Kind, Known, nearest
from regulars.listen.catalog import service as catalog
from regulars.timeline import flush, inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TITLES = (Known("hotline", Text("Service hotline", "客服热线")), Known("app", Text("App", "应用")))


def tell(ws: Workspace, **words: object) -> None:
    """Put six events of six customers on the timeline, with these words."""
    sent = secrets.token_hex(4)
    rows = [
        {
            "event_id": f"{sent}-{i}",
            "identity_id": f"{i:032x}",
            "occurred_at": datetime(2026, 3, 1 + i, tzinfo=UTC),
            "name": "Page Viewed",
            **words,
        }
        for i in range(6)
    ]
    inbox.accept(ws, inbox.make(rows, NOW))


def test_near_words_are_found_by_their_letters() -> None:
    assert nearest("电话客服", TITLES)[0].key == "hotline"
    assert nearest("service hotlin", TITLES)[0].key == "hotline"
    assert nearest("ＳＥＲＶＩＣＥ　ＨＯＴＬＩＮＥ", TITLES)[0].key == "hotline"
    assert nearest("warehouse", TITLES) == ()


def test_a_touchpoint_is_taken_over_as_another_spelling(ws: Workspace) -> None:
    points = catalog.current(ws).touchpoints
    known = points[0]
    written = f"{known.title.zh}处"
    tell(ws, touchpoint=written)
    [found] = service.unknown(ws, kind=Kind.TOUCHPOINT)
    assert (found.value, found.events) == (written, 6)
    assert known.key in [near.key for near in found.near]
    service.take_over(ws, SHELL, Kind.TOUCHPOINT, written, known.key, now=NOW)
    assert service.unknown(ws, kind=Kind.TOUCHPOINT) == []
    placed = ws.query(lambda view: catalog.placed(ws, view.events).select("touchpoint"))
    assert set(placed.column("touchpoint").to_pylist()) == {known.key}
    service.undo(ws, SHELL, Kind.TOUCHPOINT, written, now=NOW)
    assert [one.value for one in service.unknown(ws, kind=Kind.TOUCHPOINT)] == [written]


def test_a_new_touchpoint_keeps_the_word_as_its_spelling(ws: Workspace) -> None:
    tell(ws, touchpoint="自助机")
    service.create(ws, SHELL, Kind.TOUCHPOINT, "自助机", Text("Kiosk", "自助机"), now=NOW)
    point = catalog.touchpoint(ws, "kiosk")
    assert (point.title.zh, point.aliases) == ("自助机", ("自助机",))
    assert service.unknown(ws, kind=Kind.TOUCHPOINT) == []


def test_an_event_taken_over_counts_as_what_it_means_before_and_after(ws: Workspace) -> None:
    tell(ws, name="Complaint Filed")
    flush.flush(ws)
    [found] = service.unknown(ws, kind=Kind.NAME)
    assert found.near[0].key == "Complaint Made"
    [before] = metrics.measure(ws, "complaint_share")
    service.take_over(ws, SHELL, Kind.NAME, "Complaint Filed", "Complaint Made", now=NOW)
    [after] = metrics.measure(ws, "complaint_share")
    assert (before.value, after.value) == (None, 100.0)  # no complaint was ever received before
    tell(ws, name="Complaint Filed", identity_id="f" * 32)
    names = ws.query(lambda view: view.events.select("name")).column("name").to_pylist()
    assert names == ["Complaint Made"] * 12
    service.undo(ws, SHELL, Kind.NAME, "Complaint Filed", now=NOW)
    [again] = metrics.measure(ws, "complaint_share")
    assert again.value is None


def test_a_place_is_taken_over_or_put_into_the_tree(ws: Workspace) -> None:
    tell(ws, place="Shanghai-1")
    service.create(ws, SHELL, Kind.PLACE, "Shanghai-1", Text("Shanghai", "上海"), now=NOW)
    assert places.tree(ws).name("Shanghai-1").zh == "上海"
    tell(ws, place="shanghai 1")
    [found] = service.unknown(ws, kind=Kind.PLACE)
    assert found.near[0].key == "Shanghai-1"
    service.take_over(ws, SHELL, Kind.PLACE, "shanghai 1", "Shanghai-1", now=NOW)
    seen = ws.query(lambda view: view.events.select("place")).column("place").to_pylist()
    assert seen == ["Shanghai-1"] * 12


def test_sources_and_categories_get_names_in_both_languages(ws: Workspace) -> None:
    tell(ws, source="till", lines=[{"category": "tea", "quantity": 1.0}])
    assert [one.value for one in service.unknown(ws, kind=Kind.CATEGORY)] == ["tea"]
    service.create(ws, SHELL, Kind.CATEGORY, "tea", Text("Tea", "茶"), now=NOW)
    service.create(ws, SHELL, Kind.SOURCE, "till", Text("Tills", "收银机"), now=NOW)
    assert service.titles(ws, Kind.SOURCE) == {"till": Text("Tills", "收银机")}
    assert service.unknown(ws, kind=Kind.SOURCE) + service.unknown(ws, kind=Kind.CATEGORY) == []
    with pytest.raises(Invalid, match="give “till” a name"):
        service.take_over(ws, SHELL, Kind.SOURCE, "till", "shop", now=NOW)


def test_what_is_meant_must_be_known(ws: Workspace) -> None:
    with pytest.raises(NotFound, match="Complaint Made"):
        service.take_over(ws, SHELL, Kind.NAME, "Complaint Filed", "Complaint Mde", now=NOW)
    with pytest.raises(NotFound, match="is not mapped"):
        service.undo(ws, SHELL, Kind.NAME, "Complaint Filed", now=NOW)


def test_what_is_known_stands_for_no_other(ws: Workspace) -> None:
    with pytest.raises(Conflict, match="recognised itself"):
        service.take_over(ws, SHELL, Kind.NAME, "Page Viewed", "Complaint Made", now=NOW)


@pytest.mark.parametrize("word", ["", "  ", "x" * 301])
def test_a_word_has_1_to_300_characters(ws: Workspace, word: str) -> None:
    with pytest.raises(Invalid, match="1 to 300"):
        service.take_over(ws, SHELL, Kind.NAME, word, "Complaint Made", now=NOW)
    with pytest.raises(Invalid, match="1 to 300"):
        service.create(ws, SHELL, Kind.CATEGORY, word, Text("Tea", "茶"), now=NOW)


def test_only_who_edits_the_catalog_takes_over_names_and_undoes(ws: Workspace) -> None:
    agent = Principal("staff", "1", "eve", Role.AGENT)
    with pytest.raises(NotAllowed):
        service.take_over(ws, agent, Kind.NAME, "Complaint Filed", "Complaint Made", now=NOW)
    with pytest.raises(NotAllowed):
        service.create(ws, agent, Kind.CATEGORY, "tea", Text("Tea", "茶"), now=NOW)
    with pytest.raises(NotAllowed):
        service.undo(ws, agent, Kind.NAME, "Complaint Filed", now=NOW)


def test_who_is_bound_to_a_place_sees_what_was_taken_over_as_it(ws: Workspace) -> None:
    tell(ws, place="Shanghai-1")
    tell(ws, place="shanghai 1", identity_id="f" * 32)
    flush.flush(ws)
    service.create(ws, SHELL, Kind.PLACE, "Shanghai-1", Text("Shanghai", "上海"), now=NOW)
    scope = frozenset({"Shanghai-1"})

    def customers() -> int:
        [value] = metrics.measure(ws, "active_share", scope=scope)
        return value.n

    assert customers() == 6
    service.take_over(ws, SHELL, Kind.PLACE, "shanghai 1", "Shanghai-1", now=NOW)
    refresh.run(ws, reason="test", clock=clock.now)
    assert customers() == 7
    service.undo(ws, SHELL, Kind.PLACE, "shanghai 1", now=NOW)
    refresh.run(ws, reason="test", clock=clock.now)
    assert customers() == 6


def test_the_page_takes_over_names_and_undoes(ws: Workspace) -> None:
    tell(ws, name="Complaint Filed", source="till")
    staff.add(ws, SHELL, login="ann", name="Ann", role=Role.ADMIN, places=None, now=clock.now())
    token = sign_in.start_session(
        ws, staff.named(ws, "ann"), clock.now(), address="127.0.0.1", agent="tests"
    )
    headers = {"X-CSRF-Token": sign_in.csrf_token(ws, token)}
    with TestClient(build_web(ws), headers=headers, base_url="http://127.0.0.1") as browser:
        browser.cookies.set(sign_in.cookie_name(ws), token)
        assert "Complaint Filed" in browser.get("/sources/words").text
        assert "2 words" in browser.get("/sources/words/count").text
        word = {"kind": "name", "value": "Complaint Filed"}
        act = {"row": "name:Complaint Filed", **word}
        wrong = browser.post("/sources/words/adopt", data={**act, "meant": "Nothing"})
        assert wrong.status_code == 422 and "not known either" in wrong.text
        browser.post("/sources/words/adopt", data={**act, "meant": "Complaint Made"})
        assert service.unknown(ws, kind=Kind.NAME) == []
        undone = browser.post("/sources/words/undo", data={"row": "name:Complaint Filed"})
        assert "stands for itself again" in undone.text
        named = {"row": "source:till", "kind": "source", "value": "till", "en": "Tills"}
        assert "Tills" in browser.post("/sources/words/adopt", data={**named, "zh": "收银机"}).text
        assert "Tills" in browser.get("/sources").text
        told = browser.put("/api/v1/adoption", json={**word, "meant": "Complaint Made"})
        assert told.status_code == 204
        [taken] = [one for one in browser.get("/api/v1/adoption/adopted").json() if one["meant"]]
        assert (taken["value"], taken["by"]) == ("Complaint Filed", "Ann")
        assert browser.delete("/api/v1/adoption", params=word).status_code == 204
        assert [one["value"] for one in browser.get("/api/v1/adoption").json()] == [
            "Complaint Filed"
        ]


def test_the_command_lists_and_takes_over(ws: Workspace) -> None:
    tell(ws, name="Complaint Filed")

    def run(*words: str) -> str:
        done = CliRunner().invoke(build_cli(), ["adopt", *words, "-w", str(ws.folder)])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "Complaint Made" in run()
    [listed] = json.loads(run("name", "--json"))
    assert (listed["value"], listed["events"]) == ("Complaint Filed", 6)
    run("name", "Complaint Filed", "--as", "Complaint Made")
    assert json.loads(run("name", "--json")) == []
    run("name", "Complaint Filed", "--undo")
    run("name", "Complaint Filed", "--en", "Complaint filed", "--zh", "投诉登记")
    assert json.loads(run("name", "--json")) == []


def test_names_that_we_give_ourselves_are_known(ws: Workspace) -> None:
    for name in ("Order Placed", "Row Imported", "Product List Filtered"):
        tell(ws, name=name)
    assert service.unknown(ws, kind=Kind.NAME) == []
    assert {one.title.zh for one in service.knowns(ws, Kind.NAME)} >= {"提交订单", "导入的行"}
