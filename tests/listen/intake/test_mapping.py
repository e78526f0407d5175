"""From calls of the tracking API to columns of the timeline, by worked examples."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.app import init_workspace
from regulars.company.keys.model import WriteKey
from regulars.kit import clock
from regulars.listen.intake import mapping
from regulars.listen.intake.fields import Identities, Sender
from regulars.listen.intake.model import Arrival, Row
from regulars.timeline.event import COLUMNS
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace

NOON = clock.microseconds(datetime(2026, 10, 5, 12, tzinfo=UTC))


class Reader:
    """Reads calls as the web shop's."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.identities = Identities(ws)

    def sender(self, *actors: str, **more: Any) -> Sender:
        key = WriteKey("k", "Shop", "shop", frozenset(actors or ("customer",)))
        return Sender(
            key=key,
            identities=self.identities,
            currency="CNY",
            event_bytes=32_768,
            received_at=NOON,
            **more,
        )

    def read(self, call: dict[str, Any], *actors: str, **more: Any) -> Arrival:
        raw = msgspec.Raw(json.dumps({"userId": "lei", **call}).encode())
        return mapping.read(raw, self.sender(*actors, **more))

    def row(self, event: str, properties: dict[str, Any], **call: Any) -> Row:
        arrival = self.read({"type": "track", "event": event, "properties": properties, **call})
        assert arrival.row is not None, arrival.reason
        return arrival.row

    def refused(self, event: str, properties: dict[str, Any], **call: Any) -> str:
        arrival = self.read({"type": "track", "event": event, "properties": properties, **call})
        assert arrival.reason is not None
        return arrival.reason.field


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(init_workspace(tmp_path_factory.mktemp("company") / "w"))


def test_a_row_has_the_columns_of_an_event_in_their_order() -> None:
    assert Row.__struct_fields__ == COLUMNS


def test_an_order_with_its_lines(shop: Reader) -> None:
    properties = {
        "order_id": "A1",
        "total": 129.9,
        "currency": "usd",
        "store_id": "store-7",
        "products": [
            {"product_id": "shoe", "category": "shoes", "quantity": 2, "price": "49.95"},
            {"sku": "sock", "price": 30},
        ],
        "gift": True,
    }
    row = shop.row("Order Completed", properties, context={"sessionId": 17})
    assert (row.order_id, row.amount, row.currency) == ("A1", Decimal("129.9000"), "USD")
    assert (row.place, row.session_id, row.actor) == ("store-7", "17", "customer")
    assert row.lines == [
        ("1", "shoe", "shoes", 2.0, Decimal("99.9000")),
        ("2", "sock", None, 1.0, Decimal("30.0000")),
    ]
    assert json.loads(row.properties or "") == properties


@pytest.mark.parametrize("total", [50, -50, "50.00"])
@pytest.mark.parametrize("event", ["Order Refunded", "Order Cancelled"])
def test_money_that_goes_back_is_negative_whichever_sign_was_sent(
    shop: Reader, event: str, total: float | str
) -> None:
    products = [{"product_id": "shoe", "price": 50, "quantity": 1}]
    row = shop.row(event, {"total": total, "products": products})
    assert row.amount == Decimal(-50)
    assert row.lines == [("1", "shoe", None, -1.0, Decimal(-50))]
    assert row.currency == "CNY"


def test_value_is_money_only_with_a_currency(shop: Reader) -> None:
    assert shop.row("Lamp Dimmed", {"value": 40}).amount is None
    assert shop.row("Lamp Dimmed", {"value": "blue"}).amount is None
    assert shop.row("Cart Viewed", {"value": 40, "currency": "CNY"}).amount == Decimal(40)


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"total": "much"}, "properties.total"),
        ({"total": -1}, "properties.total"),
        ({"total": True}, "properties.total"),
        ({"total": 1e15}, "properties.total"),
        ({"total": "NaN"}, "properties.total"),
        ({"total": 5, "currency": "yuan"}, "properties.currency"),
        ({"products": [{"quantity": -1}]}, "properties.products[0].quantity"),
        ({"products": [{"price": 1}, {"price": "x"}]}, "properties.products[1].price"),
        ({"products": ["shoe"]}, "properties.products[0]"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_with_their_field(
    shop: Reader, properties: dict[str, Any], field: str
) -> None:
    assert shop.refused("Order Completed", properties) == field


def test_scores_under_their_own_name_and_on_a_declared_scale(shop: Reader) -> None:
    nps = shop.row("Survey Answered", {"nps": 9, "survey_kind": "relationship", "weight": 1.5})
    assert (nps.metric, nps.score, nps.scale_min, nps.scale_max) == ("nps", 9.0, 0.0, 10.0)
    assert (nps.survey_kind, nps.weight) == ("relationship", 1.5)
    csat = shop.row("Survey Answered", {"metric": "csat", "score": "4", "scale": "1-10"})
    assert (csat.score, csat.scale_min, csat.scale_max) == (4.0, 1.0, 10.0)
    review = shop.row("Product Reviewed", {"rating": 2, "review_body": "太慢了", "product_id": "p"})
    assert (review.metric, review.score, review.text) == ("review", 2.0, "太慢了")
    trust = shop.row(
        "Survey Answered", {"metric": "trust", "score": -1, "scale_min": -2, "scale_max": 2}
    )
    assert (trust.metric, trust.score, trust.scale_min) == ("trust", -1.0, -2.0)


def test_a_score_without_a_known_scale_stays_a_property(shop: Reader) -> None:
    row = shop.row("Game Ended", {"metric": "points", "score": 4_200})
    assert row.metric is None and row.score is None
    assert json.loads(row.properties or "") == {"metric": "points", "score": 4200}


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"nps": 11}, "properties.nps"),
        ({"nps": 8.5}, "properties.nps"),
        ({"csat": 0}, "properties.csat"),
        ({"metric": "csat", "score": "good"}, "properties.score"),
        ({"metric": "csat", "score": 3, "scale_min": 5, "scale_max": 1}, "properties.scale_max"),
        ({"nps": 9, "survey_kind": "monthly"}, "properties.survey_kind"),
        ({"nps": 9, "weight": -1}, "properties.weight"),
    ],
)
def test_scores_that_cannot_be_are_refused(
    shop: Reader, properties: dict[str, Any], field: str
) -> None:
    assert shop.refused("Survey Answered", properties) == field


def test_words_take_the_language_of_the_call(shop: Reader) -> None:
    row = shop.row("Complaint Made", {"text": "等了两周"}, context={"locale": "zh-CN"})
    assert (row.text, row.language) == ("等了两周", "zh")
    said = {"comment": "late", "language": "en"}
    assert shop.row("Complaint Made", said, context={"locale": "zh"}).language == "en"
    assert shop.row("Cart Viewed", {}, context={"locale": "zh"}).language is None


@pytest.mark.parametrize(
    ("call", "channel"),
    [
        ({"properties": {"channel": "store"}, "channel": "server"}, "store"),
        ({"context": {"channel": "phone"}}, "phone"),
        ({"context": {"device": {"type": "iOS"}}}, "app"),
        ({"context": {"library": {"name": "analytics.js"}}}, "web"),
        ({"context": {"library": {"name": "RudderLabs JavaScript SDK"}}}, "web"),
        ({"context": {"library": {"name": "analytics-kotlin"}}}, "app"),
        ({"context": {"library": {"name": "analytics-python"}}, "channel": "server"}, None),
        ({"channel": "mobile"}, "app"),
        ({"context": {"device": "fridge", "library": 3}}, None),
    ],
)
def test_the_channel_is_said_or_given_away(
    shop: Reader, call: dict[str, Any], channel: str | None
) -> None:
    assert shop.row("Cart Viewed", **{"properties": {}, **call}).channel == channel


def test_pages_and_screens_keep_their_name_as_a_property(shop: Reader) -> None:
    page = shop.read({"type": "page", "name": "Home", "category": "Start"}).row
    assert page is not None and (page.name, page.channel) == ("Page Viewed", "web")
    assert json.loads(page.properties or "") == {"name": "Home", "category": "Start"}
    screen = shop.read({"type": "screen", "name": "Cart", "properties": {"name": "Basket"}}).row
    assert screen is not None and (screen.name, screen.channel) == ("Screen Viewed", "app")
    assert json.loads(screen.properties or "") == {"name": "Basket"}


def test_the_user_counts_before_the_anonymous_id(shop: Reader) -> None:
    both = shop.row("Cart Viewed", {}, anonymousId="browser-1")
    assert both.identity_id == identity_id(shop.ws, "user", "lei")
    only = shop.row("Cart Viewed", {}, userId=None, anonymousId="browser-1")
    assert only.identity_id == identity_id(shop.ws, "anonymous", "browser-1")
    number = shop.row("Cart Viewed", {}, userId=42)
    assert number.identity_id == identity_id(shop.ws, "user", "42")


def test_identify_ties_identities_and_leaves_traits_off_the_timeline(shop: Reader) -> None:
    traits = {
        "email": "Lei@Example.cn",
        "phone": "138 0013 8000",
        "firstName": "雷",
        "lastName": "李",
    }
    arrival = shop.read({"type": "identify", "anonymousId": "browser-1", "traits": traits})
    row = arrival.row
    assert row is not None and row.properties is None and row.text is None
    assert (row.name, row.actor) == ("Identified", "system")
    assert arrival.traits["name"] == "李雷" and arrival.traits["email"] == "lei@example.cn"
    assert [tie.kind for tie in arrival.ties] == ["identify", "email", "phone"]
    ends = {end for tie in arrival.ties for end in (tie.left_id, tie.right_id)}
    assert identity_id(shop.ws, "email", "lei@example.cn") in ends
    assert identity_id(shop.ws, "phone", "13800138000") in ends


def test_traits_in_the_context_count_too(shop: Reader) -> None:
    arrival = shop.read({"type": "identify", "context": {"traits": {"email": "lei@example.cn"}}})
    assert arrival.traits == {"email": "lei@example.cn"}


@pytest.mark.parametrize(
    "traits", [{"email": "none"}, {"email": "test@test.cn"}, {"phone": "0000000"}, {"phone": "12"}]
)
def test_placeholders_link_nobody(shop: Reader, traits: dict[str, str]) -> None:
    assert shop.read({"type": "identify", "traits": traits}).ties == []


def test_alias_ties_the_previous_id_of_either_kind(shop: Reader) -> None:
    arrival = shop.read({"type": "alias", "previousId": "browser-1"})
    now = identity_id(shop.ws, "user", "lei")
    before = {identity_id(shop.ws, kind, "browser-1") for kind in ("user", "anonymous")}
    assert {tie.left_id for tie in arrival.ties} == {now}
    assert {tie.right_id for tie in arrival.ties} == before


def test_a_group_is_kept_with_its_traits(shop: Reader) -> None:
    row = shop.read({"type": "group", "groupId": "acme", "traits": {"industry": "toys"}}).row
    assert row is not None
    assert json.loads(row.properties or "") == {"groupId": "acme", "traits": {"industry": "toys"}}


def test_acts_of_ours_are_never_customer_activity(shop: Reader) -> None:
    assert shop.row("Order Shipped", {}).actor == "system"
    assert shop.row("Survey Shown", {}).actor == "system"
    assert shop.row("Order Refunded", {}).actor == "customer"


def test_another_actor_needs_a_key_that_allows_it(shop: Reader) -> None:
    call = {"type": "track", "event": "Case Answered", "context": {"actor": "staff"}}
    refused = shop.read(call).reason
    assert refused is not None and refused.field == "actor"
    row = shop.read(call, "customer", "staff").row
    assert row is not None and row.actor == "staff"


@pytest.mark.parametrize(
    ("call", "field"),
    [
        ({"type": "track", "event": "X", "userId": None}, "userId"),
        ({"type": "track", "event": "X", "userId": "  "}, "userId"),
        ({"type": "track", "event": "X", "userId": {"id": 1}}, "userId"),
        ({"type": "track"}, "event"),
        ({"type": "track", "event": ""}, "event"),
        ({"type": "track", "event": 7}, "event"),
        ({"type": "buy", "event": "X"}, "type"),
        ({"event": "X"}, "type"),
        ({"type": "track", "event": "X", "timestamp": "soon"}, "timestamp"),
        ({"type": "track", "event": "X", "properties": [1]}, "properties"),
        ({"type": "track", "event": "X", "messageId": "m" * 301}, "messageId"),
        ({"type": "track", "event": "X", "properties": {"note": "x" * 33_000}}, "event"),
        ({"type": "group"}, "groupId"),
        ({"type": "alias"}, "previousId"),
    ],
)
def test_a_refusal_names_the_field(shop: Reader, call: dict[str, Any], field: str) -> None:
    arrival = shop.read(call)
    assert arrival.row is None and arrival.reason is not None
    assert arrival.reason.field == field
    assert arrival.reason.message.en and arrival.reason.message.zh


def test_an_id_with_a_nul_is_refused_for_that(shop: Reader) -> None:
    reason = shop.read({"type": "track", "event": "X", "userId": "a\0b"}).reason
    assert reason is not None
    assert (reason.field, reason.message.en) == ("userId", "An id has no NUL character.")


def test_an_event_nested_too_deeply_is_refused_alone(shop: Reader) -> None:
    deep = b'{"a":' * 3_000 + b"1" + b"}" * 3_000
    raw = msgspec.Raw(b'{"type":"track","event":"X","userId":"lei","properties":' + deep + b"}")
    arrival = mapping.read(raw, shop.sender())
    assert arrival.row is None and arrival.reason is not None
    assert "nested too deeply" in arrival.reason.message.en


def test_a_refused_payload_is_kept_only_where_an_erasure_finds_it(shop: Reader) -> None:
    bad = {"type": "track", "event": "Order Completed", "properties": {"total": "x"}}
    named = shop.read(bad)
    assert named.identities == [identity_id(shop.ws, "user", "lei")] and b"total" in named.payload
    nameless = shop.read({**bad, "userId": None})
    assert nameless.identities == [] and nameless.payload == b""
    broken = shop.read({**bad, "event": 7, "messageId": "m-7"})
    assert broken.message_id == "m-7" and broken.identities == named.identities


def test_a_repeated_post_without_message_id_is_the_same_event(shop: Reader) -> None:
    call = {"type": "track", "event": "X", "timestamp": "2026-10-05T09:00:00Z"}
    assert shop.read(call).message_id == shop.read(call).message_id
    other = shop.read({**call, "timestamp": "2026-10-05T09:00:01Z"})
    assert other.message_id != shop.read(call).message_id


def test_history_counts_as_known_from_when_it_happened(shop: Reader) -> None:
    call = {"type": "track", "event": "X", "timestamp": "2020-01-01T00:00:00Z"}
    old = shop.read(call, history=True).row
    new = shop.read(call).row
    assert old is not None and old.known_at == old.occurred_at
    assert new is not None and new.known_at == NOON


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["price", "quantity", "email", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)
MONEY = ["total", "value", "currency", "products", "product_id"]
FELT = ["nps", "metric", "score", "scale", "scale_min", "scale_max", "rating", "weight"]
names = st.sampled_from([*MONEY, *FELT, "text", "language", "place", "channel"])
calls = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["identify", "track", "page", "screen", "group", "alias"])
        | json_values,
        "event": st.sampled_from(["Order Completed", "Survey Answered"]) | json_values,
        "userId": json_values,
        "anonymousId": json_values,
        "previousId": json_values,
        "groupId": json_values,
        "messageId": json_values,
        "timestamp": json_values,
        "sentAt": json_values,
        "traits": json_values,
        "context": json_values,
        "channel": json_values,
        "properties": st.dictionaries(names, json_values, max_size=6) | json_values,
    },
)


@given(call=calls)
@settings(max_examples=400, deadline=None)
def test_whatever_is_sent_becomes_an_event_or_a_reason(shop: Reader, call: dict[str, Any]) -> None:
    from regulars.listen.intake.model import to_table

    raw = msgspec.Raw(json.dumps(call).encode())
    arrival = mapping.read(raw, shop.sender())
    assert (arrival.row is None) == (arrival.reason is not None)
    if arrival.row is not None:
        table = to_table([arrival.row])
        assert table.num_rows == 1 and table.column("occurred_at")[0].value <= NOON


@pytest.mark.parametrize("nobody", ["null", "undefined", "Guest", "0", "N/A", "游客", "1.38E+10"])
def test_a_user_id_that_names_nobody_leaves_the_device(shop: Reader, nobody: str) -> None:
    arrival = shop.read(
        {"type": "track", "userId": nobody, "anonymousId": "browser-1", "event": "Cart Viewed"}
    )
    assert arrival.row is not None
    assert arrival.row.identity_id == identity_id(shop.ws, "anonymous", "browser-1")
    assert arrival.nobodies == [("user", nobody)]


def test_an_event_of_nobody_at_all_counts_for_no_customer(shop: Reader) -> None:
    zeros = "00000000-0000-0000-0000-000000000000"
    arrival = shop.read({"type": "track", "userId": 0, "anonymousId": zeros, "event": "Seen"})
    assert arrival.row is not None and arrival.row.identity_id is None
    assert arrival.nobodies == [("user", "0"), ("anonymous", zeros)]


def test_what_names_nobody_ties_and_describes_nobody(shop: Reader) -> None:
    traits = {"email": "noreply@shop.example", "phone": "138****0000", "name": "Lei"}
    arrival = shop.read({"type": "identify", "userId": "lei", "traits": traits})
    assert (arrival.ties, arrival.traits) == ([], {"name": "Lei"})
    assert [kind for kind, _value in arrival.nobodies] == ["email", "phone"]
    guest = shop.read({"type": "identify", "userId": "guest", "traits": {"name": "Lei"}})
    assert (list(guest.ties), dict(guest.traits)) == ([], {})
    assert shop.read({"type": "alias", "userId": "guest", "previousId": "lei"}).ties == []


def test_a_tie_says_what_it_rests_on_and_whose_user_id_it_is(shop: Reader) -> None:
    traits = {"email": "lei@example.cn", "phone": "+86 138 0013 8000"}
    arrival = shop.read({"type": "identify", "anonymousId": "browser-1", "traits": traits})
    assert arrival.user_id == identity_id(shop.ws, "user", "lei")
    assert [tie.through_id for tie in arrival.ties] == [
        identity_id(shop.ws, kind, value)
        for kind, value in (
            ("anonymous", "browser-1"), ("email", "lei@example.cn"), ("phone", "13800138000"),
        )
    ]  # fmt: skip
    assert [tie.former_id for tie in arrival.ties] == [
        None, None, shop.ws.keyed_hash("identity:phone", "+8613800138000"),
    ]  # fmt: skip
