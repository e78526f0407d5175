"""Learn what customers want next, test it in time order, tell it of each customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.company.rights.model import Scope
from regulars.kit.memo import Memo
from regulars.kit.period import day_start
from regulars.kit.ranked import ranked
from regulars.kit.stats.estimate import empty as nothing
from regulars.kit.stats.proportion import proportion
from regulars.kit.text import Text
from regulars.timeline import people
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.needs import judging, queries, telling
from regulars.understand.needs.model import (
    AHEAD,
    CANDIDATES,
    LISTED,
    MAX_ITEMS,
    MIN_BUYERS,
    MIN_DAYS,
    TOLD,
    Bought,
    CustomerNeeds,
    Need,
    Needs,
    wants_of,
)

DAY = timedelta(days=1)
EPOCH = date(1970, 1, 1)
PLACES = tuple(range(1, TOLD + 1))
EACH = pa.schema(
    [
        ("person_id", pa.string()),
        ("bought", pa.int64()),
        *((f"want_{at}", pa.dictionary(pa.int32(), pa.string())) for at in PLACES),
        *((f"{name}_{at}", pa.float64()) for at in PLACES for name in ("chance", "low", "high")),
        *((f"n_{at}", pa.int64()) for at in PLACES),
        ("rank", pa.float64()),
    ]
)
"""One row a customer: the likeliest things, each with the share of hits among predictions of the
same strength, its interval and n; `rank` is what the list is ordered by."""
TOO_LITTLE = Text(
    "There is not enough data: it takes 8 months of orders whose lines name a category or "
    "a product, and 100 customers who bought again within each of the last two quarters.",
    "数据不足：需要约 8 个月带品类或商品明细的订单，且最近两个季度各有至少 100 位再次购买的客户。",
)
_memo: Memo[pa.Table] = Memo(2)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose places, and whether categories or products are told."""

    ws: Workspace
    scope: Scope
    level: str

    def names(self, cut: date) -> list[str]:
        """Return the things that can be told at a cut, those bought by most first."""
        known = day_start(cut, self.ws.zone)
        table = self.ws.query(
            lambda view: queries.popular(
                view, self.scope, self.level, cut=cut, known=known, most=MAX_ITEMS
            )
        )
        return [name for name in table.column("name").to_pylist() if name != queries.OTHER]

    def bought(
        self,
        cut: date,
        names: list[str],
        *,
        told: date | None = None,
        identities: Sequence[str] | None = None,
    ) -> Bought:
        """Return what customers had bought before the day `cut`; what came next as of `told`."""
        known_by = day_start(cut, self.ws.zone)
        by = None if told is None else day_start(told, self.ws.zone)
        pairs = self.ws.query(
            lambda view: queries.bought(
                view, self.scope, self.level, names=names, cut=cut, known_by=known_by, known_to=by
            ),
            identities=identities,
        ).sort_by([("person_id", "ascending"), ("item", "ascending")])
        totals = self.ws.query(
            lambda view: queries.totals(view, self.scope, self.level, cut, known_by),
            identities=identities,
        ).sort_by("person_id")
        return _bought(pairs, totals, cut, names)


def about(scope: Scope) -> dict[str, Any]:
    """Return the slice that a finding is kept under."""
    return {"scope": None if scope is None else sorted(scope)}


def stored(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[Needs] | None:
    """Return the newest stored finding, or None."""
    return findings.find(ws, KIND, about(scope), now=now)


def answered(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[Needs]:
    """Return the finding of the timeline as it is now, computing it where needed."""
    return findings.answer(ws, KIND, about(scope), now=now)


def compute(ws: Workspace, scope: Scope) -> Needs:
    """Learn at a cut, test on the 91 days after the next one, then learn anew and tell.

    What is learnt at the first cut had become known by the test's; the things that can be told
    in the test are those known then.
    """
    row = ws.query(lambda view: queries.span(view, scope)).to_pylist()[0]
    level = _level(row)
    if level is None:
        return Needs(0, None, None, TOO_LITTLE)
    purchases, end = _Asked(ws, scope, level), row["last"] + DAY
    test, first = end - AHEAD * DAY, end - 2 * AHEAD * DAY
    empty = Needs(0, level, row["last"], TOO_LITTLE)
    names = purchases.names(test)
    if first < row["first"] + MIN_DAYS * DAY or not names:
        return empty
    learnt, tested = purchases.bought(first, names, told=test), purchases.bought(test, names)
    if min(int(np.isfinite(one.next).sum()) for one in (learnt, tested)) < MIN_BUYERS:
        return replace(empty, n=len(tested))
    knows = telling.learn(learnt, len(names), frozenset(CANDIDATES))
    back_test, used, predicted = judging.contest(knows, learnt, tested)
    now_names = purchases.names(end)
    latest = tested if now_names == names else purchases.bought(test, now_names)
    found = replace(
        empty,
        why_not=None,
        used=used,
        names=now_names,
        knowledge=telling.learn(latest, len(now_names), frozenset({used})),
        back_test=back_test,
    )
    everybody = customers(ws, scope, found)
    return replace(
        found,
        n=everybody.num_rows,
        items=_items(found, everybody, latest, (names, *predicted)),
        customers=[_customer(row) for row in everybody.slice(0, LISTED).to_pylist()],
    )


def customers(ws: Workspace, scope: Scope, needs: Needs) -> pa.Table:
    """Return every customer by EACH, those first of whom it is surest; empty without a model."""
    if needs.knowledge is None or needs.watched_to is None or needs.level is None:
        return EACH.empty_table()
    level, cut, names = needs.level, needs.watched_to + DAY, needs.names
    key = ("needs", str(about(scope)), cut, needs.used, str(needs.knowledge))

    def told() -> pa.Table:
        return _table(needs, _Asked(ws, scope, level).bought(cut, names))

    def made() -> pa.Table:
        return ranked(ws.engine.by_person(key, told, of="person_id"), "rank")

    return _memo.get((str(ws.folder), ws.engine.watermark(), key), made)


def of_person(ws: Workspace, scope: Scope, needs: Needs, person: str) -> CustomerNeeds | None:
    """Return one person's likeliest things from the own orders; None without any, or no model."""
    if needs.knowledge is None or needs.watched_to is None or needs.level is None:
        return None
    asked = _Asked(ws, scope, needs.level)
    identities = people.identities_of(ws, person)
    own = asked.bought(needs.watched_to + DAY, needs.names, identities=identities)
    return _customer(_table(needs, own).to_pylist()[0]) if len(own) else None


def wanting(people: pa.Table, want: str | None) -> pa.Table:
    """Return the customers of whom the thing is the likeliest; all of them without one."""
    if want is None:
        return people
    return people.filter(pc.equal(people.column("want_1").cast(pa.string()), want))


def _customer(row: dict[str, Any]) -> CustomerNeeds:
    return CustomerNeeds(row["person_id"], row["bought"], wants_of(row))


def _level(row: dict[str, Any]) -> str | None:
    """Return what lines name: categories where at least half of them do, else products."""
    for level in ("category", "product"):
        if row["lines"] and row[level] * 2 >= row["lines"]:
            return level
    return None


def _bought(pairs: pa.Table, totals: pa.Table, cut: date, names: list[str]) -> Bought:
    ids = totals.column("person_id").combine_chunks()
    person = pc.index_in(pairs.column("person_id"), value_set=ids).combine_chunks()
    pairs, person = pairs.filter(pc.is_valid(person)), person.drop_null()
    place = pc.index_in(pairs.column("item"), value_set=pa.array(names, pa.string()))
    item = pc.fill_null(place, len(names)).to_numpy().astype(np.int64)
    where = person.to_numpy(zero_copy_only=False).astype(np.int64)
    day = pairs.column("next").cast(pa.date32()).cast(pa.int32())
    later = np.asarray(day.to_numpy(zero_copy_only=False), dtype=np.float64) - (cut - EPOCH).days
    soonest = np.full(len(ids), np.nan)
    np.fmin.at(soonest, where, later)
    days = np.asarray(pairs.column("days").to_numpy(), dtype=np.float64)
    bought = np.asarray(totals.column("bought").to_numpy(), dtype=np.float64)
    return Bought(cut, ids, where, item, days, later, bought, soonest)


def _table(needs: Needs, own: Bought) -> pa.Table:
    assert needs.knowledge is not None and needs.back_test is not None and needs.used is not None
    bins = needs.back_test.bins
    items, strength = telling.tell(needs.used, needs.knowledge, own, np.arange(len(own)))
    place = judging.places(bins, strength)
    hits = {name: np.array([getattr(one.hits, name) for one in bins])
            for name in ("value", "low", "high", "n")}  # fmt: skip
    words = pa.array(needs.names, pa.string())
    columns: dict[str, Any] = {}
    for at in PLACES:
        if at > items.shape[1]:
            columns |= {f"{name}_{at}": pa.nulls(len(own)) for name in
                        ("want", "chance", "low", "high", "n")}  # fmt: skip
            continue
        codes = pa.array(items[:, at - 1].astype(np.int32))
        columns[f"want_{at}"] = pa.DictionaryArray.from_arrays(codes, words)
        for name, source in (("chance", "value"), ("low", "low"), ("high", "high"), ("n", "n")):
            columns[f"{name}_{at}"] = hits[source][place[:, at - 1]]
    columns |= {
        "person_id": own.ids,
        "bought": own.bought.astype(np.int64),
        "rank": strength[:, 0] if len(own) else np.array([], dtype=np.float64),
    }
    ordered = [pa.array(columns[name]).cast(EACH.field(name).type) for name in EACH.names]
    return pa.Table.from_arrays(ordered, schema=EACH)


def _items(needs: Needs, everybody: pa.Table, latest: Bought, told: tuple[Any, ...]) -> list[Need]:
    """Return every thing with its share, for how many it is the likeliest, and its hits so far."""
    names, items, _strength, hits = told
    buyers = int(np.isfinite(latest.next).sum())
    counted = pc.value_counts(everybody.column("want_1").cast(pa.string())).to_pylist()
    first = {one["values"]: one["counts"] for one in counted}
    tested = {}
    for at in np.unique(items[:, 0]):
        came = hits[items[:, 0] == at, 0]
        tested[names[at]] = proportion(float(came.sum()), len(came))
    shares = needs.knowledge.popular if needs.knowledge else []
    made = [
        Need(name, proportion(share * buyers, buyers), first.get(name, 0),
             tested.get(name, nothing()))
        for name, share in zip(needs.names, shares, strict=True)
    ]  # fmt: skip
    return sorted(made, key=lambda one: (-one.first, -(one.share.value or 0.0)))


def _compute(ws: Workspace, asked: dict[str, Any], _now: datetime) -> Needs:
    scope = asked["scope"]
    return compute(ws, None if scope is None else frozenset(scope))


KIND = findings.declare(
    findings.ResultType(
        "needs",
        1,
        Needs,
        _compute,
        standing=({"scope": None},),
        quotes=lambda found: [one.person for one in found.customers],
        learnt=True,
    )
)
