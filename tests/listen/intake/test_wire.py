"""Characters that were cut spoil themselves only; an encoding that nobody knows is named."""

from __future__ import annotations

import pytest

from regulars.listen.intake import wire
from regulars.timeline.workspace import Workspace
from tests.listen.intake.conftest import Post
from tests.listen.intake.test_odd_events import GOOD, kept


@pytest.mark.parametrize(
    "body",
    [r"plain", r'"\ud83d\ude00"', r'"\\ud83d"', r'"\\\\ud83d \\n"', r'"\u00e9"', "\\", "\\u"],
)
def test_a_body_without_cut_characters_is_left_as_it_is(body: str) -> None:
    assert wire.mend(body.encode()) == body.encode()


def test_thousands_of_cut_characters_are_mended_one_by_one() -> None:
    assert wire.mend(rb"\ud83d" * 80_000) == rb"\ufffd" * 80_000
    assert wire.mend(rb"\udc00\ud83d\ude00\ud83d") == rb"\ufffd\ud83d\ude00\ufffd"


def test_calls_are_decoded_together_and_apart_where_one_is_bad() -> None:
    for bad in ('{"userId":[]}', "7", r'{"context":{"locale":"\ud83d"}}'):
        body = f'{{"batch":[{GOOD},{bad}]}}'.encode()
        assert wire.read_messages(body, [GOOD, bad]) == [None, None]  # type: ignore[list-item]
    message, other = wire.read_messages(f'{{"batch":[{GOOD},{{}}]}}'.encode(), [])
    assert message is not None and message.message_id == "good"
    assert other == wire.Message()


def test_of_a_name_that_stands_twice_the_last_counts(ws: Workspace, post: Post) -> None:
    post(f'{{"batch":[],"batch":[{GOOD}]}}')
    post('{"userId":"a","userId":"lei","event":"X","event":"Y","messageId":"m"}', "track")
    assert {one: row["name"] for one, row in kept(ws).items()} == {"good": "Cart Viewed", "m": "Y"}
