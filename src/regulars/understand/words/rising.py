"""What rose from one window to the next: exact tests, with the false-alarm rate held down; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.stats import hypergeom

from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.stats.proportion import proportion
from regulars.understand.words.model import KINDS, MOODS, Risen

LEAST = 8
"""A word that fewer customers said in both windows together is not looked at."""
LEAST_SPEAKERS = 20
LEVEL = 0.05
MOST_SHOWN = 30
WORD, KIND, MOOD, TOUCHPOINT = "word", "type", "mood", "touchpoint"
Key = tuple[str, str]


def counted(readings: pa.Table) -> dict[Key, int]:
    """Return (sort, key) → by how many different speakers it was said."""
    long = _long(readings)
    once = long.group_by(["sort", "key", "speaker"]).aggregate([])
    table = once.group_by(["sort", "key"]).aggregate([([], "count_all")])
    return {(row["sort"], row["key"]): row["count_all"] for row in table.to_pylist()}


def _long(readings: pa.Table) -> pa.Table:
    speaker = readings.column("speaker")
    words = readings.column("words").combine_chunks()
    parents = pc.list_parent_indices(words)
    parts = [_part(WORD, pc.list_flatten(words), speaker.take(parents))]
    kinds = readings.column("kinds").to_numpy()
    for place, kind in enumerate(KINDS):
        hit = speaker.filter(pa.array((kinds >> place & 1) > 0))
        parts.append(_part(KIND, _same(kind, len(hit)), hit))
    moods = readings.column("mood").to_numpy()
    for place, mood in enumerate(MOODS):
        hit = speaker.filter(pa.array(moods == place - 1))
        parts.append(_part(MOOD, _same(mood, len(hit)), hit))
    known = pc.is_valid(readings.column("meant"))
    parts.append(_part(TOUCHPOINT, readings.column("meant").filter(known), speaker.filter(known)))
    return pa.concat_tables(parts)


def _same(value: str, count: int) -> pa.Array:
    return pa.array([str(value)] * count, pa.string())


def _part(sort: str, keys: pa.Array, speakers: pa.Array) -> pa.Table:
    columns = {"sort": _same(sort, len(keys)), "key": keys, "speaker": speakers}
    return pa.table(columns).cast(pa.schema([(name, pa.string()) for name in columns]))


def compare(
    before: Mapping[Key, int], now: Mapping[Key, int], speakers_before: int, speakers: int
) -> list[Risen]:
    """Return every word and category looked at, the surest rise first.

    Each is Fisher's exact test, one-sided, of customers who said it among those who said
    anything; q-values are Benjamini and Hochberg's over all that were looked at. Looked at is
    what enough customers said in both windows together, which favours neither direction.
    """
    if min(speakers_before, speakers) < LEAST_SPEAKERS:
        return []
    keys = sorted(key for key in {*before, *now} if before.get(key, 0) + now.get(key, 0) >= LEAST)
    a = np.array([before.get(key, 0) for key in keys], dtype=np.int64)
    b = np.array([now.get(key, 0) for key in keys], dtype=np.int64)
    p = upper(a, b, speakers_before, speakers)
    q = benjamini_hochberg([float(one) for one in p])
    made = [
        Risen(
            key, sort, int(a[row]), int(b[row]), proportion(int(a[row]), speakers_before),
            proportion(int(b[row]), speakers), float(p[row]), float(q[row] or 0.0),
            (q[row] or 0.0) <= LEVEL,
        )
        for row, (sort, key) in enumerate(keys)
    ]  # fmt: skip
    return sorted(made, key=lambda one: (one.p, -one.now, one.key))


def upper(
    before: NDArray[np.int64], now: NDArray[np.int64], speakers_before: int, speakers: int
) -> NDArray[np.float64]:
    """Return the chance of so many or more in the later window if nothing had changed."""
    if not len(now):
        return np.zeros(0)
    found: NDArray[np.float64] = np.asarray(
        hypergeom.sf(now - 1, speakers_before + speakers, before + now, speakers), dtype=np.float64
    )
    return np.clip(found, 0.0, 1.0)


def alarms(made: Sequence[Risen]) -> int:
    """Return how many rises are called out."""
    return sum(one.risen for one in made)
