"""The tracking API as a sender sees it: statuses, limits, answers, receipts."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL
from regulars.kit import clock
from regulars.listen.identities import finding
from regulars.listen.intake import service
from regulars.listen.intake.front import door_of
from regulars.listen.intake.limits import Rate
from regulars.listen.profiles import service as profiles
from regulars.timeline import erasure, people
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace

Rows = list[dict[str, Any]]


def track(message_id: str, **call: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": "lei",
        "event": "Cart Viewed",
        "messageId": message_id,
        **call,
    }


def kept(ws: Workspace) -> list[str]:
    return sorted(ws.query(lambda view: view.events).column("event_id").to_pylist())


def test_each_call_has_its_endpoint(client: TestClient, ws: Workspace, write_key: str) -> None:
    calls = {
        "track": {"event": "Cart Viewed"},
        "identify": {"traits": {"name": "Lei"}},
        "page": {"name": "Home"},
        "screen": {"name": "Home"},
        "group": {"groupId": "acme"},
        "alias": {"previousId": "browser-1"},
        "t": {"event": "Cart Viewed"},
    }
    for path, call in calls.items():
        body = {"userId": "lei", "messageId": path, **call}
        answer = client.post(f"/v1/{path}", json=body, auth=(write_key, ""))
        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "success": True,
            "accepted": 1,
            "duplicates": 0,
            "messageId": path,
        }
    assert kept(ws) == sorted(calls)


@pytest.mark.parametrize("way", ["basic", "bearer", "body"])
def test_the_key_comes_in_the_header_or_in_the_body(
    client: TestClient, write_key: str, way: str
) -> None:
    headers = {"Authorization": f"Bearer {write_key}"} if way == "bearer" else {}
    body = {"batch": [track("m")], **({"writeKey": write_key} if way == "body" else {})}
    auth = (write_key, "") if way == "basic" else None
    assert client.post("/v1/batch", json=body, headers=headers, auth=auth).status_code == 200


@pytest.mark.parametrize("auth", [None, ("wrong", ""), ("", "")])
def test_without_a_valid_key_401_names_it(
    client: TestClient, ws: Workspace, auth: tuple[str, str] | None
) -> None:
    answer = client.post("/v1/batch", json={"batch": [track("m")]}, auth=auth)
    assert answer.status_code == 401
    assert answer.json()["field"] == "writeKey" and answer.json()["code"] == "intake.key"
    assert "basic" in answer.headers["www-authenticate"].lower()
    assert kept(ws) == []


def test_a_revoked_key_stops(client: TestClient, ws: Workspace, write_key: str) -> None:
    assert client.post("/v1/track", json=track("a"), auth=(write_key, "")).status_code == 200
    keys.revoke(ws, SHELL, keys.all_keys(ws)[0].id, clock.now())
    door_of(client.app)._checked.clear()  # what a few seconds do
    assert client.post("/v1/track", json=track("b"), auth=(write_key, "")).status_code == 401


def test_an_api_key_cannot_write(client: TestClient, analyst: dict[str, str]) -> None:
    answer = client.post("/v1/track", json=track("a"), headers=analyst)
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"batch": 3}', b'{"batch": [1,', b"\xff\xfe"])
def test_an_unreadable_body_is_400(client: TestClient, write_key: str, body: bytes) -> None:
    answer = client.post("/v1/batch", content=body, auth=(write_key, ""))
    assert answer.status_code == 400
    assert answer.json()["success"] is False and answer.json()["field"]


@pytest.mark.parametrize("path", ["track", "batch"])
def test_a_body_nested_too_deeply_is_400_so_that_no_sender_tries_again(
    client: TestClient, ws: Workspace, write_key: str, path: str
) -> None:
    deep = '{"a":' * 3_000 + "1" + "}" * 3_000
    event = f'{{"type":"track","event":"X","userId":"lei","properties":{deep}}}'
    body = event if path == "track" else f'{{"batch":[{event}]}}'
    answer = client.post(f"/v1/{path}", content=body, auth=(write_key, ""))
    assert answer.status_code == 400
    assert answer.json()["code"] == "intake.unreadable"
    assert "nested too deeply" in answer.json()["message"]
    assert kept(ws) == []


def test_a_bad_single_event_is_400_and_names_the_field(client: TestClient, write_key: str) -> None:
    bad = track("m", event="Survey Answered", properties={"nps": 12})
    answer = client.post("/v1/track", json=bad, auth=(write_key, ""))
    assert answer.status_code == 400
    body = answer.json()
    assert (body["code"], body["field"], body["messageId"]) == (
        "intake.score",
        "properties.nps",
        "m",
    )
    chinese = client.post(
        "/v1/track", json=bad, auth=(write_key, ""), headers={"Accept-Language": "zh-CN"}
    )
    assert "之间" in chinese.json()["message"]


def test_one_bad_event_does_not_lose_the_good_ones(
    client: TestClient, ws: Workspace, write_key: str
) -> None:
    events = [track("one"), track("two", userId=7.5), 3, track("three"), track("four", event=None)]
    answer = client.post("/v1/batch", json={"batch": events}, auth=(write_key, ""))
    assert answer.status_code == 200
    body = answer.json()
    assert (body["accepted"], body["duplicates"]) == (2, 0)
    assert [one["field"] for one in body["refused"]] == ["userId", "body", "event"]
    assert kept(ws) == ["one", "three"]


def test_gzip_is_read_and_bombs_are_not(client: TestClient, ws: Workspace, write_key: str) -> None:
    headers = {"Content-Encoding": "gzip"}

    def post(content: bytes) -> int:
        return client.post(
            "/v1/batch", content=content, headers=headers, auth=(write_key, "")
        ).status_code

    assert post(gzip.compress(json.dumps({"batch": [track("zipped")]}).encode())) == 200
    assert post(gzip.compress(b'{"batch":[' + b" " * 50_000_000 + b"]}")) == 413
    assert post(b"no gzip at all") == 400
    assert post(gzip.compress(b'{"batch":[]}')[:-9]) == 400
    assert kept(ws) == ["zipped"]


def test_limits_of_32_and_500_kilobytes(client: TestClient, ws: Workspace, write_key: str) -> None:
    auth = (write_key, "")
    large = track("large", properties={"note": "x" * 33_000})
    assert client.post("/v1/track", json=large, auth=auth).status_code == 413
    mixed = client.post("/v1/batch", json={"batch": [large, track("small")]}, auth=auth)
    assert mixed.status_code == 200
    assert mixed.json()["refused"][0]["code"] == "intake.event_too_large"
    many = {"batch": [track(str(n), properties={"note": "x" * 30_000}) for n in range(20)]}
    answer = client.post("/v1/batch", json=many, auth=auth)
    assert answer.status_code == 413 and answer.json()["limit"] == 512_000
    chunks = client.post("/v1/batch", content=(b" " * 100_000 for _ in range(9)), auth=auth)
    assert chunks.status_code == 413
    assert kept(ws) == ["small"]


def test_more_requests_than_the_key_may_make_are_429(
    client: TestClient, ws: Workspace, write_key: str
) -> None:
    door_of(client.app)._rate = Rate(3)
    answers = [client.post("/v1/track", json=track(str(n)), auth=(write_key, "")) for n in range(8)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited and answers[0].status_code == 200
    assert limited[0].headers["retry-after"] == "1" and limited[0].json()["field"] == "writeKey"
    assert len(kept(ws)) == len(answers) - len(limited)


def test_a_full_queue_is_503_and_keeps_nothing(
    client: TestClient, ws: Workspace, write_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.listen.intake.committer.MAX_WAITING", 1)
    body = {"batch": [track("a"), track("b")]}
    answer = client.post("/v1/batch", json=body, auth=(write_key, ""))
    assert answer.status_code == 503 and answer.headers["retry-after"] == "1"
    assert kept(ws) == []


def test_sent_again_it_counts_once_and_the_answer_says_so(
    client: TestClient, ws: Workspace, write_key: str
) -> None:
    body = {"batch": [track("one"), track("one"), track("two")]}
    first = client.post("/v1/batch", json=body, auth=(write_key, "")).json()
    assert (first["accepted"], first["duplicates"]) == (2, 1)
    again = client.post("/v1/batch", json=body, auth=(write_key, "")).json()
    assert (again["accepted"], again["duplicates"]) == (0, 3)
    assert again["success"] is True
    assert kept(ws) == ["one", "two"]


def test_the_skew_of_a_senders_clock_is_corrected(
    client: TestClient, ws: Workspace, write_key: str, rows_of: Callable[..., Rows]
) -> None:
    wrong = datetime(2031, 1, 1, tzinfo=UTC)
    body = {
        "sentAt": wrong.isoformat(),
        "batch": [track("m", timestamp=(wrong - timedelta(hours=2)).isoformat())],
    }
    assert client.post("/v1/batch", json=body, auth=(write_key, "")).status_code == 200
    row = rows_of(ws, lambda view: view.events)[0]
    assert row["received_at"] - row["occurred_at"] == timedelta(hours=2)
    assert row["known_at"] == row["received_at"]


def test_receipts_tell_accepted_duplicate_and_refused(
    client: TestClient, write_key: str, analyst: dict[str, str]
) -> None:
    auth = (write_key, "")
    client.post("/v1/batch", json={"batch": [track("m"), track("m"), track("m")]}, auth=auth)
    found = client.get("/api/v1/receipts/m", headers=analyst).json()
    assert found["status"] == "accepted"
    assert [one["status"] for one in found["outcomes"]] == ["accepted", "duplicate"]
    assert found["outcomes"][1]["times"] == 2
    client.post("/v1/track", json=track("bad", properties={"csat": 9}), auth=auth)
    refused = client.get("/api/v1/receipts/bad", headers=analyst).json()
    assert refused["status"] == "refused"
    assert refused["outcomes"][0]["code"] == "intake.score"
    assert refused["outcomes"][0]["field"] == "properties.csat"
    assert client.get("/api/v1/receipts/never", headers=analyst).status_code == 404
    assert client.get("/api/v1/receipts/m").status_code == 401
    listed = client.get("/api/v1/receipts", headers=analyst).json()
    assert [one["messageId"] for one in listed["refused"]] == ["bad"] and listed["next"] is None


def test_a_mended_event_may_be_sent_under_the_same_id(
    client: TestClient, write_key: str, analyst: dict[str, str]
) -> None:
    auth = (write_key, "")
    client.post("/v1/track", json=track("m", properties={"csat": 9}), auth=auth)
    assert client.post("/v1/track", json=track("m"), auth=auth).json()["accepted"] == 1
    found = client.get("/api/v1/receipts/m", headers=analyst).json()
    assert found["status"] == "accepted"
    assert [one["status"] for one in found["outcomes"]] == ["accepted", "refused"]


def test_an_erased_person_is_refused_and_nothing_of_them_is_kept(
    client: TestClient, ws: Workspace, write_key: str, analyst: dict[str, str]
) -> None:
    auth = (write_key, "")
    client.post(
        "/v1/track", json=track("before", properties={"csat": 9, "note": "MARK"}), auth=auth
    )
    erasure.erase(ws, [identity_id(ws, "user", "lei")], by="test", now=clock.now())
    assert service.refusals(ws) == []
    answer = client.post("/v1/track", json=track("after", properties={"note": "MARK"}), auth=auth)
    assert answer.status_code == 400 and answer.json()["code"] == "intake.erased"
    client.post("/v1/track", json=track("worse", properties={"csat": 9, "note": "MARK"}), auth=auth)
    assert [one.payload for one in service.refusals(ws)] == [None, None]
    assert client.get("/api/v1/receipts/after", headers=analyst).json()["status"] == "refused"
    assert kept(ws) == []


def test_an_erased_address_does_not_come_back_under_another_id(
    client: TestClient, ws: Workspace, write_key: str
) -> None:
    """Neither as a link nor in the profile nor in a refused event; the other id may go on."""
    auth = (write_key, "")
    traits = {"email": "lei@example.cn", "phone": "13800138000", "name": "Li Lei", "plan": "gold"}
    lei = {"userId": "lei", "anonymousId": "browser-1", "messageId": "1", "traits": traits}
    client.post("/v1/identify", json=lei, auth=auth)
    worse = {"userId": "other", "messageId": "2", "timestamp": "never", "traits": traits}
    client.post("/v1/identify", json=worse, auth=auth)
    theirs = finding.named(ws, user="lei")
    erasure.erase(ws, theirs, by="test", now=clock.now())
    assert service.refusals(ws) == []  # kept under the address, so it went with it
    again = {**lei, "userId": "other", "messageId": "3"}
    assert client.post("/v1/identify", json=again, auth=auth).status_code == 200
    alias = {"userId": "other", "previousId": "lei", "messageId": "4"}
    assert client.post("/v1/alias", json=alias, auth=auth).status_code == 200
    client.post("/v1/identify", json={**worse, "messageId": "5"}, auth=auth)
    assert [one.payload for one in service.refusals(ws)] == [None]
    other = identity_id(ws, "user", "other")
    assert set(theirs).isdisjoint(people.identities_of(ws, other))
    persons = ws.query(lambda view: view.with_person().select("person_id")).to_pydict()
    assert len(set(persons["person_id"])) == 1
    assert set(theirs).isdisjoint(persons["person_id"])
    (held,) = profiles.of_people(ws, {other: [other]}).values()
    assert {one.name: one.value for one in held} == {"name": "Li Lei", "plan": "gold"}


def test_identify_links_and_fills_the_profile_together_with_the_event(
    client: TestClient, ws: Workspace, write_key: str
) -> None:
    body = {
        "userId": "lei",
        "anonymousId": "browser-1",
        "messageId": "i",
        "traits": {"email": "lei@example.cn", "name": "Li Lei"},
    }
    client.post("/v1/identify", json=body, auth=(write_key, ""))
    found = finding.named(ws, user="lei")
    assert identity_id(ws, "anonymous", "browser-1") in found
    assert identity_id(ws, "email", "LEI@example.cn") in found
    (sighting,) = finding.find(ws, "li le")
    assert (sighting.person_id, sighting.events) == (min(found), 1)


def test_browsers_of_other_sites_may_post_but_not_read(client: TestClient, write_key: str) -> None:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    preflight = client.options("/v1/batch", headers=headers)
    assert preflight.status_code == 204
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
    body = json.dumps({"writeKey": write_key, **track("m")}).encode()
    answer = client.post(
        "/v1/t",
        content=body,
        headers={"Origin": "https://shop.example", "Content-Type": "text/plain"},
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_what_waits_is_kept_when_the_server_stops(ws: Workspace, write_key: str) -> None:
    from regulars.app import build_web

    with TestClient(build_web(ws)) as first:
        assert first.post("/v1/track", json=track("a"), auth=(write_key, "")).status_code == 200
    with TestClient(build_web(ws)) as second:
        again = second.post("/v1/track", json=track("a"), auth=(write_key, ""))
        assert again.json()["duplicates"] == 1


def test_the_openapi_document_describes_the_calls(client: TestClient) -> None:
    from fastapi import FastAPI

    assert isinstance(client.app, FastAPI)
    paths = client.app.openapi()["paths"]
    for call in ("identify", "track", "page", "screen", "group", "alias", "batch", "import"):
        operation = paths[f"/v1/{call}"]["post"]
        assert {"200", "400", "401", "413", "429", "503"} <= set(operation["responses"])
        assert operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert "/v1/t" not in paths and "/api/v1/receipts/{message_id}" in paths


def test_events_of_nobody_are_kept_and_told(
    client: TestClient, ws: Workspace, write_key: str
) -> None:
    batch = [
        {"type": "track", "event": "Cart Viewed", "messageId": str(number), **who}
        for number, who in enumerate(
            ({"userId": "Guest"}, {"userId": "Guest"}, {"userId": "null", "anonymousId": "b1"},
             {"userId": "lei"})
        )
    ]  # fmt: skip
    answer = client.post("/v1/batch", json={"batch": batch}, auth=(write_key, ""))
    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "accepted": 4,
        "duplicates": 0,
        "nobody": [
            {"field": "userId", "value": "Guest", "events": 2},
            {"field": "userId", "value": "null", "events": 1},
        ],
    }
    rows = ws.query(lambda view: view.events.select("identity_id")).to_pylist()
    assert sum(row["identity_id"] is None for row in rows) == 2
    counted = service.nobodies(ws, now=clock.now())
    assert [(kind, word, events) for _source, kind, word, events in counted] == [
        ("user", "guest", 2), ("user", "null", 1),
    ]  # fmt: skip


def test_two_users_who_share_a_device_stay_two_in_any_order(
    client: TestClient, ws: Workspace, write_key: str
) -> None:
    for number, user in enumerate(("lei", "mei")):
        body = {"userId": user, "anonymousId": "till-1", "messageId": str(number)}
        client.post("/v1/identify", json=body, auth=(write_key, ""))
    lei, mei, till = (
        identity_id(ws, kind, value)
        for kind, value in (("user", "lei"), ("user", "mei"), ("anonymous", "till-1"))
    )
    assert people.identities_of(ws, lei) == [lei]
    assert people.identities_of(ws, mei) == [mei]
    with ws.database.reading() as connection:
        assert people.folded(ws, connection).contested.to_pylist() == [till]
