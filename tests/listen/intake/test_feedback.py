"""Scores under their own name on a declared scale; words in the language of the call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.listen.intake.conftest import Reader


def test_scores_under_their_own_name_and_on_a_declared_scale(shop: Reader) -> None:
    nps = shop.row("Survey Answered", {"nps": 9, "survey_kind": "relationship", "weight": 1.5})
    assert (nps.metric, nps.score, nps.scale_min, nps.scale_max) == ("nps", 9.0, 0.0, 10.0)
    assert (nps.survey_kind, nps.weight) == ("relationship", 1.5)
    csat = shop.row("Survey Answered", {"metric": "csat", "score": "4", "scale": "1-10"})
    assert (csat.score, csat.scale_min, csat.scale_max) == (4.0, 1.0, 10.0)
    review = shop.row("Product Reviewed", {"rating": 2, "review_body": "太慢了", "product_id": "p"})
    assert (review.metric, review.score, review.text) == ("review", 2.0, "太慢了")
    trust = shop.row(
        "Survey Answered", {"metric": "trust", "score": -1, "scale_min": -2, "scale_max": 2}
    )
    assert (trust.metric, trust.score, trust.scale_min) == ("trust", -1.0, -2.0)


def test_a_score_without_a_known_scale_stays_a_property(shop: Reader) -> None:
    row = shop.row("Game Ended", {"metric": "points", "score": 4_200})
    assert row.metric is None and row.score is None
    assert json.loads(row.properties or "") == {"metric": "points", "score": 4200}


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"nps": 11}, "properties.nps"),
        ({"nps": 8.5}, "properties.nps"),
        ({"csat": 0}, "properties.csat"),
        ({"metric": "csat", "score": "good"}, "properties.score"),
        ({"metric": "csat", "score": 3, "scale_min": 5, "scale_max": 1}, "properties.scale_max"),
        ({"nps": 9, "survey_kind": "monthly"}, "properties.survey_kind"),
        ({"nps": 9, "weight": -1}, "properties.weight"),
    ],
)
def test_scores_that_cannot_be_are_refused(
    shop: Reader, properties: dict[str, Any], field: str
) -> None:
    assert shop.refused("Survey Answered", properties) == field


def test_words_take_the_language_of_the_call(shop: Reader) -> None:
    row = shop.row("Complaint Made", {"text": "等了两周"}, context={"locale": "zh-CN"})
    assert (row.text, row.language) == ("等了两周", "zh")
    said = {"comment": "late", "language": "en"}
    assert shop.row("Complaint Made", said, context={"locale": "zh"}).language == "en"
    assert shop.row("Cart Viewed", {}, context={"locale": "zh"}).language is None
