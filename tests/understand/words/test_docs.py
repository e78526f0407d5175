"""The tables of docs/algorithms/words.md are what the code gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from benchmarks.words import airline_tweets, quality, zh_reviews

from regulars.kit.stats.proportion import exceeding
from regulars.understand.words import counting, lexicon, reading, rising
from regulars.understand.words.model import mood_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "words.md"


def rows(first: str) -> list[list[str]]:
    """The rows of the table whose head begins with `first`."""
    lines = PAGE.read_text("utf-8").splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith(f"| {first} |"))
    found = []
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


@pytest.mark.parametrize("row", rows("text"), ids=lambda row: row[0])
def test_feelings_of_the_table(row: list[str]) -> None:
    text, good, bad, not_good, not_bad, typed, balance, mood = row
    read = reading.read(pa.array([text]), None, lexicon.shipped())
    made = reading.patterns_of(lexicon.shipped()[read.language[0].as_py()])
    told = reading.feelings(pa.array([text.lower()]), made)
    counted = [told.good[0], told.bad[0], told.not_good[0], told.not_bad[0]]
    assert counted == [int(good), int(bad), int(not_good), int(not_bad)]
    assert (read.balance[0], str(mood_of(int(read.mood[0])))) == (float(balance), mood)
    assert (read.kinds[0] not in {0, 32}) == (typed == "yes")


@pytest.mark.parametrize("row", rows("said, of who wrote there"))
def test_margins_of_the_table(row: list[str]) -> None:
    own, rest = ([int(n.replace(",", "")) for n in cell.split(" of ")] for cell in row[:2])
    p = exceeding((rest[0], rest[1]), (own[0], own[1]), counting.MARGIN)
    assert f"{p:.4f}" == row[2]


@pytest.mark.parametrize("row", rows("used before"))
def test_chances_of_the_table(row: list[str]) -> None:
    before, wrote, now, write = (int(cell) for cell in row[:4])
    p = rising.upper(np.array([before]), np.array([now]), wrote, write)
    assert f"{p[0]:.4f}" == row[4]


def test_qualities_of_the_table(real_data: Path) -> None:
    made = {
        (name, by): (f"{n:,}", f"{accuracy:.3f}", f"{f1:.3f}")
        for data in (zh_reviews(real_data), airline_tweets(real_data))
        for name, by, n, accuracy, f1 in quality(data, taught=(200,))
    }
    told = {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows("set, held-out part")}
    assert set(made) <= set(told)
    for key, (n, accuracy, f1) in made.items():
        assert told[key][0] == n
        assert float(told[key][1]) == pytest.approx(float(accuracy), abs=0.01)
        assert float(told[key][2]) == pytest.approx(float(f1), abs=0.01)
