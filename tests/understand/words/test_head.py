"""How well texts are read is told with intervals: Wilson for accuracy, a bootstrap for macro F1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sklearn.metrics import f1_score

from regulars.understand.words import head

labels = some.lists(
    some.tuples(some.integers(-1, 1), some.integers(-1, 1)), min_size=1, max_size=60
)


@given(labels)
def test_macro_f1_is_that_of_the_textbook_and_within_its_interval(
    pairs: list[tuple[int, int]],
) -> None:
    truth, answers = (np.array(column) for column in zip(*pairs, strict=True))
    told = head.macro_f1(truth, answers)
    wanted = f1_score(truth, answers, average="macro", zero_division=0)
    assert told.value == pytest.approx(wanted)
    assert told.n == len(pairs)
    assert told.low is not None and told.high is not None
    assert 0 <= told.low <= told.high <= 1


def test_the_interval_holds_the_true_macro_f1_as_often_as_it_says() -> None:
    """Three classes of 200 texts, eight in ten read right; the truth is told by a million."""
    rng = np.random.default_rng(2)

    def drawn(n: int) -> tuple[head.Ints, head.Ints]:
        truth = rng.choice([-1, 0, 1], n, p=[0.5, 0.2, 0.3])
        wrong = rng.choice([-1, 0, 1], n)
        return truth, np.where(rng.random(n) < 0.7, truth, wrong)

    true = head.macro_f1(*drawn(1_000_000)).value or 0.0
    held = 0
    for _set in range(200):
        told = head.macro_f1(*drawn(200))
        held += (told.low or 0.0) <= true <= (told.high or 1.0)
    assert held / 200 >= 0.95 - 3 * (0.95 * 0.05 / 200) ** 0.5


def test_a_judgement_has_its_intervals() -> None:
    truth = np.array([1, -1] * 50)
    plain = np.where(np.arange(100) < 80, truth, -truth)
    told = head.judged("mood", truth, plain, truth, 100)
    assert (told.lexicon_accuracy.value, told.head_accuracy.value) == (0.8, 1.0)
    assert told.lexicon_accuracy.low == pytest.approx(0.711, abs=1e-3)
    assert told.lexicon_accuracy.high == pytest.approx(0.867, abs=1e-3)
    assert told.used
