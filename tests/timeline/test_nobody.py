"""Values that name nobody are no identity, told alike by Python and by SQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from regulars.timeline import identity, listed, nobody
from regulars.timeline.listed import Edit
from regulars.timeline.workspace import Workspace

NOBODY = {
    "user": [
        "null", "NULL", " Null ", "undefined",
         "none", "nan", "0", "00", "0.0", "Guest", "ＧＵＥＳＴ",
        "N/A", "n/a", "-", "--", "?", "unknown", "-1", "游客", "匿名", "无", "—", "1.38001E+10",
        "[object Object]", "00000000-0000-0000-0000-000000000000",
    ],
    "anonymous": [
        "00000000-0000-0000-0000-000000000000", "000000000000000", "ffffffffffffffff",
        "02:00:00:00:00:00", "undefined",
    ],
    "email": [
        "n/a", "noreply@shop.example", "No-Reply@shop.example", "test@shop.cn", "a***b@shop.cn",
        "null@null", "unknown@qq.com", "someone@localhost", "user@example.com", "@", "0",
    ],
    "phone": [
        "1.38001E+10", "1.39e10", "138****0000", "138xxxx0000", "10086", "0000000", "11111111111",
        "1234567890", "n/a", "无", "-", "00000000000.0", "call me", "８６",
    ],
    "openid": ["null", "undefined", "0"],
}  # fmt: skip
SOMEBODY = {
    "user": ["ann", "17850", "1", "001", "10", "1111", "nullius", "guest-17", "王无", "e+", "5e10"],
    "anonymous": ["1", "a1", "aaaaaaa", "0000000000000001", "00000000-0000-0000-0000-00000000000a"],
    "email": ["ann@example.org", "guesthouse@inn.example", "contest@shop.cn", "not an address"],
    "phone": ["13800138000", "+1 415 555 0100", "1234568", "13333333330", "010-12345678"],
    "openid": ["oABC"],
}


@pytest.mark.parametrize("kind", NOBODY)
def test_such_values_name_nobody_and_such_somebody(kind: str) -> None:
    words = listed.in_force([])
    named = [one for one in NOBODY[kind] if not nobody.is_nobody(kind, one, words)]
    unnamed = [one for one in SOMEBODY[kind] if nobody.is_nobody(kind, one, words)]
    assert (named, unnamed) == ([], [])


def test_blank_is_no_value_rather_than_nobody() -> None:
    assert not nobody.is_nobody("user", " \u3000\ufeff", listed.in_force([]))


def test_a_workspace_adds_to_the_list_and_takes_out_of_it(any_ws: Workspace) -> None:
    edit = Edit("user", "shop", True, "dana", datetime(2026, 3, 1, tzinfo=UTC))
    with any_ws.database.transaction() as connection:
        listed.put(connection, edit)
        listed.put(connection, replace(edit, kind="any", word="guest", listed=False))
    listed.changed(any_ws)
    assert identity.known_as(any_ws, "user", "Shop") == []
    assert len(identity.known_as(any_ws, "user", "Guest")) == 1
    assert len(identity.known_as(any_ws, "anonymous", "shop")) == 1
