"""What rose: found where it rose, and silent where nothing did."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests import sizes

from regulars.understand.words import keeping, lexicon, rising
from regulars.understand.words.analysing import Reader
from regulars.understand.words.model import Risen

Rng = np.random.Generator


def said(rng: Rng, speakers: int, words: np.ndarray, chances: np.ndarray) -> dict[rising.Key, int]:
    """How many of some speakers said each word, each word by itself."""
    return {
        (rising.WORD, str(word)): int(n)
        for word, n in zip(words, rng.binomial(speakers, chances), strict=True)
    }


def test_a_word_that_doubled_is_found_and_the_others_are_not() -> None:
    before = {(rising.WORD, "slow"): 40, (rising.WORD, "blue"): 30}
    now = {(rising.WORD, "slow"): 90, (rising.WORD, "blue"): 31}
    found = {one.key: one for one in rising.compare(before, now, 500, 500)}
    assert found["slow"].risen
    assert not found["blue"].risen
    assert (found["slow"].before, found["slow"].now) == (40, 90)
    assert found["slow"].share.value == pytest.approx(0.18)


def test_twice_as_many_writers_make_nothing_rise() -> None:
    before = {(rising.WORD, "slow"): 40}
    assert not rising.compare(before, {(rising.WORD, "slow"): 80}, 400, 800)[0].risen


def test_few_writers_tell_nothing() -> None:
    assert rising.compare({}, {(rising.WORD, "slow"): 19}, 19, 19) == []


def test_a_month_like_the_one_before_gives_at_most_half_a_false_alarm() -> None:
    """A/A: 400 words and categories, 200 pairs of months; mean alarms a month."""
    rng = np.random.default_rng(1)
    words = np.arange(400)
    chances = 0.3 / (1 + np.arange(400)) ** 0.7
    alarms = [
        rising.alarms(
            rising.compare(said(rng, 600, words, chances), said(rng, 700, words, chances), 600, 700)
        )
        for _month in range(200)
    ]
    assert np.mean(alarms) <= 0.5
    assert np.mean(np.array(alarms) > 0) <= 0.08


@given(some.integers(0, 50), some.integers(0, 50), some.integers(51, 90), some.integers(51, 90))
def test_the_exact_chance_is_a_chance_and_falls_with_more(
    before: int, now: int, earlier: int, later: int
) -> None:
    p = rising.upper(np.array([before, before]), np.array([now, now + 1]), earlier, later)
    assert 0 <= p[1] <= p[0] + 1e-12
    assert p[0] <= 1


def tweets(real_data: Path) -> pa.Table:
    """The airline tweets as readings; no speaker is told, so each tweet is its own."""
    path = real_data / "airline-tweets" / "Tweets.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    moments = [datetime.strptime(row["tweet_created"], "%m/%d/%Y %H:%M") for row in rows]  # noqa: DTZ007
    none = pa.nulls(len(rows), pa.string())
    table = pa.table(
        {
            "event_id": pa.array([f"{n}" for n in range(len(rows))]),
            "identity_id": none, "session": none, "touchpoint": none, "channel": none,
            "place": none, "language": none,
            "text": pa.array([row["text"] for row in rows]),
            "occurred_at": pa.array(moments, pa.timestamp("us")).cast(pa.timestamp("us", "UTC")),
        }
    )  # fmt: skip
    return Reader(lexicon.shipped(), None, {}).read(table)


def compared(readings: pa.Table, start: int, middle: int, end: int) -> list[Risen]:
    def between(low: int, high: int) -> pa.Table:
        at = readings.column("occurred_at").to_numpy()
        first, last = (np.datetime64(f"2015-02-{day:02d}") for day in (low, high))
        return readings.filter(pa.array((at >= first) & (at < last)))

    earlier, later = between(start, middle), between(middle, end)
    return rising.compare(
        rising.counted(earlier), rising.counted(later), earlier.num_rows, later.num_rows
    )


def test_the_rise_of_cancelled_is_found(real_data: Path) -> None:
    """18-20 February against 21-24, when storms grounded flights."""
    found = {one.key: one for one in compared(tweets(real_data), 18, 21, 25) if one.risen}
    assert found["cancelled"].q < 1e-6
    assert found["cancelled"].kind == rising.WORD
    assert (found["cancelled"].share.value or 0) > 1.5 * (
        found["cancelled"].share_before.value or 1
    )


def test_shuffled_tweets_give_no_alarms(real_data: Path) -> None:
    """The same tweets dealt to two windows by lot: at most half an alarm a deal."""
    readings = tweets(real_data)
    rng, alarms = np.random.default_rng(3), []
    for _deal in range(sizes.of(8, 20)):
        first = pa.array(rng.random(readings.num_rows) < 0.4)
        earlier = readings.filter(first)
        later = readings.filter(pa.array(~first.to_numpy(zero_copy_only=False)))
        made = rising.compare(
            rising.counted(earlier), rising.counted(later), earlier.num_rows, later.num_rows
        )
        alarms.append(rising.alarms(made))
    assert np.mean(alarms) <= 0.5


def test_speakers_are_counted_once() -> None:
    one = {name: [None] for name in keeping.SCHEMA.names} | {
        "speaker": ["Ann"], "words": [["slow"]], "mood": [-1], "kinds": [8],
    }  # fmt: skip
    twice = pa.concat_tables([pa.table(one, schema=keeping.SCHEMA)] * 2)
    assert rising.counted(twice)[rising.WORD, "slow"] == 1
    assert rising.counted(twice)[rising.KIND, "wait"] == 1
