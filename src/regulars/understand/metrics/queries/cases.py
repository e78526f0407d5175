"""Cases and contacts: first answers, solved at once, come back."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from regulars.timeline.contacts import about, answered_by_us, contacts
from regulars.timeline.moments import SECOND, micros
from regulars.timeline.orders import whose
from regulars.timeline.vocabulary import CASE_SOLVED, CONTACTS
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
    """Return cases opened in the period, with the moment of the first answer of one of us."""
    told = _cases(scene)
    opened = _openings(scene, told)
    ours = told.filter(answered_by_us(told))
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

    Solved, one contact of the customer in the case, none within 7 days after the solution; only
    cases of days that ended 7 days ago take part.
    """
    events = _cases(scene)
    opened = _openings(scene, events)
    opened = opened.filter(opened.occurred_at < ibis.literal(scene.over(BACK_DAYS)))
    solved = _solved(events)
    theirs = contacts(events, ["case_id", "who"])
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


def _solved(events: ir.Table) -> ir.Table:
    """Return the moment at which each case was first solved.

    What a machine closes after a silence counts where one of us had answered: the customer had
    nothing to add. Where nobody had, nothing was solved.
    """
    ours = ibis.window(group_by=[events.case_id, events.who])
    answer = ibis.ifelse(answered_by_us(events), events.occurred_at, ibis.null())
    events = events.mutate(answered_at=answer.min().over(ours))
    meant = (events.actor != "system") | (events.answered_at <= events.occurred_at).fill_null(False)
    solutions = events.filter((events.name == CASE_SOLVED) & meant)
    return solutions.group_by(solved_case=solutions.case_id, solved_who=solutions.who).aggregate(
        solved_at=solutions.occurred_at.min()
    )


def come_back(scene: Scene) -> ir.Table:
    """Return contacts about a case or an order, and those followed by another within 7 days.

    Ann asks about order 7; two days later her complaint about it opens case 1: she came back.
    Contacts of the last 7 days, which are not over, are left out, as are those that name neither a
    case nor an order.
    """
    events = about(scene.people(CONTACTS))
    events = contacts(events.filter(events.matter.notnull()), ["person_id", "matter"])
    order = ibis.window(
        group_by=[events.person_id, events.contact],
        order_by=[events.occurred_at, events.event_id],
    )
    first = events.mutate(turn=ibis.row_number().over(order))
    first = first.filter(first.turn == 0)
    due = first.occurred_at < ibis.literal(scene.over(BACK_DAYS))
    first = scene.anchor(scene.within(first.filter(due)))
    again = _again(events)
    joined = first.left_join(
        again, (first.person_id == again.back_person) & (first.contact == again.back_contact)
    )
    return scene.summed(joined, n=joined.count(), yes=yes(joined.back == 1).sum())


def _again(events: ir.Table) -> ir.Table:
    """Return whether after each contact another came on its case or its order, in time."""
    named = [
        events.filter(events[name].notnull()).select(
            "person_id", "contact", "occurred_at", matter=ibis.literal(f"{name} ") + events[name]
        )
        for name in ("case_id", "order")
    ]
    both = named[0].union(named[1])
    talks = both.group_by(["person_id", "matter", "contact"]).aggregate(at=both.occurred_at.min())
    order = ibis.window(
        group_by=[talks.person_id, talks.matter], order_by=[talks["at"], talks.contact]
    )
    talks = talks.mutate(next_at=talks["at"].lead().over(order))
    back = yes(seconds(talks.next_at, talks["at"]) <= BACK_SECONDS)
    return talks.group_by(back_person=talks.person_id, back_contact=talks.contact).aggregate(
        back=back.max()
    )
