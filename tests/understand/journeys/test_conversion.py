"""A funnel answers and says what is wrong."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_a_funnel_answers_and_says_what_is_wrong(browser: TestClient) -> None:
    assert browser.get("/funnel").status_code == 200
    answer = browser.get(
        "/funnel/answer?step=cart&step=checkout&step=order&by=session&window=24h&slice_by=channel"
    )
    assert "Cart" in answer.text and "app" in answer.text
    assert "once" in browser.get("/funnel/answer?step=cart&step=cart").text
    assert "7d" in browser.get("/funnel/answer?step=cart&step=order&window=soon").text
