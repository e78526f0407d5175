"""Every pain point has advice at three layers, in both languages."""

from __future__ import annotations

import pytest

from regulars.listen.catalog.model import Area
from regulars.understand.journeys.advice import LAYERS, advise, rules
from regulars.understand.journeys.model import MarkKind


@pytest.mark.parametrize("area", list(Area))
@pytest.mark.parametrize(
    "kind",
    [
        "low_score",
        "below_floor",
        "low_passed_score",
        "missed_target",
        "long_wait",
        "drop_off",
        "out_of_order",
    ],
)
def test_every_pain_has_advice_at_three_layers(area: Area, kind: str) -> None:
    found = advise(MarkKind.PAIN, area, [kind])
    assert [item.layer for item in found] == list(LAYERS)
    assert [item.horizon for item in found] == ["short", "middle", "long"]


def test_advice_is_in_both_languages() -> None:
    for rule in rules():
        assert rule.text.en.strip() and rule.text.zh.strip()
        assert any("\u4e00" <= char <= "\u9fff" for char in rule.text.zh)
