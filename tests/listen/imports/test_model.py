"""A recipe that is wrong is refused with the reason."""

from __future__ import annotations

import pytest

from regulars.kit.errors import Invalid
from regulars.listen.imports import library
from tests.listen.imports.makes import recipe


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('zone = "Asia/Shanghai"', 'zone = "Mars"'),
        ('from = "rows"', 'from = "nothing"'),
        ('name = "rows"', 'name = "ro ws"'),
        ('name = "Store Visited"', 'colour = "red"'),
        ('occurred_at = "at"', 'score = "score"'),
        ('user = "who"', 'passport = "who"'),
        ("[[inputs]]", "[[input]]"),
        ("title = {", "title = ["),
    ],
)
def test_a_wrong_mapping_is_refused(old: str, new: str) -> None:
    words = library.render(recipe())
    assert old in words
    with pytest.raises(Invalid, match=r"recipe\."):
        library.parse(words.replace(old, new))
