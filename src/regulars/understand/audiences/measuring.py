"""From sums to values with n and interval, and tests of audiences against the rest; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from regulars.kit.stats import mean, nps
from regulars.kit.stats.estimate import Change, Estimate
from regulars.kit.stats.mean import Sums
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.timeline.vocabulary import RELATIONSHIP
from regulars.understand.audiences.fields import FELT
from regulars.understand.audiences.model import ComparedAudiences, Outline
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.lifetime_value.model import LifetimeValue
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_GROUP, MIN_SAMPLE

Subject = tuple[str, str, str, float, float, str | None]
Test = tuple[str, Subject, Sums, Sums, Change]
"""Key of the audience, subject, its members, all the others, and the difference."""


def outline(
    fits: Mapping[str, float], rest: Mapping[str, float], worth: LifetimeValue | None
) -> Outline:
    """Return an audience's size, value and scores from the sums of both sides.

    `worth` are the models that lifetime values were foretold by.
    """
    n, others = int(fits.get("n", 0)), int(rest.get("n", 0))
    if n < MIN_GROUP:
        return Outline(n, n + others)
    enough = others >= MIN_GROUP
    return Outline(
        n,
        n + others,
        mean.mean(_sums(fits, "n", "spend")),
        fits["spend"],
        _worth(fits, worth),
        _nps(fits),
        _mean(fits, "csat"),
        _nps_change(rest, fits) if enough else None,
        mean.welch(_of(rest, "csat"), _of(fits, "csat"))
        if enough and min(fits["csat_n"], rest["csat_n"]) >= MIN_GROUP
        else None,
    )


def _sums(row: Mapping[str, float], count: str, name: str) -> Sums:
    return Sums(int(row.get(count, 0)), row.get(name, 0.0), row.get(f"{name}_squares", 0.0))


def _of(row: Mapping[str, float], name: str) -> Sums:
    return _sums(row, f"{name}_n", name)


def _mean(row: Mapping[str, float], name: str) -> Estimate:
    """Return the mean of who has a value; nothing but n below the smallest group told."""
    found = _of(row, name)
    return mean.mean(found) if found.n >= MIN_GROUP else Estimate(found.n, None, None, None)


def _worth(row: Mapping[str, float], worth: LifetimeValue | None) -> Estimate:
    """Return what is expected of a customer: a forecast, not an observation of each."""
    found = _of(row, "worth")
    if found.n < MIN_GROUP:
        return Estimate(found.n, None, None, None)
    return lifetime_value.of_group(worth, found.n, found.total, found.squares)


def _nps(row: Mapping[str, float]) -> Estimate:
    n = int(row["nps_answers"])
    if n < MIN_GROUP:
        return Estimate(n, None, None, None)
    return nps.nps(row["promoters"], row["detractors"], n)


def _nps_change(rest: Mapping[str, float], fits: Mapping[str, float]) -> Change | None:
    if min(rest["nps_answers"], fits["nps_answers"]) < MIN_GROUP:
        return None
    return nps.nps_change(_answers(rest), _answers(fits))


def _answers(row: Mapping[str, float]) -> tuple[float, float, float]:
    return row["promoters"], row["detractors"], row["nps_answers"]


def compare(
    rows: Iterable[Mapping[str, Any]], keys: Sequence[str], chosen_by: Mapping[str, frozenset[str]]
) -> tuple[list[ComparedAudiences], int]:
    """Return every tested comparison, the surest first, and how many there were.

    `rows` are those of `queries.answers`; bit i of their mask stands for `keys[i]`. A comparison
    is tested (Welch, over customers) when both sides have 30 customers; the share of false alarms
    over all of them is held to 5 % (Benjamini and Hochberg). An audience that was chosen by its
    answers (`chosen_by`: key → fields of its condition) is not tested on the same answers; by
    experience levels, on no answer about a touchpoint.
    """
    by_subject: dict[Subject, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        names = ("kind", "subject", "metric", "scale_min", "scale_max", "survey_kind")
        by_subject[tuple(row[name] for name in names)].append(row)
    tested: list[Test] = []
    for subject, of_subject in sorted(by_subject.items(), key=lambda item: str(item[0])):
        for place, key in enumerate(keys):
            fields = chosen_by.get(key, frozenset())
            if subject[2] in fields or (fields & FELT and subject[5] != RELATIONSHIP):
                continue
            inside = _added(row for row in of_subject if row["mask"] >> place & 1)
            outside = _added(row for row in of_subject if not row["mask"] >> place & 1)
            if min(inside.n, outside.n) >= MIN_SAMPLE:
                change = mean.welch(outside, inside)
                tested.append((key, subject, inside, outside, change))
    qs = benjamini_hochberg([change.p for *_rest, change in tested])
    made = [_compared(one, q) for one, q in zip(tested, qs, strict=True)]
    made.sort(key=lambda one: (one.q if one.q is not None else 2.0, one.audience))
    return made, len(tested)


def _added(rows: Iterable[Mapping[str, Any]]) -> Sums:
    n, total, squares = 0, 0.0, 0.0
    for row in rows:
        n, total, squares = n + row["n"], total + row["total"], squares + row["squares"]
    return Sums(n, total, squares)


def _compared(test: Test, q: float | None) -> ComparedAudiences:
    key, subject, inside, outside, change = test
    verdict = None
    if q is not None and q <= FALSE_ALARM_RATE and change.difference:
        verdict = "better" if change.difference > 0 else "worse"
    kind, name, metric = subject[:3]
    scale = (0.0, 100.0)
    return ComparedAudiences(
        key,
        kind,
        name,
        metric,
        mean.mean(inside, scale=scale),
        mean.mean(outside, scale=scale),
        change,
        q,
        verdict,
    )
