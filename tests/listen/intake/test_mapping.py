"""From calls of the tracking API to columns of the timeline, by worked examples."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.listen.intake import mapping
from regulars.listen.intake.model import Row
from regulars.timeline.event import COLUMNS
from regulars.timeline.identity import identity_id
from tests import sizes
from tests.listen.intake.conftest import NOON, Reader


def test_a_row_has_the_columns_of_an_event_in_their_order() -> None:
    assert Row.__struct_fields__ == COLUMNS


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
@settings(max_examples=sizes.of(100, 400), deadline=None)
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
