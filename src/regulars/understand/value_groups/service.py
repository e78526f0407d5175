"""The verbs of value groups: assign, change the rules, and tell how things stand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.company.documents import service as documents
from regulars.company.rights.model import Principal, Scope
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.ranked import ranked
from regulars.kit.stats.mean import Sums, mean
from regulars.kit.stats.proportion import wilson
from regulars.kit.text import Text
from regulars.timeline import currency
from regulars.timeline import people as timeline_people
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.policy import MIN_GROUP
from regulars.understand.value_groups import assigning, queries, weighting
from regulars.understand.value_groups.assigning import (
    Assignment,
    again,
    assign,
    assign_due,
    load,
    runs,
    stamps,
    unlearn,
)
from regulars.understand.value_groups.listing import chosen, customers
from regulars.understand.value_groups.model import (
    DIMENSIONS,
    GROUPS,
    NOBODY,
    NONE_YET,
    REASONS,
    SEGMENTS,
    GroupOverview,
    GroupShare,
    Move,
    Row,
    Rules,
    Threshold,
    quotas,
    reached,
    reasons,
    shares_below,
)
from regulars.understand.value_groups.weighting import rules

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

CHANGED = pa.schema(
    [
        *((name, pa.string()) for name in ("person_id", "before", "after", "reason")),
        *((name, pa.float64()) for name in ("score_before", "score", "spend")),
    ]
)
__all__ = [
    "again",
    "answered",
    "assign",
    "assign_due",
    "changed",
    "chosen",
    "currency_of",
    "customers",
    "group_of",
    "grouped",
    "overview",
    "rules",
    "rules_history",
    "runs",
    "set_rules",
    "stamps",
    "stored",
    "unlearn",
]


def set_rules(ws: Workspace, wanted: Rules, *, by: Principal, now: datetime) -> Rules:
    """Put new weights and window in force; the next assignment follows them.

    Raises Invalid for negative weights, all weights 0, or a window under 30 or over 1,100 days.
    """
    values = weighting.weights_of(wanted)
    return documents.save(ws, weighting.RULES, json.dumps(values), by, now=now, details=values)


def grouped(ws: Workspace, view: View, moment: datetime) -> ir.Table:
    """Return (group_person, value_group) by the assignment in force at `moment`.

    Before the first one, that counts. Raises Invalid where nothing was assigned yet.
    """
    found = assigning.in_force(ws, moment)
    if found is None:
        raise Invalid("value_groups.none", NONE_YET, field="value_group")
    return queries.grouped(view, found.people)


def currency_of(ws: Workspace) -> str:
    """Return the currency of everybody's spend in the last assignment, without reading events."""
    with ws.database.reading() as connection:
        return queries.newest_currency(connection) or ws.settings.workspace.currency


def rules_history(ws: Workspace) -> list[tuple[Rules, datetime, str]]:
    """Return every version of the rules with when and by whom, the newest first."""
    return documents.history(ws, weighting.RULES)


def overview(
    ws: Workspace, *, scope: Scope = None, number: int | None = None
) -> GroupOverview | None:
    """Return how the last assignment (or assignment `number`) stands; None before the first.

    With a `scope`, of the customers who were seen in its places. Raises NotFound.
    """
    assignments = runs(ws)
    if number is None:
        if not assignments:
            return None
        number = assignments[0][0]
    now = _loaded(ws, number)
    earlier = [one for one, moment in assignments if moment < now.as_of]
    before = load(ws, earlier[0]) if earlier else None
    run = _within(ws, now, scope)
    changed = _changed(before, now, run) if before else None
    drawn = int(pc.sum(run.column("drawn")).as_py() or 0)
    return GroupOverview(
        as_of=now.as_of,
        rules=now.rules,
        currency=now.currency,
        customers=run.num_rows,
        groups=_rows(run, "group", GROUPS),
        segments=_rows(run, "segment", SEGMENTS),
        moves=_moves(changed),
        stability=_stability(changed),
        accuracy=_accuracy(ws, now),
        thresholds=_thresholds(now),
        before=before.as_of if before else None,
        new=run.num_rows - changed.num_rows if changed is not None else 0,
        drawn=drawn,
        chance=_share(drawn, run.num_rows),
        history=[moment.isoformat() for _number, moment in assignments],
        money=currency.of_orders(ws, scope).note,
    )


def refresh(ws: Workspace, *, now: datetime) -> None:
    """Assign the groups of the last month where that is due, and tell how things stand."""
    assign_due(ws, now=now)
    answered(ws, None, now=now)


def stored(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[GroupOverview] | None:
    """Return the stored overview of the last assignment, or None; notes that it was asked for."""
    about = _about(ws, scope)
    return None if about is None else findings.find(ws, FINDING, about, now=now)


def answered(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[GroupOverview]:
    """Return the same, computed now if need be; the first assignment is made here.

    Raises NotFound where there is nobody to group.
    """
    if not runs(ws):
        assign_due(ws, now=now)
    about = _about(ws, scope)
    if about is None:
        raise NotFound("value_groups.none", NOBODY)
    return findings.answer(ws, FINDING, about, now=now)


def changed(ws: Workspace, *, scope: Scope = None) -> pa.Table:
    """Return every customer whose group changed at the last assignment, the highest score first.

    Columns of CHANGED, with words of the model; of the customers seen in the places of `scope`.
    Empty when there is nothing to compare with.
    """
    known = runs(ws)
    if len(known) < 2:
        return CHANGED.empty_table()
    now, before = _loaded(ws, known[0][0]), _loaded(ws, known[1][0])
    found = _changed(before, now, _within(ws, now, scope))
    return ranked(
        found.filter(pc.not_equal(found.column("before"), found.column("after"))), "score"
    )


def group_of(ws: Workspace, person: str, *, scope: Scope = None) -> dict[str, Any] | None:
    """Return one person's group, segment, score and values of the last assignment, or None.

    With a `scope`, None for who was never seen in its places.
    """
    assignments = runs(ws)
    if not assignments:
        return None
    people = customers(ws, scope)
    # Somebody linked since was assigned under one of the identities of today.
    known_as = pa.array(timeline_people.identities_of(ws, person), pa.string())
    rows = people.filter(pc.is_in(people.column("person_id"), known_as)).slice(0, 1).to_pylist()
    return {**rows[0], "as_of": assignments[0][1]} if rows else None


def _loaded(ws: Workspace, number: int) -> Assignment:
    run = load(ws, number)
    if run is None:
        raise NotFound(
            "value_groups.run",
            Text("There is no such assignment.", "没有这次分组。"),
        )
    return run


def _within(ws: Workspace, run: Assignment, scope: Scope) -> pa.Table:
    if scope is None:
        return run.people
    seen = ws.query(lambda view: queries.seen_at(view, sorted(scope), run.as_of), as_of=run.as_of)
    return run.people.filter(
        pc.is_in(run.people.column("person_id"), seen.column("person_id").combine_chunks())
    )


def _rows(people: pa.Table, column: str, keys: tuple[Any, ...]) -> list[Row]:
    rows = []
    codes = people.column(column)
    for code, key in enumerate(keys):
        part = people.filter(pc.equal(codes, pa.scalar(code, pa.int8())))
        spend = part.column("spend").to_numpy()
        n = len(spend)
        average = mean(Sums(n, float(spend.sum()), float((spend * spend).sum())))
        rows.append(
            Row(
                str(key),
                n,
                float(spend.sum()),
                average.value,
                average.low,
                average.high,
                float(part.column("frequency").to_numpy().mean()) if n else None,
                float(part.column("depth").to_numpy().mean()) if n else None,
            )
        )
    return rows


def _changed(before: Assignment, now: Assignment, shown: pa.Table) -> pa.Table:
    """Return the customers of both assignments with both groups and the reason of a change.

    Ann spent more and rose from potential to core by spend; bo fell by the draw among equals; cho,
    whom only one of the two knows, is left out.
    """
    ranked = [_with_ranks(run.people) for run in (before, now)]
    later = ranked[1].filter(
        pc.is_in(ranked[1].column("person_id"), shown.column("person_id").combine_chunks())
    )
    both = later.join(ranked[0], "person_id", join_type="inner", right_suffix="_before")
    both = both.take(pc.sort_indices(both, sort_keys=[("person_id", "ascending")]))

    def column(name: str) -> NDArray[np.float64]:
        found: NDArray[np.float64] = both.column(name).to_numpy().astype(np.float64)
        return found

    was, is_now = column("group_before").astype(np.int8), column("group").astype(np.int8)
    why = reasons(
        [column(f"{name}_before") for name in DIMENSIONS],
        [column(name) for name in DIMENSIONS],
        is_now < was,
        (
            [column(f"{name}_rank_before") for name in DIMENSIONS],
            [column(f"{name}_rank") for name in DIMENSIONS],
        ),
        now.rules.weights,
        drawn=(column("drawn") + column("drawn_before")) > 0,
        same_rules=before.rules == now.rules,
    )
    names, words = np.array([str(g) for g in GROUPS]), np.array([str(r) for r in REASONS])
    return pa.table(
        {
            "person_id": both.column("person_id"),
            "before": pa.array(names[was]),
            "after": pa.array(names[is_now]),
            "reason": pa.array(words[why]),
            "score_before": both.column("score_before"),
            "score": both.column("score"),
            "spend": both.column("spend"),
        }
    )


def _with_ranks(people: pa.Table) -> pa.Table:
    for name in DIMENSIONS:
        ranks = shares_below(people.column(name).to_numpy().astype(np.float64))
        people = people.append_column(f"{name}_rank", pa.array(ranks))
    return people


def _moves(found: pa.Table | None) -> list[Move]:
    if found is None:
        return []
    counted = found.group_by(["before", "after", "reason"]).aggregate([([], "count_all")])
    moves: dict[tuple[str, str], Counter[str]] = {}
    for row in counted.to_pylist():
        counts = moves.setdefault((row["before"], row["after"]), Counter())
        counts[row["reason"]] += row["count_all"]
    return [
        Move(was, is_now, counts.total(), _told(counts) if was != is_now else {})
        for (was, is_now), counts in sorted(moves.items())
    ]


def _told(counts: Counter[str]) -> dict[str, int]:
    return dict(counts.most_common()) if counts.total() >= MIN_GROUP else {}


def _stability(found: pa.Table | None) -> GroupShare:
    if found is None:
        return GroupShare(0, None, None, None)
    same = pc.sum(pc.equal(found.column("before"), found.column("after"))).as_py() or 0
    return _share(same, found.num_rows)


def _accuracy(ws: Workspace, run: Assignment) -> GroupShare:
    """Return the share whose stored group equals the one recomputed from the events."""
    again, _cuts = assigning.computed(ws, run.rules, run.as_of, run.currency)
    other = again.select(["person_id", "group"])
    both = run.people.select(["person_id", "group"]).join(
        other, "person_id", join_type="left outer", right_suffix="_again"
    )
    same = pc.equal(both.column("group"), both.column("group_again"))
    return _share(int(pc.sum(pc.fill_null(same, False)).as_py() or 0), both.num_rows)


def _share(yes: int, n: int) -> GroupShare:
    if n == 0:
        return GroupShare(0, None, None, None)
    low, high = wilson(yes, n)
    return GroupShare(n, yes / n, low, high)


def _thresholds(run: Assignment) -> list[Threshold]:
    """Return what tiers at the cuts of this assignment would ask for."""
    count, made, above = run.people.num_rows, [], 0
    for group in GROUPS[:-1]:
        above += quotas(count)[group]
        spend, orders = (reached(run.column(name), above) for name in ("spend", "frequency"))
        made.append(Threshold(str(group), above, run.cuts.get(group) or None, *spend, *orders))
    return made


def _about(ws: Workspace, scope: Scope) -> dict[str, object] | None:
    known = assigning.stamps(ws)
    if not known:
        return None
    number, moment, computed_at, size = known[0]
    return {
        "run": number,
        "as_of": moment.isoformat(),
        # A month assigned anew by other rules, or without somebody who was erased, is another.
        "computed_at": computed_at.isoformat(),
        "size": size,
        "scope": None if scope is None else sorted(scope),
    }


def _compute(ws: Workspace, about: dict[str, Any], _now: datetime) -> GroupOverview:
    scope = about.get("scope")
    chosen = None if scope is None else frozenset(scope)
    try:
        found = overview(ws, scope=chosen, number=about["run"])
    except NotFound:  # the assignment has gone since; nobody will ask for this slice again
        found = overview(ws, scope=chosen)
    assert found is not None
    return found


FINDING = findings.declare(
    findings.ResultType("value_groups", 5, GroupOverview, _compute, learnt=True)
)
