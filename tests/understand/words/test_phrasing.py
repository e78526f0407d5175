"""Any phrase that is taken makes a pattern that finds it."""

from __future__ import annotations

import re

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as some

from regulars.kit.errors import Invalid
from regulars.understand.words import lexicon, reading

phrase = some.text(alphabet="abc不好..* ", min_size=1, max_size=10)


@given(some.lists(phrase, max_size=6), some.text(alphabet="abc不好 ", max_size=30))
def test_any_phrase_that_is_taken_makes_a_pattern_that_finds_it(
    words: list[str], text: str
) -> None:
    try:
        made = lexicon.checked(
            lexicon.Lexicon("zh", tuple(words), negation=lexicon.Negation(("不",)))
        )
    except Invalid:
        return
    found = reading.read(pa.array([text + "好"]), None, lexicon.Lexicons(1, {"zh": made}))
    assert len(found.mood) == 1
    good = reading.patterns_of(made).good
    spelt = [text + one.replace("..", "").replace("*", "") for one in made.good]
    assert all(re.search(good, one) for one in spelt) if good else not made.good
