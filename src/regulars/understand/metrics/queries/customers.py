"""Shares of customers: who did something among those who could have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from regulars.kit.errors import Invalid
from regulars.kit.period import Period
from regulars.kit.text import Text
from regulars.timeline.vocabulary import COMPLAINTS
from regulars.understand.metrics import periods
from regulars.understand.metrics.model import Row
from regulars.understand.metrics.queries.gaps import by_slice, gaps
from regulars.understand.metrics.queries.presence import presence
from regulars.understand.metrics.queries.scene import BUCKET, Scene, summed, yes
from regulars.understand.metrics.windows import Window

if TYPE_CHECKING:
    from datetime import date

    import ibis.expr.types as ir
    import pyarrow as pa


def complaining(scene: Scene) -> ir.Table:
    """Return customers active in the period, and those of them who complained in it."""
    if scene.question.grain is not None:
        events = scene.sliced(scene.filtered(scene.within(scene.identified())))
        met = presence(scene, events, scene.buckets(), {"here": None, "did": _complained})
        return met.summed(lambda k: {"n": met.at("here", k), "yes": met.at("did", k)})
    events = scene.sliced(scene.filtered(scene.within(scene.people())))
    people = events.group_by([*scene.keys, "person_id"]).aggregate(
        did=yes(_complained(events)).max()
    )
    return summed(people, scene.keys, n=people.count(), yes=people.did.sum())


def presence_days(scene: Scene) -> ir.Table:
    """Return who was there and who complained, by day and the day before it (see `gaps`)."""
    return gaps(scene, scene.sliced(scene.filtered(scene.identified())), {"did": _complained})


def complaining_between(kept: pa.Table, window: Window) -> list[Row] | None:
    """Return `complaining`'s rows of a window of whole days."""
    rows = [
        {**keys, BUCKET: bucket, "n": people.between(*days), "yes": people.between(*days, "did")}
        for keys, people in by_slice(kept, window.keys)
        for bucket, days in _spans(window)
    ]
    return [row for row in rows if row["n"]]


def _spans(window: Window) -> list[tuple[date | None, tuple[date, date]]]:
    """Return the window's buckets with their first days and the days after their last."""
    assert window.days is not None
    first, after = window.days
    if window.grain is None:
        return [(None, (first, after))]
    spans: list[tuple[date | None, tuple[date, date]]] = []
    bucket = periods.bucket_of(first, window.grain)
    while bucket < after:
        following = periods.step(bucket, window.grain)
        spans.append((bucket, (max(bucket, first), min(following, after))))
        bucket = following
    return spans


def _complained(events: ir.Table) -> ir.BooleanValue:
    return events.name.isin(sorted(COMPLAINTS))


def active(scene: Scene) -> ir.Table:
    """Return customers known before the period's end, and those active in it.

    With a grain `known` counts people by the bucket of their first action, whoever was known
    before the period in the bucket before its first; `known_so_far` adds these up.
    """
    if scene.question.grain is not None:
        events = scene.sliced(scene.filtered(scene.until_end(scene.identified())))
        buckets = _and_before(scene)
        met = presence(scene, events, buckets, {"here": None})
        return met.summed(lambda k: {"known": met.began("here", k), "yes": met.at("here", k)})
    events = scene.sliced(scene.filtered(scene.until_end(scene.people())))
    people = events.group_by([*scene.keys, "person_id"]).aggregate(
        did=yes(events.occurred_at >= ibis.literal(scene.start)).max()
    )
    return summed(people, scene.keys, n=people.count(), yes=people.did.sum())


def active_between(daily_rows: pa.Table, window: Window) -> list[Row] | None:
    """Return n known and yes active people of a window of whole days, as `known_so_far` does."""
    spans = _spans(window)
    return [
        {
            **keys,
            BUCKET: bucket,
            "n": people.known(after),
            "yes": people.between(bucket or first, after),
        }
        for keys, people in by_slice(daily_rows, window.keys)
        if people.known(spans[-1][1][1])
        for bucket, (first, after) in spans
    ]


def retained_between(daily_rows: pa.Table, window: Window) -> list[Row] | None:
    """Return `retained`'s rows of a window of whole days; None when those before are not whole."""
    rows: list[Row] = []
    for bucket, (begins, after) in _spans(window):
        if bucket is None or window.grain is None:
            first = begins
            earlier = periods.previous(Period(window.start, window.end), window.zone)
            before = window.day(earlier.start) if earlier and earlier.start else None
        else:
            first, before = bucket, periods.step(bucket, window.grain, -1)
        if before is None:
            return None
        for keys, people in by_slice(daily_rows, window.keys):
            was, here = people.between(before, first), people.between(first, after)
            either = people.between(before, after)
            rows.append({**keys, BUCKET: bucket, "n": was, "yes": was + here - either})
    return [row for row in rows if row["n"]]


def _and_before(scene: Scene) -> list[date]:
    """Return the buckets of the period and the one before, which holds whatever was earlier."""
    wanted = scene.buckets()
    return [periods.step(wanted[0], scene.question.grain or "month", -1), *wanted]


def known_so_far(rows: list[Row], scene: Scene) -> list[Row]:
    """Turn `active`'s rows into n and yes for each bucket of the period."""
    if scene.question.grain is None:
        return rows
    wanted = scene.buckets()
    slices: dict[tuple[object, ...], list[Row]] = {}
    alone = [key for key in scene.keys if key != BUCKET]
    for row in rows:
        slices.setdefault(tuple(row[key] for key in alone), []).append(row)
    result: list[Row] = []
    for values, found in slices.items():
        for bucket in wanted:
            known = sum(row["known"] for row in found if row[BUCKET] <= bucket)
            here = sum(row["yes"] for row in found if row[BUCKET] == bucket)
            result.append(
                dict(zip(alone, values, strict=True)) | {BUCKET: bucket, "n": known, "yes": here}
            )
    return result


def retained(scene: Scene) -> ir.Table:
    """Return customers active in the period before, and those of them active again in this one."""
    if scene.question.grain is not None:
        return _retained_by_bucket(scene)
    events = scene.people()
    before = periods.previous(scene.period, scene.zone)
    if before is None or before.start is None:
        raise Invalid(
            "metrics.open_period",
            Text("Choose a period with a beginning and an end.", "请选择有起止的时间段。"),
        )
    lasting = (events.occurred_at >= ibis.literal(before.start)) & (
        events.occurred_at < ibis.literal(scene.end)
    )
    events = scene.sliced(scene.filtered(events.filter(lasting)))
    here = events.occurred_at >= ibis.literal(scene.start)
    people = events.group_by([*scene.keys, "person_id"]).aggregate(
        was=yes(~here).max(), again=yes(here).max()
    )
    people = people.filter(people.was == 1)
    return summed(people, scene.keys, n=people.count(), yes=people.again.sum())


def _retained_by_bucket(scene: Scene) -> ir.Table:
    buckets = _and_before(scene)
    events = scene.until_end(scene.identified())
    events = events.filter(events.occurred_at >= ibis.literal(scene.bucket_start(buckets[0])))
    met = presence(scene, scene.sliced(scene.filtered(events)), buckets, {"here": None})

    def sums(k: int) -> dict[str, ir.Value]:
        was, here = met.at("here", k), met.at("here", k + 1)
        return {"n": was, "yes": was & here}

    return met.summed(sums, buckets[1:])
