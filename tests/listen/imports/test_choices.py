"""What a person settles about a file brings in the rows it bears on."""

from __future__ import annotations

from decimal import Decimal

from regulars.listen.imports.model import Habits
from tests.listen.imports.conftest import Shop
from tests.listen.imports.test_own_meaning import asked, told
from tests.listen.imports.test_shaping import money


def test_an_answer_brings_in_the_rows_it_bears_on(euro: Shop) -> None:
    euro.bring("money-spellings/o.csv", "orders")
    answers = {"currency": "CNY", "decimal": ","}
    outcome = euro.bring("money-spellings/o.csv", "orders", Habits("UTC", answers=answers))
    found = money(euro)
    assert (found[2], found[3]) == ((Decimal(1299), "CNY"), (Decimal(88), "CNY"))
    assert outcome.questions == ()


def test_two_columns_of_one_name_are_asked(euro: Shop) -> None:
    outcome = euro.bring("header-spelling/e.csv", "survey")
    assert asked(outcome) == [("nps", 1)]
    assert (outcome.counts.events, outcome.reasons) == (0, {"unanswered": 1})
    answers = {"nps": "NPS（0-10分）"}
    assert (
        euro.bring("header-spelling/e.csv", "survey", Habits("UTC", answers=answers)).counts.events
        == 1
    )
    assert [(row["score"], row["text"]) for row in told(euro)] == [(9, "好")]
