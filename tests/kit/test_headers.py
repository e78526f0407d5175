"""Spellings of one header fold alike; headers that differ do not."""

from __future__ import annotations

import pytest

from regulars.kit.headers import fold


@pytest.mark.parametrize(
    ("spelled", "folded"),
    [
        ("Answered At", "answered_at"),
        ("answered-at ", "answered_at"),
        ("answered\n_at", "answered_at"),
        ("\ufeffANSWERED\u200b_AT", "answered_at"),
        ("ａｎｓｗｅｒｅｄ＿ａｔ", "answered_at"),
        ("会员号\u3000", "会员号"),
        ("订单 号", "订单号"),
        ("ＮＰＳ", "nps"),
        ("NPS\r\n(0-10)", "nps(0_10)"),
        ("NPS（0-10分）", "nps(0_10分)"),
        ("*RESPNUM", "*respnum"),
        ("", ""),
        ("__", ""),
    ],
)
def test_spellings_fold_alike(spelled: str, folded: str) -> None:
    assert fold(spelled) == folded
    assert fold(fold(spelled)) == folded


def test_other_headers_stay_apart() -> None:
    headers = ["Q1_1", "Q11", "Q1", "order_id", "orders_id", "金额", "金额(元)"]
    assert len({fold(header) for header in headers}) == len(headers)
