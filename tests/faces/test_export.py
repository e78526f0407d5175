"""Files that open in a spreadsheet and hurt nobody."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from regulars.faces import export


def read(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_csv_has_a_mark_for_excel_and_times_in_the_reporting_zone(lin: TestClient) -> None:
    answer = lin.get("/orders?format=csv", headers={"accept-language": "zh"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert read(answer) == [
        ["Order", "金额", "At"],
        ["A-1", "12.5", "2026-10-05 14:03:00+08:00"],
        ["'=1+1", "-3.0", ""],
    ]
    assert "%E8%AE%A2%E5%8D%95.csv" in answer.headers["content-disposition"]
    assert not lin.get("/orders?format=csv&bom=0").content.startswith(b"\xef\xbb\xbf")


def test_excel_keeps_text_as_text_and_numbers_as_numbers(lin: TestClient) -> None:
    sheet = load_workbook(io.BytesIO(lin.get("/orders?format=xlsx").content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("Order", "Amount", "At")
    assert rows[1] == ("A-1", 12.5, datetime(2026, 10, 5, 14, 3))  # noqa: DTZ001
    assert rows[2] == ("=1+1", -3, None)
    assert sheet["A3"].data_type == "s"


def test_whoever_may_only_look_gets_no_file(lin: TestClient) -> None:
    lin.cookies.set("who", "agent")
    answer = lin.get("/orders?format=csv", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "export.right")
    assert lin.get("/orders").status_code == 200


def test_another_format_is_refused_with_a_word(lin: TestClient) -> None:
    answer = lin.get("/orders?format=pdf", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "export.format")


@given(st.text())
def test_no_cell_begins_like_a_formula(words: str) -> None:
    assert not export.safe(words).startswith(export.DANGEROUS)


@pytest.mark.parametrize("words", ["=1+1", "＝1+1", "＠SUM(A1)", "\n=1", "-2+3"])
def test_formulas_become_words_also_in_full_width(words: str) -> None:
    assert export.safe(words) == "'" + words


@pytest.mark.parametrize("words", ["A-1", "lin@example.com", "客户"])
def test_harmless_words_stay_as_they_are(words: str) -> None:
    assert export.safe(words) == words


def test_long_exports_leave_in_pieces() -> None:
    rows = ([str(n), "x" * 100] for n in range(5_000))
    pieces = list(export.csv_bytes(["n", "words"], rows, UTC, bom=False))
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 2 * export.CHUNK
    assert sum(piece.count(b"\r\n") for piece in pieces) == 5_001
