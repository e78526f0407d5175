"""Traits under our names, bounded, whatever their width, case and spaces."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.listen.profiles.model import canonical, folded


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        (
            {"firstName": "雷", "lastName": "李"},
            {"first_name": "雷", "last_name": "李", "name": "李雷"},
        ),
        (
            {"firstName": "Ann", "lastName": "Lee"},
            {"first_name": "Ann", "last_name": "Lee", "name": "Ann Lee"},
        ),
        ({"EMAIL": " A@B.cn "}, {"email": "a@b.cn"}),
        ({"birthday": "1990-02-03T00:00:00Z"}, {"birthday": "1990-02-03"}),
        (
            {"address": {"city": "上海", "street": "南京路 1 号", "postalCode": "200000"}},
            {"address": "南京路 1 号, 上海, 200000"},
        ),
        ({"company": {"name": "Acme", "size": 3}}, {"company": "Acme"}),
        (
            {"mobile": "138", "vip": True, "visits": 3},
            {"phone": "138", "vip": "true", "visits": "3"},
        ),
        ({"owner": None, "tags": ["a"], "": "x", "nick": ""}, {"owner": None}),
    ],
)
def test_traits_under_our_names(traits: dict[str, Any], expected: dict[str, str | None]) -> None:
    assert canonical(traits) == expected


@given(st.dictionaries(st.text(max_size=20), st.text() | st.integers() | st.none(), max_size=80))
def test_traits_stay_within_bounds(traits: dict[str, Any]) -> None:
    for name, value in canonical(traits).items():
        assert 0 < len(name) <= 64 and (value is None or len(value) <= 1_000)
        assert len(folded(name, value or "")) <= 200


def test_width_case_and_spaces_do_not_tell_values_apart() -> None:
    assert folded("name", "Ｌi  LEI") == folded("name", "li lei")
    assert folded("phone", "+86 138-0013-8000") == folded("phone", "13800138000")
    assert folded("name", "李雷") != folded("name", "李蕾")
