"""Shares of customers: who did something among those who could have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline.vocabulary import COMPLAINTS
from regulars.understand.metrics import periods
from regulars.understand.metrics.model import Row
from regulars.understand.metrics.queries.presence import presence
from regulars.understand.metrics.queries.scene import BUCKET, Scene, summed, yes

if TYPE_CHECKING:
    from datetime import date

    import ibis.expr.types as ir


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
