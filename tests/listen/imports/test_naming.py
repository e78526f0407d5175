"""What headers say, and what they do not."""

from __future__ import annotations

import pytest

from regulars.listen.imports import naming


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("customerID", "user"),
        ("Customer Id", "user"),
        ("会员号 ", "user"),
        ("InvoiceNo", "order_id"),
        ("订单编号", "order_id"),
        ("Paid at", "approved_at"),
        ("退款时间", "refunded_at"),
        ("Refunded Amount", "refund"),
        ("UnitPrice", "price"),
        ("单价", "price"),
        ("实付金额", "amount"),
        ("ＮＰＳ", "nps"),
        ("How likely are you to recommend us?", "nps"),
        ("满意度", "csat"),
        ("review_comment_title", "text"),
        ("意见建议", "text"),
        ("Anything else?", "text"),
    ],
)
def test_headers_of_both_languages(header: str, role: str) -> None:
    assert naming.roles(header)[0] == role


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("customer_city", "user"),
        ("customer_zip_code_prefix", "user"),
        ("number_of_orders", "order_id"),
        ("product_weight_g", "weight"),
        ("订单数", "order_id"),
        ("Total Flights", "amount"),
        ("Q4STORE", "place"),
    ],
)
def test_headers_that_only_sound_alike(header: str, role: str) -> None:
    assert role not in naming.roles(header)


@pytest.mark.parametrize(
    "header", ["ZIP", "Postal Code", "age", "Q18AGE", "INCOME", "Salary", "年龄"]
)
def test_facts_about_people_are_no_scores(header: str) -> None:
    assert naming.denies_score(header)


@pytest.mark.parametrize(
    ("header", "scale"),
    [
        ("NPS (0-10)", (0, 10)),
        ("满意度（1～5分）", (1, 5)),
        ("Score 1 to 7", (1, 7)),
        ("visits 2023-2024", None),
        ("Q1", None),
    ],
)
def test_scales_that_headers_spell_out(header: str, scale: tuple[int, int] | None) -> None:
    assert naming.stated_scale(header) == scale
