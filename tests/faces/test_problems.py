"""Errors that say what to do, to machines and to people."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

API = "/api/v1/orders"
KEY = {"authorization": "Bearer key"}


def test_a_program_gets_a_problem_document_with_a_stable_code(server: TestClient) -> None:
    answer = server.post(API, json={"taken": True}, headers=KEY)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == "urn:regulars:problem:orders.taken"
    assert (told["status"], told["code"], told["detail"]) == (409, "orders.taken", "Taken.")
    assert told["field"] == "name"


def test_wrong_parameters_are_named(server: TestClient) -> None:
    told = server.get(API, params={"size": 0}, headers=KEY).json()
    assert told["code"] == "request.invalid"
    assert [(error["field"], error["in"]) for error in told["errors"]] == [("size", "query")]


@pytest.mark.parametrize(
    ("language", "size", "reason"),
    [("en", "0", "must be 1 or more"), ("zh-CN", "0", "不得小于 1"), ("zh-CN", "x", "不是数字")],
)
def test_why_a_parameter_is_wrong_is_said_in_the_readers_language(
    server: TestClient, language: str, size: str, reason: str
) -> None:
    headers = {**KEY, "accept-language": language}
    (error,) = server.get(API, params={"size": size}, headers=headers).json()["errors"]
    assert error["reason"] == reason


def test_a_person_gets_a_page_in_their_language(lin: TestClient) -> None:
    answer = lin.get("/nowhere", headers={"accept": "text/html", "accept-language": "zh-CN"})
    assert answer.status_code == 404
    assert "这里没有内容" in answer.text
    assert "返回总览" in answer.text
    assert 'href="/orders"' in answer.text, "the navigation stays"
    assert answer.headers["content-language"] == "zh-CN"


def test_an_unforeseen_error_shows_its_number_and_nothing_else(server: TestClient) -> None:
    answer = server.get("/broken", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "content-security-policy" in answer.headers


def test_who_is_not_signed_in_is_led_to_the_form_and_back(server: TestClient) -> None:
    answer = server.get("/closed?month=2026-10", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/closed%3Fmonth%3D2026-10"
    piece = server.get("/closed", headers={"hx-request": "true"})
    assert piece.headers["hx-redirect"].startswith("/sign-in")


def test_a_piece_of_a_page_gets_a_piece_as_error(lin: TestClient) -> None:
    answer = lin.get("/broken", headers={"hx-request": "true"})
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text


def test_a_method_that_an_address_does_not_take_is_told_all_that_it_takes(
    server: TestClient,
) -> None:
    answer = server.put(API, headers=KEY)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
