"""A refusal names the field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.listen.intake.conftest import Reader


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
