"""A POST that is sent twice acts once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from regulars.faces import idempotency
from regulars.faces.tables import idempotency_keys
from regulars.kit import clock
from regulars.kit.errors import Conflict
from regulars.timeline import erasure
from regulars.timeline.workspace import Workspace

API = "/api/v1/orders"


def headers(key: str) -> dict[str, str]:
    return {"authorization": "Bearer key", "idempotency-key": key}


def test_the_second_call_gets_the_first_answer(server: TestClient) -> None:
    first = server.post(API, json={"tea": 2}, headers=headers("k1"))
    again = server.post(API, json={"tea": 2}, headers=headers("k1"))
    assert first.json() == again.json() == {"number": 1}
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert server.post(API, json={"tea": 2}, headers=headers("k2")).json() == {"number": 2}


def test_the_same_key_for_another_act_is_refused(server: TestClient) -> None:
    server.post(API, json={"tea": 2}, headers=headers("k1"))
    answer = server.post(API, json={"tea": 3}, headers=headers("k1"))
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency.reused")


def test_a_refusal_is_kept_but_a_failure_of_ours_may_be_tried_again(server: TestClient) -> None:
    assert server.post(API, json={"taken": True}, headers=headers("k1")).status_code == 409
    again = server.post(API, json={"taken": True}, headers=headers("k1"))
    assert (again.status_code, again.headers["idempotent-replayed"]) == (409, "true")
    assert server.post(API, json={"down": True}, headers=headers("k2")).status_code == 503
    assert (
        "idempotent-replayed"
        not in server.post(API, json={"down": True}, headers=headers("k2")).headers
    )


def test_nobody_gets_anothers_answer(server: TestClient) -> None:
    server.post(API, json={"tea": 2}, headers=headers("k1"))
    assert server.post(API, json={"tea": 2}, headers={"idempotency-key": "k1"}).json() == {
        "number": 2
    }


def test_a_call_under_way_holds_its_key_until_its_server_is_given_up(any_ws: Workspace) -> None:
    now = clock.now()
    assert idempotency.claim(any_ws.database, "staff:lin", "k1", "f", now) is None
    with pytest.raises(Conflict, match="under_way"):
        idempotency.claim(any_ws.database, "staff:lin", "k1", "f", now + timedelta(minutes=1))
    assert (
        idempotency.claim(any_ws.database, "staff:lin", "k1", "f", now + timedelta(minutes=6))
        is None
    )


def test_answers_are_forgotten_after_a_day(any_ws: Workspace) -> None:
    now = clock.now()
    idempotency.claim(any_ws.database, "staff:lin", "k1", "f", now)
    idempotency.keep(any_ws.database, "staff:lin", "k1", status=200, media_type="a/b", body=b"tea")
    kept = idempotency.claim(any_ws.database, "staff:lin", "k1", "f", now + timedelta(hours=23))
    assert kept is not None
    assert kept.body == b"tea"
    later = now + timedelta(hours=25)
    assert idempotency.claim(any_ws.database, "staff:lin", "k2", "f", later) is None
    with any_ws.database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(idempotency_keys)) == 1


def test_an_erasure_leaves_no_kept_answer(ws: Workspace) -> None:
    now = clock.now()
    idempotency.claim(ws.database, "staff:lin", "k1", "f", now)
    idempotency.keep(ws.database, "staff:lin", "k1", status=200, media_type="a/b", body=b"Lin")
    erased = erasure.erase(ws, ["0" * 32], by="test", now=now)
    assert erased.rows["answers kept for repeated calls"] == 1
