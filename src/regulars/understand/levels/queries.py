"""Expressions that give each scored experience its inputs, and the versions of the parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from regulars.timeline.vocabulary import RELATIONSHIP, SURVEY, SURVEY_DISMISSED, SURVEY_SHOWN
from regulars.understand.levels.model import LevelRules

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

Place = Callable[["ir.Table"], "ir.Table"]
QUESTION = ("metric", "scale_min", "scale_max")
"""What is usual is so for all touchpoints that ask it: a bad one is not excused by being bad."""


@dataclass(frozen=True)
class ExperienceSource:
    """By which catalog (`place`) and parameters experiences are read; the same for all callers."""

    place: Place
    rules: LevelRules


def asked(view: View, source: ExperienceSource) -> ir.Table:
    """Return n, the sum of the scores and how many people, of each question in each month."""
    told = _answers(view, source)
    return told.group_by([*QUESTION, "month"]).agg(
        n=told.count(), total=told.score.sum(), people=told.person.nunique()
    )


def scored(view: View, source: ExperienceSource, usual: pa.Table) -> ir.Table:
    """Return one row an experience: all that one person said of one touchpoint on one day.

    Columns: person, touchpoint, day, place, at (the last moment), points and usual (0-100). A
    question for which nothing is `usual` in the month is answered as usual by every answer.
    """
    told = _with_usual(_answers(view, source), usual)
    return told.group_by("person", "touchpoint", "day").agg(
        place=told.place.max().fill_null(""), at=told["at"].max(), points=told.points.mean(),
        usual=told.usual.mean(),
    )  # fmt: skip


def experiences(view: View, source: ExperienceSource, scored: ir.Table) -> ir.Table:
    """Return the rows of `scored` with what went before them.

    Adds: above and earlier (sum and count of deviations from the usual on earlier days), acts
    (what the person did in the days up to it), repetition (from 0). `scored` is asked for several
    times, so give it as a table in memory.
    """
    events = _known(view)
    active = _with_activity(scored, _acts(events, scored), source.rules)
    met = _with_repetition(active, _encounters(events, scored, source))
    return _with_memory(met, source.rules).select(
        "person", "touchpoint", "place", "at", "points", "usual", "above", "earlier", "acts",
        "repetition", month=_month(met.day),
    )  # fmt: skip


def _known(view: View) -> ir.Table:
    events = view.with_person()
    events = events.filter(events.person_id.notnull())
    return events.mutate(day=view.day(events.occurred_at))


def _month(day: ir.Value) -> ir.Value:
    return (day.year().cast("int64") * 12 + day.month() - 1).cast("int64")


def _answers(view: View, source: ExperienceSource) -> ir.Table:
    placed = source.place(_known(view))
    rated = placed.filter(
        placed.actor == "customer",
        placed.touchpoint.notnull(),
        placed.score.notnull(),
        placed.scale_min.notnull(),
        placed.scale_max.notnull(),
        placed.scale_min != placed.scale_max,
        placed.survey_kind.isnull() | (placed.survey_kind != RELATIONSHIP),
    )
    return rated.select(
        "touchpoint", "place", "day", "score", "scale_min", "scale_max",
        person="person_id",
        month=_month(rated.day),
        at="occurred_at",
        metric=rated.metric.fill_null(""),
        points=100.0 * (rated.score - rated.scale_min) / (rated.scale_max - rated.scale_min),
    )  # fmt: skip


def _with_usual(told: ir.Table, usual: pa.Table) -> ir.Table:
    if not usual.num_rows:
        return told.mutate(usual=told.points)
    keys = (*QUESTION, "month")
    other = ibis.memtable(usual).rename({f"u_{name}": name for name in keys})
    both = told.left_join(other, [told[name] == other[f"u_{name}"] for name in keys])
    both = both.drop(*(f"u_{name}" for name in keys))
    return both.mutate(usual=both.usual.fill_null(both.points))


def _acts(events: ir.Table, found: ir.Table) -> ir.Table:
    """Return how much those who scored anything did a day; words of their own count as an act."""
    act = ~events.name.isin(sorted(SURVEY)) | events.text.notnull()
    own = events.filter(events.actor == "customer", act)
    own = own.semi_join(found, own.person_id == found.person)
    return own.group_by(doer="person_id", done="day").agg(acts=ibis._.count())


def _with_activity(experiences: ir.Table, acts: ir.Table, rules: LevelRules) -> ir.Table:
    since = experiences.day - ibis.interval(days=rules.window_days)
    key = experiences.mutate(since=since)
    near = key.inner_join(
        acts, [key.person == acts.doer, acts.done <= key.day, acts.done > key.since]
    )
    summed = near.group_by("person", "touchpoint", "day").agg(acts=near.acts.sum())
    return _joined(experiences, summed, "acts")


def _encounters(events: ir.Table, found: ir.Table, source: ExperienceSource) -> ir.Table:
    """Return the first days of encounters with touchpoints that a person scored at any time."""
    pairs = found.select("person", "touchpoint").distinct()
    shown = events.name.isin([SURVEY_SHOWN, SURVEY_DISMISSED])
    known = events.filter(~shown).semi_join(pairs, events.person_id == pairs.person)
    placed = source.place(known)
    met = placed.filter(placed.touchpoint.notnull()).select(
        who="person_id", spot="touchpoint", met="day"
    )
    days = met.semi_join(pairs, [met.who == pairs.person, met.spot == pairs.touchpoint]).distinct()
    last = days.met.lag().over(ibis.window(group_by=["who", "spot"], order_by="met"))
    days = days.mutate(last=last)
    apart = days["last"] + ibis.interval(days=source.rules.apart_days)
    return days.filter(days["last"].isnull() | (days.met > apart)).drop("last")


def _with_repetition(found: ir.Table, met: ir.Table) -> ir.Table:
    both = found.inner_join(
        met, [found.person == met.who, found.touchpoint == met.spot, met.met <= found.day]
    )
    counted = both.group_by("person", "touchpoint", "day").agg(again=both.count())
    joined = _joined(found, counted, "again")
    return joined.mutate(
        repetition=ibis.ifelse(joined.again > 0, joined.again - 1, 0).cast("int64")
    ).drop("again")


def _joined(experiences: ir.Table, counted: ir.Table, column: str) -> ir.Table:
    """Return experiences with a count that was made for some of them; 0 for the others."""
    other = counted.rename(o_person="person", o_touchpoint="touchpoint", o_day="day")
    both = experiences.left_join(
        other,
        [
            experiences.person == other.o_person,
            experiences.touchpoint == other.o_touchpoint,
            experiences.day == other.o_day,
        ],
    ).drop("o_person", "o_touchpoint", "o_day")
    return both.mutate(**{column: both[column].fill_null(0)})


def _with_memory(experiences: ir.Table, rules: LevelRules) -> ir.Table:
    """Add what the person's earlier days were above the usual; one day counts once."""
    away = experiences.mutate(away=experiences.points - experiences.usual)
    days = away.group_by(rater="person", rated="day").agg(away=away.away.mean())
    earlier = ibis.window(group_by="rater", order_by="rated", preceding=(rules.memory, 1))
    days = days.mutate(
        above=days.away.sum().over(earlier).fill_null(0.0),
        earlier=days.away.count().over(earlier),
    ).drop("away")
    return experiences.inner_join(
        days, [experiences.person == days.rater, experiences.day == days.rated]
    )
