"""What rose from one window to the next: exact tests, with the false-alarm rate held down; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy
from numpy.typing import NDArray

from regulars.kit.codes import coded
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.stats.proportion import proportion
from regulars.understand.policy import FALSE_ALARM_RATE
from regulars.understand.words.counting import different
from regulars.understand.words.model import KINDS, MOODS, Risen

LEAST = 8
"""A word that fewer customers said in both windows together is not looked at."""
MIN_SPEAKERS = 20
MAX_SHOWN = 30
WORD, KIND, MOOD, TOUCHPOINT = "word", "type", "mood", "touchpoint"
Key = tuple[str, str]


def counted(readings: pa.Table) -> dict[Key, int]:
    """Return (sort, key) → by how many different speakers it was said."""
    speaker = coded(readings.column("speaker"))[0]
    words = readings.column("words").combine_chunks()
    said, known = coded(pc.list_flatten(words))
    people = different(said, speaker[pc.list_parent_indices(words).to_numpy()], len(known))
    counts = {(WORD, key): int(n) for key, n in zip(known.to_pylist(), people, strict=True)}
    kinds, moods = readings.column("kinds").to_numpy(), readings.column("mood").to_numpy()
    hits = {(KIND, str(kind)): kinds >> place & 1 > 0 for place, kind in enumerate(KINDS)}
    hits |= {(MOOD, str(mood)): moods == place - 1 for place, mood in enumerate(MOODS)}
    counts |= {key: _people(speaker[hit]) for key, hit in hits.items() if hit.any()}
    meant = readings.column("meant")
    where = np.flatnonzero(pc.is_valid(meant).to_numpy())
    place, touchpoints = coded(meant.drop_null())
    here = different(place, speaker[where], len(touchpoints))
    return counts | {
        (TOUCHPOINT, key): int(n) for key, n in zip(touchpoints.to_pylist(), here, strict=True)
    }


def _people(speaker: NDArray[np.int64]) -> int:
    return int(different(np.zeros_like(speaker), speaker, 1)[0])


def compare(
    before: Mapping[Key, int], now: Mapping[Key, int], speakers_before: int, speakers: int
) -> list[Risen]:
    """Return every word and category looked at, the surest rise first.

    Each is Fisher's exact test, one-sided, of customers who said it among those who said
    anything; q-values are Benjamini and Hochberg's over all that were looked at. Looked at is
    what enough customers said in both windows together, which favours neither direction.
    """
    if min(speakers_before, speakers) < MIN_SPEAKERS:
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
            (q[row] or 0.0) <= FALSE_ALARM_RATE,
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
        scipy.stats.hypergeom.sf(now - 1, speakers_before + speakers, before + now, speakers),
        dtype=np.float64,
    )
    return np.clip(found, 0.0, 1.0)


def alarms(made: Sequence[Risen]) -> int:
    """Return how many rises are called out."""
    return sum(one.risen for one in made)
