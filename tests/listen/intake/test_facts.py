"""What calls tie and tell of people: identities, traits, groups."""

from __future__ import annotations

import json

import pytest

from regulars.timeline.identity import identity_id
from tests.listen.intake.conftest import Reader


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
