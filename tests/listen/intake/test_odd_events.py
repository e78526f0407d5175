"""What senders get wrong spoils its own event or field: not the batch, and no later reader."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.company.keys.model import WriteKey
from regulars.kit import clock
from regulars.listen.intake import mapping, wire
from regulars.listen.intake.fields import Identities, Sender
from regulars.listen.intake.front import door_of
from regulars.listen.intake.limits import EVENTS, Rate
from regulars.listen.intake.model import to_table
from regulars.listen.intake.service import MAX_KEPT, refusals
from regulars.timeline.workspace import Workspace
from tests import sizes
from tests.listen.intake.conftest import Post

GOOD = '{"type":"track","userId":"lei","event":"Cart Viewed","messageId":"good"}'


def kept(ws: Workspace) -> dict[str, dict[str, Any]]:
    rows = ws.query(lambda view: view.events).to_pylist()
    return {row["event_id"]: row for row in rows}


@contextmanager
def statements(ws: Workspace) -> Iterator[list[str]]:
    """Collect what intake asks of the database meanwhile; other threads of the server rest."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if threading.current_thread().name in ("intake", "MainThread"):
            asked.append(statement)

    sa.event.listen(ws.database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(ws.database.engine, "before_cursor_execute", note)


def event(message_id: str, **call: Any) -> str:
    said = {"type": "track", "userId": "lei", "event": "Survey Answered", "messageId": message_id}
    return json.dumps({**said, **call})


CUT = r'{"nps":9,"comment":"great \ud83d","\ud83dlike":{"why":["\ude00","\ud83d\ude00","\\ud83d"]}}'


def test_a_cut_emoji_spoils_itself_only(ws: Workspace, post: Post) -> None:
    call = event("cut", properties=0).replace(' "properties": 0', f'"properties":{CUT}')
    answer = post(f'{{"batch":[{GOOD},{call}]}}')
    assert (answer.status_code, answer.json()["accepted"]) == (200, 2)
    row = kept(ws)["cut"]
    assert (row["score"], row["text"]) == (9.0, "great �")
    assert json.loads(row["properties"]) == {
        "nps": 9,
        "comment": "great �",
        "�like": {"why": ["�", "😀", r"\ud83d"]},
    }


@pytest.mark.parametrize(
    ("call", "field"),
    [
        ({"userId": r"lei\ud83d"}, "userId"),
        ({"messageId": r"\ud83d"}, "messageId"),
        ({"event": r"Cart \udc00"}, "event"),
        ({"event": "Cart \0"}, "event"),
        ({"userId": "a\0b"}, "userId"),
        ({"type": "tr\0ck"}, "type"),
    ],
)
def test_names_and_ids_that_were_cut_are_refused_with_their_field(
    ws: Workspace, post: Post, call: dict[str, str], field: str
) -> None:
    odd = event("odd", **call).replace(r"\\ud", r"\ud")
    answer = post(f'{{"batch":[{GOOD},{odd}]}}')
    assert answer.status_code == 200, answer.text
    assert [one["field"] for one in answer.json()["refused"]] == [field]
    assert list(kept(ws)) == ["good"]


def test_a_nul_reaches_no_column(ws: Workspace, post: Post) -> None:
    properties = {
        "nps": 9,
        "comment": "a\0b",
        "note\0": ["\0", {"x": "y\0"}],
        "touchpoint": "desk\0",
        "products": [{"product_id": "s\0hoe", "category": "\0", "price": 1}],
    }
    traits = {"name": "Li\0 Lei", "na\0me2": "x"}
    view = event("view", type="page", name="Ho\0me")
    identify = event("who", type="identify", traits=traits)
    body = f'{{"batch":[{event("nul", properties=properties)},{view},{identify}]}}'
    answer = post(body)
    assert answer.json()["accepted"] == 3, answer.text
    assert "\\u0000" not in json.dumps(kept(ws), default=str)
    assert kept(ws)["nul"]["text"] == "ab"


BLANK = ["", " ", "\u3000"]


@pytest.mark.parametrize("blank", BLANK)
def test_a_blank_number_is_none(ws: Workspace, post: Post, blank: str) -> None:
    score = {"nps": blank, "csat": 4, "weight": blank, "comment": "fine", "scale_min": blank}
    order = {
        "total": blank,
        "revenue": "12.50",
        "currency": blank,
        "products": [{"product_id": "shoe", "price": blank, "quantity": blank}],
    }
    bought = event("order", event="Order Completed", properties=order, timestamp=blank)
    answer = post(f'{{"batch":[{event("score", properties=score)},{bought}]}}')
    assert answer.json()["accepted"] == 2, answer.text
    rows = kept(ws)
    assert (rows["score"]["metric"], rows["score"]["score"], rows["score"]["weight"]) == (
        "csat",
        4.0,
        None,
    )
    assert (str(rows["order"]["amount"]), rows["order"]["currency"]) == ("12.5000", "CNY")
    line = rows["order"]["lines"][0]
    assert (line["product"], line["quantity"], line["amount"]) == ("shoe", 1.0, None)


def test_scores_as_people_send_them(ws: Workspace, post: Post) -> None:
    """The answers of a file of odd scores, sent event by event, give what the file gives."""
    sent = ["10", "9.0", "8.5", "6.5", "", "N/A", "-1", "11", "99", "10 - Extremely likely", "9分",
            "１０", "0", "7", " 8 "]  # fmt: skip
    calls = [
        event(str(number), properties={"nps": score, "comment": "words"})
        for number, score in enumerate(sent)
    ]
    answer = post(f'{{"batch":[{",".join(calls)}]}}').json()
    assert [(one["messageId"], one["field"]) for one in answer["refused"]] == [
        (str(number), "properties.nps") for number in (2, 3, 6, 7, 8)
    ]
    assert "whole number between 0 and 10" in answer["refused"][0]["message"]
    rows = kept(ws)
    scores = [rows[key]["score"] for key in sorted(rows, key=int)]
    assert scores == [10, 9, None, None, 10, 9, 10, 0, 7, 8]
    assert {row["text"] for row in rows.values()} == {"words"}


WRONG = [
    ('"properties":{"deep":' + "[" * 80 + "]" * 80 + "}", "properties"),
    ('"traits":{"deep":' + '{"a":' * 80 + "1" + "}" * 80 + '},"type":"identify"', "traits"),
    ('"properties":{"a":{"b":1e400}}', "properties.a"),
    ('"properties":{"nps":' + "9" * 400 + "}", "properties.nps"),
    ('"properties":{"nps":1e30}', "properties.nps"),
    ('"properties":{"total":' + "9" * 400 + "}", "properties.total"),
    ('"properties":{"total":"1_0"}', "properties.total"),
    ('"properties":{"total":"NaN"}', "properties.total"),
    ('"properties":{"total":"Infinity"}', "properties.total"),
    (
        '"properties":{"products":[{"sku":"a","quantity":1e308}]}',
        "properties.products[0].quantity",
    ),
    ('"properties":{"nps":9,"weight":1e308}', "properties.weight"),
    ('"properties":{"nps":9,"weight":-1}', "properties.weight"),
    (
        '"properties":{"metric":"x","score":0,"scale_min":-1e308,"scale_max":1e308}',
        "properties.scale_max",
    ),
    (
        '"properties":{"metric":"' + "x" * 101 + '","score":0,"scale":"0-1"}',
        "properties.metric",
    ),
    ('"timestamp":' + "9" * 400, "timestamp"),
    ('"timestamp":"9999-99-99"', "timestamp"),
    ('"timestamp":true', "timestamp"),
    ('"userId":"\ufeff","anonymousId":null', "userId"),
    ('"userId":1.5', "userId"),
    ('"userId":["lei"]', "userId"),
    ('"userId":"' + "x" * 20_000 + '"', "userId"),
    ('"messageId":{"a":1}', "messageId"),
    ('"event":7', "event"),
    ('"context":"web"', "context"),
    ('"properties":[1]', "properties"),
    ('"traits":"x","type":"identify"', "traits"),
    ('"groupId":{},"type":"group"', "groupId"),
    ('"previousId":[],"type":"alias"', "previousId"),
    ('"channel":{}', "channel"),
]
"""What stands in one event, and the field that is named for it."""


def test_each_wrong_field_refuses_its_own_event_and_is_named(ws: Workspace, post: Post) -> None:
    start = '{"type":"track","userId":"lei","event":"Survey Answered",'
    calls = [f"{start}{call}}}" for call, _field in WRONG]
    answer = post(f'{{"batch":[{",".join([GOOD, *calls])}]}}')
    assert answer.status_code == 200, answer.text
    assert [one["field"] for one in answer.json()["refused"]] == [field for _call, field in WRONG]
    assert list(kept(ws)) == ["good"]
    for call, field in WRONG:
        if '"type"' not in call:
            alone = post(f"{start}{call}}}", "track")
            assert (alone.status_code, alone.json()["field"]) == (400, field)


def test_bytes_that_are_no_text_spoil_their_event(ws: Workspace, client: TestClient,
                                                  write_key: str) -> None:  # fmt: skip
    odd = event("odd", properties={"a": "?"}).encode().replace(b"?", b"\xed\xa0\xbd")
    body = b'{"batch":[' + GOOD.encode() + b"," + odd + b"]}"
    answer = client.post("/v1/batch", content=body, auth=(write_key, ""))
    assert (answer.status_code, answer.json()["refusedTotal"]) == (200, 1)
    assert list(kept(ws)) == ["good"]


def test_an_encoding_that_nobody_knows_is_named(post: Post) -> None:
    answer = post(f'{{"batch":[{GOOD}]}}', **{"Content-Encoding": "br"})
    assert (answer.status_code, answer.json()["field"]) == (400, "Content-Encoding")


def test_more_than_2500_events_are_refused_whole(ws: Workspace, post: Post) -> None:
    answer = post('{"batch":[' + ",".join(["{}"] * 50_000) + "]}")
    assert answer.status_code == 413
    told = answer.json()
    assert (told["code"], told["field"], told["limit"], told["events"]) == (
        "intake.too_many_events",
        "batch",
        2_500,
        50_000,
    )
    assert "at most 2500 at a time" in told["message"]
    assert refusals(ws) == [] and kept(ws) == {}
    assert post('{"batch":[' + ",".join(["{}"] * 2_501) + "]}").status_code == 413


def test_a_batch_of_too_many_asks_nothing_of_the_database(ws: Workspace, post: Post) -> None:
    """Nor does it wait among what is stored: whoever sends beside it is not held up."""
    assert post(f'{{"batch":[{GOOD}]}}').status_code == 200  # from now on the key is trusted
    with statements(ws) as asked:
        answer = post('{"batch":[' + ",".join(["{}"] * 50_000) + "]}")
    assert (answer.status_code, asked) == (413, [])


def test_refusals_are_listed_to_50_kept_to_200_and_counted_all(ws: Workspace, post: Post) -> None:
    answer = post('{"batch":[' + ",".join([GOOD, *["{}"] * 2_499]) + "]}")
    told = answer.json()
    assert (answer.status_code, told["accepted"]) == (200, 1)
    assert (len(told["refused"]), told["refusedTotal"]) == (50, 2_499)
    found = refusals(ws, limit=500)
    assert len(found) == MAX_KEPT + 1
    assert found[0].reason.message.en == "2299 more events of the same request were refused."


def test_refusals_of_a_request_are_written_together(ws: Workspace, post: Post) -> None:
    """The statements of a post do not grow with the events that it is refused for."""

    def cost(events: int) -> int:
        bad = [event(str(number), event="") for number in range(events)]
        with statements(ws) as asked:
            assert post('{"batch":[' + ",".join(bad) + "]}").status_code == 400
        return len([one for one in asked if "refusal" in one])

    assert cost(200) <= cost(2) + 2
    assert len(refusals(ws, limit=500)) == 202


def test_limits_count_events(ws: Workspace, post: Post, client: TestClient) -> None:
    door_of(client.app)._event_rate = Rate(3, EVENTS)
    batch = f'{{"batch":[{",".join(event(str(number)) for number in range(9))}]}}'
    assert post(batch).status_code == 200  # begun within the share, it is taken whole
    answer = post(batch)
    assert (answer.status_code, answer.json()["field"]) == (429, "writeKey")
    assert "events a second" in answer.json()["message"]
    assert int(answer.headers["retry-after"]) >= 2
    assert len(kept(ws)) == 9


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["", " ", "\0", "9", "1e400", "NaN", "\ufeff", "2026-10-05T09:30:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
FIELDS = ("type", "messageId", "userId", "anonymousId", "previousId", "groupId", "event", "name",
          "category", "timestamp", "originalTimestamp", "sentAt", "channel", "actor", "properties",
          "traits", "context")  # fmt: skip
PROPERTIES = ("nps", "csat", "ces", "metric", "score", "scale", "scale_min", "scale_max", "weight",
              "rating", "survey_kind", "total", "revenue", "value", "currency", "products",
              "product_id", "comment", "language", "order_id", "session_id", "touchpoint",
              "place")  # fmt: skip
CALLS = st.dictionaries(st.sampled_from(FIELDS), JUNK, max_size=6)
SAID = st.dictionaries(st.sampled_from(PROPERTIES), JUNK, max_size=6)


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    from regulars.app import init_workspace

    folder: Path = tmp_path_factory.mktemp("company") / "w"
    return Sender(
        key=WriteKey("k", "Shop", "shop", frozenset(("customer",))),
        identities=Identities(init_workspace(folder)),
        currency="CNY",
        event_bytes=32_768,
        received_at=clock.microseconds(clock.now()),
    )


@settings(
    max_examples=sizes.of(100, 400),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(call=CALLS, said=SAID, kind=st.sampled_from(wire.CALLS))
def test_no_event_breaks_the_reading(
    sender: Sender, call: dict[str, Any], said: dict[str, Any], kind: str
) -> None:
    """Whatever stands in the fields: an event is a row that can be kept, or refused by a field."""
    whole = {"userId": "lei", "event": "Survey Answered", "properties": said, **call}
    for name in (kind, None):
        arrival = mapping.read(msgspec.Raw(json.dumps(whole).encode()), sender, name)
        if arrival.row is None:
            assert arrival.reason is not None and arrival.reason.field
            continue
        row = to_table([arrival.row]).to_pylist()[0]
        words = [value for key, value in row.items() if isinstance(value, str)]
        assert not any("\0" in value for value in words), row
