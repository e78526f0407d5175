"""A page speaks the language of the account, else of the cookie, else of the browser."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_language_goes_by_account_then_cookie_then_browser(lin: TestClient) -> None:
    chinese = {"accept-language": "zh-CN,zh;q=0.9"}
    assert "订了什么？" in lin.get("/orders", headers=chinese).text
    lin.cookies.set("language", "en")
    assert "What was ordered?" in lin.get("/orders", headers=chinese).text
    lin.cookies.set("setting", "zh")
    assert "订了什么？" in lin.get("/orders").text
