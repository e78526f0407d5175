"""Numbers that other nouns have worked out, told like every metric.

What learns is imported where it is asked: a command that shows another metric does not wait for it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from regulars.kit.errors import Invalid
from regulars.kit.period import day_start
from regulars.kit.stats.estimate import Estimate
from regulars.kit.stats.proportion import proportion
from regulars.listen.profiles import service as profiles
from regulars.understand.lifetime_value.model import YEAR, LifetimeValue
from regulars.understand.metrics.answering import last_watched
from regulars.understand.metrics.model import MetricQuestion, Row
from regulars.understand.metrics.queries.scene import slice_column
from regulars.understand.value_groups import service as value_groups
from regulars.understand.value_groups.model import NONE_YET

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View
    from regulars.timeline.workspace import Workspace

JUST_BEFORE = timedelta(microseconds=1)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def lifetime_values(ws: Workspace, question: MetricQuestion) -> list[Row]:
    """Return what a customer is expected to buy in the next 12 months, as of the last day of data.

    By value group it is the expected amount of each group's customers. Raises Invalid where there
    is too little to learn from.
    """
    from regulars.understand.lifetime_value import service as lifetime_value

    finding = lifetime_value.answered(ws, question.scope, now=ws.engine.now).payload
    year = next((one for one in finding.ahead if one.days == YEAR), None)
    if year is None or finding.watched_to is None:
        raise Invalid("metrics.too_little", finding.why_not or lifetime_value.TOO_LITTLE)
    end = day_start(finding.watched_to + timedelta(days=1), ws.zone) - JUST_BEFORE
    if finding.currency not in question.filters.values.get("currency", (finding.currency,)):
        return []
    here: Row = {"at": end, "currency": finding.currency}
    if "value_group" not in question.used:
        return [{**here, **_columns(year.mean)}]
    return [{**here, **row} for row in _by_group(ws, question, finding)]


def _by_group(ws: Workspace, question: MetricQuestion, value: LifetimeValue) -> list[Row]:
    """Return the expected amounts by value group, or of the groups asked for together."""
    from regulars.understand.lifetime_value import service as lifetime_value

    moment = question.period.start or EARLIEST
    groups = ws.query(lambda view: value_groups.grouped(ws, view, moment))
    people = lifetime_value.customers(ws, question.scope, value).select(["person_id", "value"])
    known = people.join(groups, "person_id", "group_person", join_type="left outer")
    known = known.append_column("square", pc.power(known.column("value"), 2))
    sums = known.group_by("value_group").aggregate(
        [([], "count_all"), ("value", "sum"), ("square", "sum")]
    )
    allowed = question.filters.values.get("value_group")
    parts = [row for row in sums.to_pylist() if allowed is None or row["value_group"] in allowed]
    wanted = [[part] for part in parts] if "value_group" in question.by else [parts]
    return [
        {slice_column("value_group"): rows[0]["value_group"], **_columns(_together(value, rows))}
        for rows in wanted
        if rows
    ]


def _together(value: LifetimeValue, rows: list[Row]) -> Estimate:
    from regulars.understand.lifetime_value import service as lifetime_value

    n, amounts, squares = (
        sum(row[name] for row in rows) for name in ("count_all", "value_sum", "square_sum")
    )
    return lifetime_value.of_group(value, n, amounts, squares)


def group_accuracy(ws: Workspace, question: MetricQuestion) -> list[Row]:
    """Return the share of customers whose stored value group is the one their events give.

    Raises Invalid where nothing was assigned yet.
    """
    last = last_watched(ws)
    if not value_groups.runs(ws) or last is None:
        raise Invalid("value_groups.none", NONE_YET)
    found = value_groups.answered(ws, question.scope, now=ws.engine.now)
    share = found.payload.accuracy
    told = Estimate(share.n, share.value, share.low, share.high).scaled(100)
    chance = {f"chance_{name}": edge for name, edge in asdict(found.payload.chance).items()}
    return [{"at": min(found.payload.as_of - JUST_BEFORE, last), **_columns(told), **chance}]


def information_consistency(ws: Workspace, question: MetricQuestion) -> list[Row]:
    """Return the share of attributes held by two sources or more that agree, as of now.

    With chosen places, of the people who were seen there; nothing where nothing is held twice.
    """
    among = None
    if question.scope is not None:
        places = sorted(question.scope)
        seen = ws.query(lambda view: _seen(view, places))
        among = seen.column("person_id").combine_chunks()
    found = profiles.information_consistency(ws, among)
    if not found.held:
        return []
    share = proportion(found.agreed / found.held * found.size, found.held, size=found.size)
    return [{"at": last_watched(ws) or ws.engine.now, **_columns(share.scaled(100))}]


def _seen(view: View, places: list[str]) -> ir.Table:
    """Return the people who were seen in these places."""
    events = view.with_person()
    events = events.filter(events.person_id.notnull() & events.place.isin(places))
    return events.select("person_id").distinct()


def _columns(told: Estimate) -> Row:
    return {"n": told.n, "value": told.value, "low": told.low, "high": told.high}
