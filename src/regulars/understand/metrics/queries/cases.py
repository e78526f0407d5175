"""Cases and contacts: first answers, solved at once, come back."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from regulars.timeline.moments import SECOND, micros
from regulars.timeline.orders import whose
from regulars.timeline.vocabulary import ANSWERS, CASE_SOLVED, CONTACTS
from regulars.understand.metrics.model import Row
from regulars.understand.metrics.periods import bucket_of
from regulars.understand.metrics.queries.scene import BUCKET, Scene, seconds, yes
from regulars.understand.metrics.windows import Window

if TYPE_CHECKING:
    import ibis.expr.types as ir

BACK_DAYS = 7
BACK_SECONDS = BACK_DAYS * 86_400


def _cases(scene: Scene) -> ir.Table:
    """Return all that was said and done in cases; `case_id` and `who` tell cases apart."""
    events = scene.events.filter(scene.events.case_id.notnull())
    return whose(events, "case_id")


def _openings(scene: Scene, cases: ir.Table) -> ir.Table:
    """Return each case's first word of the customer, in the period."""
    events = cases.filter(cases.actor == "customer")
    order = ibis.window(
        group_by=[events.case_id, events.who], order_by=[events.occurred_at, events.event_id]
    )
    events = events.mutate(turn=ibis.row_number().over(order))
    return scene.anchor(scene.within(events.filter(events.turn == 0)))


def _first_answers(scene: Scene) -> ir.Table:
    """Return cases opened in the period, with the moment of our first answer."""
    told = _cases(scene)
    opened = _openings(scene, told)
    ours = told.filter((told.actor != "customer") & told.name.isin(sorted(ANSWERS)))
    replies = ours.select(
        answered_case=ours.case_id, answered_who=ours.who, answered_at=ours.occurred_at
    )
    joined = opened.left_join(
        replies,
        (opened.case_id == replies.answered_case)
        & (opened.who == replies.answered_who)
        & (replies.answered_at >= opened.occurred_at),
    )
    return joined.group_by([*scene.keys, "case_id", "who", "occurred_at"]).aggregate(
        answered_at=joined.answered_at.min()
    )


def first_answers(scene: Scene) -> ir.Table:
    """Return cases opened in the period by the seconds until our first answer.

    Columns: seconds, happened (answered), censored (still open at the horizon).
    """
    cases = _first_answers(scene)
    waited = seconds(cases.answered_at, cases.occurred_at)
    waiting = seconds(scene.horizon, cases.occurred_at)
    cases = cases.mutate(
        seconds=ibis.greatest(ibis.coalesce(waited, waiting), 0),
        happened=yes(cases.answered_at.notnull()),
    )
    return cases.group_by([*scene.keys, "seconds"]).aggregate(
        happened=cases.happened.sum(), censored=(1 - cases.happened).sum()
    )


def answers_by_day(scene: Scene) -> ir.Table:
    """Return the same, with the second at which a case was opened (`since`) while it is open."""
    cases = _first_answers(scene)
    happened = yes(cases.answered_at.notnull())
    waited = ibis.greatest(seconds(cases.answered_at, cases.occurred_at), 0)
    since = ibis.ifelse(happened == 1, ibis.null("int64"), micros(cases.occurred_at) // SECOND)
    cases = cases.mutate(happened=happened, seconds=waited, since=since)
    return cases.group_by([*scene.keys, "seconds", "since"]).aggregate(
        happened=cases.happened.sum(), censored=(1 - cases.happened).sum()
    )


def answers_between(answered: pa.Table, window: Window) -> list[Row] | None:
    """Return `first_answers`' rows of a window of whole days, made of `answers_by_day`."""
    if window.days is None or window.horizon is None:
        return None
    first, after = (pa.scalar(edge, answered.schema.field(BUCKET).type) for edge in window.days)
    day = answered.column(BUCKET)
    found = answered.filter(pc.and_(pc.greater_equal(day, first), pc.less(day, after)))
    open_for = pc.subtract(floor(window.horizon.timestamp()), found.column("since"))
    waits = pc.coalesce(found.column("seconds"), open_for)
    found = found.set_column(found.schema.get_field_index("seconds"), "seconds", waits)
    rows: list[Row] = found.drop_columns(["since"]).to_pylist()
    if window.grain is None:
        return [{name: row[name] for name in row if name != BUCKET} for row in rows]
    return [{**row, BUCKET: bucket_of(row[BUCKET], window.grain)} for row in rows]


def solved_at_once(scene: Scene) -> ir.Table:
    """Return cases opened in the period, and those solved without a second contact.

    Solved, one contact of the customer in the case (one session counts once), none within 7 days
    after the solution; only cases of days that ended 7 days ago take part.
    """
    events = _cases(scene)
    opened = _openings(scene, events)
    opened = opened.filter(opened.occurred_at < ibis.literal(scene.over(BACK_DAYS)))
    solutions = events.filter(events.name == CASE_SOLVED)
    solved = solutions.group_by(solved_case=solutions.case_id, solved_who=solutions.who).aggregate(
        solved_at=solutions.occurred_at.min()
    )
    theirs = events.filter((events.actor == "customer") & events.name.isin(sorted(CONTACTS)))
    theirs = theirs.mutate(contact=ibis.coalesce(theirs.session_id, theirs.event_id))
    pairs = theirs.join(
        solved, (theirs.case_id == solved.solved_case) & (theirs.who == solved.solved_who)
    )
    near = seconds(pairs.occurred_at, pairs.solved_at) < BACK_SECONDS
    pairs = pairs.filter(near)
    tried = pairs.group_by(tried_case=pairs.case_id, tried_who=pairs.who).aggregate(
        contacts=pairs.contact.nunique()
    )
    joined = opened.left_join(
        tried, (opened.case_id == tried.tried_case) & (opened.who == tried.tried_who)
    )
    return scene.summed(joined, n=joined.count(), yes=yes(joined.contacts == 1).sum())


def come_back(scene: Scene) -> ir.Table:
    """Return contacts about a case or an order, and those followed by another within 7 days.

    Contacts of one session are one. Those of the last 7 days, which are not over, are left out, as
    are those that name neither a case nor an order.
    """
    events = scene.people(CONTACTS)
    events = events.mutate(matter=ibis.coalesce(events.case_id, events.order_id))
    events = events.filter(events.matter.notnull())
    events = events.mutate(contact=ibis.coalesce(events.session_id, events.event_id))
    talk = ibis.window(
        group_by=[events.person_id, events.matter, events.contact],
        order_by=[events.occurred_at, events.event_id],
    )
    events = events.mutate(turn=ibis.row_number().over(talk))
    events = events.filter(events.turn == 0)
    order = ibis.window(
        group_by=[events.person_id, events.matter],
        order_by=[events.occurred_at, events.event_id],
    )
    events = events.mutate(next_at=events.occurred_at.lead().over(order))
    back = yes(seconds(events.next_at, events.occurred_at) <= BACK_SECONDS)
    events = events.mutate(back=back)
    due = events.occurred_at < ibis.literal(scene.over(BACK_DAYS))
    events = scene.anchor(scene.within(events.filter(due)))
    return scene.summed(events, n=events.count(), yes=events.back.sum())
