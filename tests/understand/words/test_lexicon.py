"""A lexicon is written and read back; what a company may change of it, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from tests.understand.words.test_reading import SHIPPED

from regulars.kit.errors import Invalid
from regulars.understand.words import lexicon, reading
from regulars.understand.words.model import TextKind, kinds_of


def test_a_company_may_change_what_a_negation_reaches() -> None:
    """“Sans” is no negation of ours; in this shop it is one, and reaches no further than a word."""
    text = pa.array(["sans wait", "sans any long wait"])
    ours = SHIPPED["en"]
    negation = replace(ours.negation, words=("sans",), between=("any", "long"), window=1)
    theirs = lexicon.Lexicons(1, {"en": replace(ours, negation=negation)})
    english = pa.array(["en", "en"])
    assert kinds_of(int(reading.read(text, english, SHIPPED).kinds[0])) == [TextKind.WAIT]
    near, far = (kinds_of(int(one)) for one in reading.read(text, english, theirs).kinds)
    assert (near, far) == ([], [TextKind.WAIT])


def test_a_lexicon_is_written_and_read_back() -> None:
    for language in ("zh", "en"):
        again = lexicon.parse(language, lexicon.document(SHIPPED[language]))
        assert again == SHIPPED[language]


def test_bad_phrases_and_types_are_refused() -> None:
    with pytest.raises(Invalid):
        lexicon.parse("en", "[types.grief]\nphrases = ['alas']")
    with pytest.raises(Invalid):
        lexicon.parse("en", "[sentiment]\ngood = ['???']")
    with pytest.raises(Invalid):
        lexicon.parse("en", "no toml")
