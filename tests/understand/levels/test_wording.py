"""Every case of a level has a sentence in both languages."""

from __future__ import annotations

from regulars.understand.levels.model import (
    Case,
)
from regulars.understand.levels.wording import sentence


def test_every_case_has_a_sentence_in_both_languages() -> None:
    for one in Case:
        told = sentence(one, points=50, expectation=80, participation=0.9, repetition=2)
        assert "90%" in told.en
        assert "encounter no. 3" in told.en
        assert "第 3 次接触" in told.zh
        assert "{" not in told.en + told.zh


def test_a_level_held_down_by_repetition_says_so() -> None:
    told = sentence(
        Case.LOW, points=60, expectation=50, participation=0.98, repetition=1, held=True
    )
    assert told.en.endswith("a repeated experience never moves more than it did the first time — "
                            "low (L3).")  # fmt: skip
    assert told.zh.endswith("——低度体验（L3）。")
