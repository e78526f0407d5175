"""Count readings: by problem type, feeling, touchpoint and month, by customer, set by set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.kit.codes import coded
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.stats.proportion import exceeding, proportion
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_GROUP
from regulars.understand.words.model import KINDS, MOODS, MonthOfTexts, TopicLine

MARGIN = 0.2
"""By how much a share must lie above that of all other touchpoints to stand out: people speak of
other things on the phone than in a store, and that alone is no trouble."""
NAMES = (*(str(kind) for kind in KINDS), *(str(mood) for mood in MOODS))
MAX_WORDS = 40
Ints = NDArray[np.int64]


def flags(readings: pa.Table) -> pa.Table:
    """Return the readings with a column 0 or 1 for each problem type and feeling."""
    kinds, mood = readings.column("kinds").to_numpy(), readings.column("mood").to_numpy()
    made = readings.select(["speaker", "meant"])
    for place, kind in enumerate(KINDS):
        made = made.append_column(str(kind), pa.array((kinds >> place & 1).astype(np.int32)))
    for place, name in enumerate(MOODS):
        made = made.append_column(str(name), pa.array((mood == place - 1).astype(np.int32)))
    return made


def different(group: Ints, member: Ints, groups: int) -> Ints:
    """Return of each of `groups` how many different members it has; both are numbers from 0 on."""
    members = int(member.max(initial=-1)) + 1
    pairs = np.sort(group * members + member)  # far faster than numpy's unique, which hashes
    once = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
    counts: Ints = np.bincount(once // max(members, 1), minlength=groups)
    return counts


def lines(
    readings: pa.Table,
) -> tuple[list[TopicLine], list[TopicLine], list[TopicLine], list[TopicLine]]:
    """Return lines of feelings, of problem types, of touchpoints, and of type by touchpoint.

    A share is of the customers who wrote (at the touchpoint): who wrote often counts once.
    Touchpoints that fewer than five customers wrote about are left out.
    """
    if not readings.num_rows:
        return [], [], [], []
    table = flags(readings)
    whole = _counted(table, np.zeros(table.num_rows, np.int64), 1)
    people = int(whole.people[0])
    moods = [whole.line(0, "", str(one)) for one in MOODS]
    kinds = [whole.line(0, "", str(one)) for one in KINDS]
    placed = table.filter(pc.is_valid(table.column("meant")))
    code, touchpoints = coded(placed.column("meant"))
    there = _counted(placed, code, len(touchpoints))
    points, cells = [], []
    for row, key in enumerate(touchpoints.to_pylist()):
        wrote = int(there.people[row])
        if wrote < MIN_GROUP:
            continue
        points.append(TopicLine(key, "", int(there.texts[row]), wrote, proportion(wrote, people)))
        cells += [there.line(row, key, name) for name in NAMES]
    points.sort(key=lambda one: (-one.people, one.touchpoint))
    return moods, kinds, points, _marked(cells)


@dataclass(frozen=True)
class _Counts:
    """By group: its texts and people, and by flag how many texts and people have it."""

    texts: Ints
    people: Ints
    flagged: dict[str, tuple[Ints, Ints]]

    def line(self, row: int, touchpoint: str, name: str) -> TopicLine:
        texts, people = (int(counts[row]) for counts in self.flagged[name])
        return TopicLine(touchpoint, name, texts, people, proportion(people, int(self.people[row])))


def _counted(table: pa.Table, group: Ints, groups: int) -> _Counts:
    speaker = coded(table.column("speaker"))[0]

    def counts(rows: Ints) -> tuple[Ints, Ints]:
        texts: Ints = np.bincount(group[rows], minlength=groups)
        return texts, different(group[rows], speaker[rows], groups)

    every = counts(np.arange(table.num_rows))
    hits = {name: counts(np.flatnonzero(table.column(name).to_numpy())) for name in NAMES}
    return _Counts(*every, hits)


def _marked(cells: list[TopicLine]) -> list[TopicLine]:
    """Return the cells with those marked whose share is far above that of all other touchpoints.

    Problem types only; tested is that the share of customers lies more than MARGIN above the
    others', q-values over all cells.
    """
    kinds = set(map(str, KINDS))
    totals = {
        name: (
            sum(one.people for one in cells if one.key == name),
            sum(one.share.n for one in cells if one.key == name),
        )
        for name in kinds
    }
    tested = [one for one in cells if one.key in kinds]
    p = []
    for one in tested:
        yes, size = totals[one.key]
        rest = (yes - one.people, size - one.share.n)
        p.append(exceeding(rest, (one.people, one.share.n), MARGIN) if rest[1] else None)
    judged = {id(one): q for one, q in zip(tested, benjamini_hochberg(p), strict=True)}
    return [
        replace(one, q=(q := judged.get(id(one))), marked=q is not None and q <= FALSE_ALARM_RATE)
        for one in cells
    ]


def months(readings: pa.Table, zone: ZoneInfo) -> list[MonthOfTexts]:
    """Return by month of the reporting zone: texts, and the share of writers who were unhappy."""
    if not readings.num_rows:
        return []
    moments = pc.cast(readings.column("occurred_at"), pa.timestamp("us", tz=str(zone)))
    number = pc.add(pc.multiply(pc.year(moments), 12), pc.subtract(pc.month(moments), 1))
    month, known = coded(number)
    numbers = known.to_pylist()
    speaker = coded(readings.column("speaker"))[0]
    unhappy = np.flatnonzero(readings.column("mood").to_numpy() < 0)
    texts = np.bincount(month)
    people = different(month, speaker, len(numbers))
    negative = different(month[unhappy], speaker[unhappy], len(numbers))
    return [
        MonthOfTexts(
            f"{numbers[row] // 12:04}-{numbers[row] % 12 + 1:02}",
            int(texts[row]),
            proportion(int(negative[row]), int(people[row])),
        )
        for row in np.argsort(numbers)
    ]


def top(readings: pa.Table) -> list[tuple[str, int, int]]:
    """Return the words that most customers used: (word, customers, of them in unhappy texts)."""
    words = readings.column("words").combine_chunks()
    text = pc.list_parent_indices(words).to_numpy()
    word, vocabulary = coded(pc.list_flatten(words))
    terms = vocabulary.to_pylist()
    speaker = coded(readings.column("speaker"))[0][text]
    unhappy = readings.column("mood").to_numpy()[text] < 0
    people = different(word, speaker, len(terms))
    negative = different(word[unhappy], speaker[unhappy], len(terms))
    often = [row for row in range(len(terms)) if people[row] >= MIN_GROUP]
    best = sorted(often, key=lambda row: (-people[row], terms[row]))[:MAX_WORDS]
    return [(terms[row], int(people[row]), int(negative[row])) for row in best]
