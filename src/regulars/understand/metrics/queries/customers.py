"""Shares of customers: who did something among those who could have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline.vocabulary import COMPLAINTS
from regulars.understand.metrics import periods
from regulars.understand.metrics.model import Row
from regulars.understand.metrics.queries.scene import BUCKET, Scene, summed, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir


def complaining(scene: Scene) -> ir.Table:
    """Return customers active in the period, and those of them who complained in it."""
    events = scene.anchor(scene.within(scene.people()))
    people = events.group_by([*scene.keys, "person_id"]).aggregate(
        did=yes(events.name.isin(sorted(COMPLAINTS))).max()
    )
    return summed(people, scene.keys, n=people.count(), yes=people.did.sum())


def active(scene: Scene) -> ir.Table:
    """Return customers known before the period's end, and those active in it.

    With a grain: two kinds of rows, `known` counting people by the bucket of their first action
    and `yes` counting the active ones; `known_so_far` adds the former up.
    """
    events = scene.people()
    events = events.filter(events.occurred_at < ibis.literal(scene.end))
    events = scene.sliced(scene.filtered(events))
    if scene.question.grain is None:
        people = events.group_by([*scene.keys, "person_id"]).aggregate(
            did=yes(events.occurred_at >= ibis.literal(scene.start)).max()
        )
        return summed(people, scene.keys, n=people.count(), yes=people.did.sum())
    events = scene.bucketed(events)
    met = events.group_by([*scene.keys, "person_id"]).aggregate(events=events.count())
    alone = [key for key in scene.keys if key != BUCKET]
    first = met.group_by([*alone, "person_id"]).aggregate(**{BUCKET: met[BUCKET].min()})
    known = summed(first, scene.keys, known=first.count()).mutate(yes=ibis.literal(0, "int64"))
    present = summed(met, scene.keys, yes=met.count()).mutate(known=ibis.literal(0, "int64"))
    columns = [*scene.keys, "known", "yes"]
    return known.select(columns).union(present.select(columns))


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
    events = scene.people()
    if scene.question.grain is not None:
        return _retained_by_bucket(scene, events)
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


def _retained_by_bucket(scene: Scene, events: ir.Table) -> ir.Table:
    grain = scene.question.grain or "month"
    wanted = scene.buckets()
    first = periods.step(wanted[0], grain, -1)
    lasting = (events.occurred_at >= ibis.literal(scene.bucket_start(first))) & (
        events.occurred_at < ibis.literal(scene.end)
    )
    events = scene.anchor(events.filter(lasting))
    met = events.group_by([*scene.keys, "person_id"]).aggregate(events=events.count())
    alone = [met[key] for key in scene.keys if key != BUCKET]
    order = ibis.window(group_by=[*alone, met.person_id], order_by=met[BUCKET])
    met = met.mutate(next_met=met[BUCKET].lead().over(order))
    steps = ibis.memtable(
        {"was": [first, *wanted[:-1]], "following": wanted},
        schema={"was": "date", "following": "date"},
    )
    joined = met.join(steps, met[BUCKET] == steps.was)
    joined = joined.drop(BUCKET).rename({BUCKET: "following"})
    return summed(
        joined, scene.keys, n=joined.count(), yes=yes(joined.next_met == joined[BUCKET]).sum()
    )
