"""How fast and how well texts are read.

    python -m benchmarks.words [FOLDER]

FOLDER holds the public data sets named in docs/algorithms/words.md; without it only the rate is
measured. Nothing that is trained here is kept: two of the sets may be used for measuring only.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

from regulars.simulate.words import book
from regulars.understand.words import lexicon, reading, tokens
from regulars.understand.words.analysing import Reader
from regulars.understand.words.head import Head, part

Ints = NDArray[np.int64]
MOODS = {"negative": -1, "neutral": 0, "positive": 1}
TAUGHT = (200, 1_000, 5_000)
"""How many texts of the training part the head learns from, besides all of them."""


@dataclass(frozen=True)
class Labelled:
    """Texts with their true feeling, in the order of the split: the first `cut` may be learned."""

    name: str
    texts: pa.Array
    truth: Ints
    cut: int
    split: str


def airline_tweets(folder: Path) -> Labelled:
    """Return the tweets in time order: 16 to 21 February to learn from, the rest to be read."""
    path = folder / "airline-tweets" / "Tweets.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    rows.sort(key=lambda row: moment(row["tweet_created"]))
    cut = sum(moment(row["tweet_created"]) < datetime(2015, 2, 22) for row in rows)  # noqa: DTZ001
    truth = np.array([MOODS[row["airline_sentiment"]] for row in rows])
    return Labelled("airline-tweets", pa.array([row["text"] for row in rows]), truth, cut,
                    "16-21 Feb before 22-24 Feb")  # fmt: skip


def moment(words: str) -> datetime:
    """Read a tweet's time, in the file's own zone."""
    return datetime.strptime(words, "%m/%d/%Y %H:%M")  # noqa: DTZ007


def zh_reviews(folder: Path) -> Labelled:
    """Return the reviews, four fifths to learn from; equal texts stand on one side."""
    path = folder / "zh-shopping-reviews" / "online_shopping_10_cats.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["review"].strip()]
    texts = sorted({row["review"]: int(row["label"]) for row in rows}.items())
    order = np.random.default_rng(11).permutation(len(texts))
    chosen = [texts[place] for place in order]
    truth = np.array([1 if label else -1 for _text, label in chosen])
    return Labelled("zh-shopping-reviews", pa.array([text for text, _label in chosen]), truth,
                    len(chosen) * 4 // 5, "4 of 5 texts before the fifth, by lot")  # fmt: skip


def quality(
    data: Labelled, taught: tuple[int, ...] | None = None
) -> list[tuple[str, str, int, float, float]]:
    """Return lines (set, read by, n, accuracy, macro F1) on the held-out part."""
    read = reading.read(data.texts, None, lexicon.shipped())
    rest = np.arange(data.cut, len(data.truth))
    truth = data.truth[rest]
    plain = read.mood[rest]
    lines = [_line(data, "lexicon, trained on nothing", truth, plain)]
    if set(data.truth) == {-1, 1}:
        forced = np.where(read.balance[rest] > 0, 1, -1)
        decided = plain != 0
        lines.append(_line(data, "lexicon, where it decides", truth[decided], plain[decided]))
        lines.append(_line(data, "lexicon, undecided counted as negative", truth, forced))
    lot = np.random.default_rng(5).permutation(data.cut)
    for size in taught or (*TAUGHT, data.cut):
        learn = lot[:size]
        head = Head().fit(data.texts.take(pa.array(learn)), part(read, learn), data.truth[learn])
        guessed = head.predict(data.texts.take(pa.array(rest)), part(read, rest))
        lines.append(_line(data, f"head, taught {size:,} of the set's own texts", truth, guessed))
    return lines


def _line(
    data: Labelled, by: str, truth: Ints, guessed: Ints
) -> tuple[str, str, int, float, float]:
    f1 = float(f1_score(truth, guessed, average="macro", labels=sorted(set(data.truth))))
    return data.name, by, len(truth), float(accuracy_score(truth, guessed)), f1


def rate(count: int = 200_000) -> dict[str, float]:
    """Return texts a second of the whole reading, all different, and of its costliest parts."""
    sentences = book().sentences.to_pylist()
    texts = [f"{sentences[place % len(sentences)]} {place}" for place in range(count)]
    column, empty = pa.array(texts), pa.nulls(count, pa.string())
    table = pa.table(
        {
            "event_id": pa.array([str(place) for place in range(count)]),
            "identity_id": empty, "session_id": empty, "touchpoint": empty, "channel": empty,
            "place": empty, "language": empty, "text": column,
            "occurred_at": pa.array([0] * count, pa.timestamp("us", "UTC")),
        }
    )  # fmt: skip
    reader = Reader(lexicon.shipped(), None, {})
    began = time.perf_counter()
    reader.read(table)
    whole = time.perf_counter() - began
    began = time.perf_counter()
    reading.read(column, None, lexicon.shipped())
    by_lexicon = time.perf_counter() - began
    began = time.perf_counter()
    for text in texts:
        tokens.words(text, "zh")
    cut = time.perf_counter() - began
    return {"read whole": count / whole, "by lexicon": count / by_lexicon, "cut": count / cut}


def main() -> None:
    """Print rate and quality."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, nargs="?")
    folder = options.parse_args().folder
    for name, per_second in rate().items():
        print(f"{name}: {per_second:,.0f} texts a second")
    if folder is None:
        return
    for data in (zh_reviews(folder), airline_tweets(folder)):
        print(f"{data.name}: {data.split}")
        for name, by, n, accuracy, f1 in quality(data):
            print(f"| {name} | {by} | {n:,} | {accuracy:.3f} | {f1:.3f} |")


if __name__ == "__main__":
    main()
