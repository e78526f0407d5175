"""Every word of ours has its Chinese, and none is kept that nobody says."""

from __future__ import annotations

from regulars.faces import catalogs


def test_every_message_is_translated_and_none_is_left_over() -> None:
    flaws = catalogs.flaws()
    assert not flaws, "run `python -m regulars.faces.catalogs`:\n" + "\n".join(flaws)


def test_words_are_found_in_modules_and_templates() -> None:
    files = {use.file.suffix for use in catalogs.uses() if use.noun == "faces"}
    assert files == {".py", ".html"}


def test_a_translation_must_be_chinese_and_name_the_same_values() -> None:
    assert list(catalogs._flaws_of("{n} orders", "{n} 笔订单")) == []
    assert "is empty" in list(catalogs._flaws_of("Orders", " "))
    assert list(catalogs._flaws_of("Orders", "Orders")) == ["has no Chinese: 'Orders'"]
    assert next(catalogs._flaws_of("{n} orders", "订单")).startswith("does not name")
