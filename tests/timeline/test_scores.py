"""Which scores can be an answer: Python and SQL judge alike."""

from __future__ import annotations

import itertools

import duckdb
import pytest

from regulars.timeline import scores

SCALES = [(0.0, 10.0), (1.0, 5.0), (1.0, 7.0), (0.0, 1.0), (0.5, 5.0), (0.0, 100.0), (-2.0, 2.0)]
VALUES = [-1.0, 0.0, 0.5, 1.0, 4.5, 6.5, 7.0, 8.5, 10.0, 11.0, 87.5, 99.0]


@pytest.mark.parametrize(
    ("metric", "score", "scale", "can_be"),
    [
        ("nps", 9.0, (0, 10), True),
        ("nps", 8.5, (0, 10), False),
        ("nps", -1, (0, 10), False),
        ("nps", 99, (0, 10), False),
        ("csat", 4.5, (1, 5), False),
        ("csat", 87.5, (0, 100), True),
        ("csat", 0.5, (0, 1), True),
        ("csat", 4.5, (0.5, 5), True),
        ("review", 4.5, (1, 5), True),
        ("trust", 1.5, (-2, 2), True),
    ],
)
def test_whole_points_on_the_usual_scales(
    metric: str, score: float, scale: scores.Scale, can_be: bool
) -> None:
    assert scores.possible(metric, score, scale) is can_be


def test_sql_judges_as_python_does() -> None:
    cases = list(itertools.product(["nps", "csat", "ces", "review"], VALUES, SCALES))
    listed = ", ".join(f"('{m}', {v}::DOUBLE, {s[0]}, {s[1]})" for m, v, s in cases)
    query = f"SELECT {scores.impossible_sql()} FROM (VALUES {listed}) AS t(metric, score, scale_min, scale_max)"  # noqa: E501
    found = [row[0] for row in duckdb.sql(query).fetchall()]
    assert found == [not scores.possible(*case) for case in cases]
    unknown = duckdb.sql(f"SELECT {scores.impossible_sql('NULL', '8.5', '0', '10')}").fetchone()
    assert unknown == (None,)


SPELLED = {
    "9": 9.0,
    "9.0": 9.0,
    " 8 ": 8.0,
    "-1": -1.0,
    "9分": 9.0,
    "５ 星": 5.0,
    "１０": 10.0,
    "10 - Extremely likely": 10.0,
    "1：非常不满意": 1.0,
    "4 Stars": 4.0,
    "8.5": 8.5,
    "9,5": None,
    "9-10": None,
    "9 of 10 people": None,
    "ten": None,
    "N/A": None,
    "": None,
    "1e9": None,
    "٣": None,
}


def test_scores_as_forms_spell_them() -> None:
    assert {words: scores.spelled_score(words) for words in SPELLED} == SPELLED
    listed = ", ".join(f"('{words}')" for words in SPELLED)
    query = f"SELECT {scores.spelled_score_sql('words')} FROM (VALUES {listed}) AS t(words)"
    assert [row[0] for row in duckdb.sql(query).fetchall()] == list(SPELLED.values())


def test_words_for_no_answer() -> None:
    assert all(map(scores.is_blank, ["", "  ", "N/A", "不适用", "null", "-"]))
    assert not scores.is_blank("0")


def test_a_weight_is_finite_and_not_negative() -> None:
    assert scores.weight_fits(0) and scores.weight_fits(1.5)
    assert not any(map(scores.weight_fits, [-1, float("nan"), float("inf"), 1e300]))
