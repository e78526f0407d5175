"""Texts in two languages are filled with named values, with a blank where scripts meet."""

from __future__ import annotations

import pytest

from regulars.kit.text import Text, fill_chinese


@pytest.mark.parametrize(
    ("words", "value", "filled"),
    [
        ("{who}做过什么", "Clara", "Clara 做过什么"),
        ("{who}做过什么", "王芳", "王芳做过什么"),
        ("共{who}位", 12, "共 12 位"),
        ("（{who}）", 12, "（12）"),
        ("{who:.1f} 分", 2.25, "2.2 分"),
    ],
)
def test_chinese_stands_apart_from_latin(words: str, value: object, filled: str) -> None:
    assert fill_chinese(words, who=value) == filled


def test_a_value_may_have_any_name() -> None:
    text = Text("{words} and {self}", "{words}与{self}").format(words="a", self="b")
    assert (text.en, text.zh) == ("a and b", "a 与 b")
