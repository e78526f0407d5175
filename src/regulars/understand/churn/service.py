"""Learn early warning in time order, test it, list whom it warns of; explain one customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.company.rights.model import Scope
from regulars.kit.memo import Memo
from regulars.kit.ranked import ranked
from regulars.kit.text import Text
from regulars.timeline import currency as currencies
from regulars.timeline import people
from regulars.timeline.workspace import Workspace
from regulars.understand.churn import judging, learning, listing, queries, watching
from regulars.understand.churn.model import (
    AHEAD,
    CANDIDATES,
    CUTS,
    MIN_DAYS,
    MIN_LOST,
    Array,
    EarlyWarning,
    ModelCandidate,
    Seen,
    Warned,
)
from regulars.understand.churn.watching import Watch
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding, Learnt
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.lifetime_value.model import Purchasing
from regulars.understand.metrics import service as metrics

DAY = timedelta(days=1)
_memo: Memo[pa.Table] = Memo(2)
TOO_LITTLE = Text(
    "There is not enough data: it takes 8 months of what customers did, and 50 customers "
    "who were lost and 50 who stayed in each quarter.",
    "数据不足：需要约 8 个月的客户行为，且每个季度至少有 50 位流失客户和 50 位留存客户。",
)


def about(scope: Scope, event: str | None = None) -> dict[str, Any]:
    """Return the slice that a finding is kept under."""
    return {"scope": None if scope is None else sorted(scope), "event": event or None}


def stored(
    ws: Workspace, scope: Scope, event: str | None = None, *, now: datetime
) -> Finding[EarlyWarning] | None:
    """Return the newest stored finding, or None."""
    return findings.find(ws, KIND, about(scope, event), now=now)


def answered(
    ws: Workspace, scope: Scope, event: str | None = None, *, now: datetime
) -> Finding[EarlyWarning]:
    """Return the finding of the timeline as it is now, computing it where needed."""
    return findings.answer(ws, KIND, about(scope, event), now=now)


def compute(
    ws: Workspace,
    scope: Scope,
    event: str | None,
    now: datetime,
    *,
    end: date | None = None,
    learnt: Learnt | None = None,
) -> EarlyWarning:
    """Learn, test and list, with what customers did before the day `end` (None: all of it).

    The test: models learnt at cuts 91 days and more before the test's, whose outcome had been
    seen by then, foretell the last 91 days. Then the chosen one learns anew, up to date. With an
    earlier `end` only the values in the list are today's.
    """
    row = ws.query(lambda view: queries.span(view, scope)).to_pylist()
    if not row or row[0]["last"] is None:
        return EarlyWarning(event, 0, 0, None, TOO_LITTLE)
    value = lifetime_value.answered(ws, scope, now=now).payload
    watch = Watch(ws, scope, event, value.currency)
    end = end or row[0]["last"] + DAY
    present, rhythm = watching.with_rhythm(watch.seen(end))
    here = judging.active(present, event)
    empty = EarlyWarning(event, len(present), int(here.sum()), end - DAY, TOO_LITTLE,
                         currency=value.currency, money=value.money)  # fmt: skip
    test = end - AHEAD * DAY
    cuts = [test - (AHEAD + back) * DAY for back in CUTS]
    cuts = [cut for cut in cuts if cut >= row[0]["first"] + MIN_DAYS * DAY]
    if not cuts:
        return empty
    tested = watching.with_rhythm(watch.seen(test))[0]
    past = [watching.with_rhythm(watch.seen(cut, until=test))[0] for cut in cuts]
    if not all(_enough(one) for one in (tested, *past)):
        return empty
    chances, told, used = _contest(past, tested)
    model = learning.fit(used, watching.joined([tested, past[0]]))
    model = model.centred_on(present.rows(np.flatnonzero(here if here.any() else ~here)).columns)
    back_test = judging.report(tested, chances, told, used=used, event=event, learnt=cuts)
    warning = replace(empty, why_not=None, used=used, model=model, rhythm=rhythm,
                    back_test=back_test)  # fmt: skip
    worth = lifetime_value.customers(ws, scope, value)
    warning = replace(warning, learnt=learnt)

    def made() -> pa.Table:
        return _ranked(ws, scope, warning, lambda: listing.table(warning, model, present, worth))

    return listing.listed(warning, _memo.get(_key(ws, scope, warning), made))


def listed_again(
    ws: Workspace, scope: Scope, warning: EarlyWarning, *, now: datetime
) -> EarlyWarning:
    """Return the finding with what was learnt, and whoever acted since rated anew."""
    last = metrics.last_moment(ws)
    if last is not None:
        warning = replace(warning, watched_to=last.astimezone(ws.zone).date())
    people = customers(ws, scope, warning, now=now)
    active = pc.sum(people.column("active")).as_py() or 0
    return listing.listed(replace(warning, n=people.num_rows, active=int(active)), people)


def _contest(past: list[Seen], tested: Seen) -> tuple[dict[str, Array], list[ModelCandidate], str]:
    """Return every candidate's chances in the test, their quality, and the one to use."""
    together = watching.joined(past)
    chances = {
        key: learning.fit(key, together).chance(tested.columns, len(tested)) for key in CANDIDATES
    }
    told = judging.candidates(chances, tested)
    best = min(told, key=lambda one: one.loss).key
    used = next((one.key for one in told if one.as_good), best)
    return chances, told, used


def explained(
    ws: Workspace, scope: Scope, warning: EarlyWarning, person: str, *, now: datetime
) -> Warned | None:
    """Return one customer's chance with what every feature adds; None for whom none is known."""
    if warning.model is None or warning.rhythm is None or warning.watched_to is None:
        return None
    watch = Watch(ws, scope, warning.event, warning.currency)
    seen = watch.seen(warning.watched_to + DAY, identities=people.identities_of(ws, person))
    if len(seen) != 1:
        return None
    seen.columns["rhythm"] = watching.rhythm(seen, Purchasing(*warning.rhythm))
    value = lifetime_value.stored(ws, scope, now=now)
    worth = value and lifetime_value.of_person(ws, scope, value.payload, str(seen.ids[0]))
    return listing.one(warning, warning.model, seen, worth.if_stays if worth else None)


def customers(ws: Workspace, scope: Scope, warning: EarlyWarning, *, now: datetime) -> pa.Table:
    """Return every customer by listing.SCHEMA, those first of whom most value can be saved.

    The chance of being lost is that of `warning`; who has left by its event is not in it. Empty
    when `warning` has no model. A refresh rates anew whoever was touched: the others keep their
    chance of the day when the model was learnt.
    """
    model, rhythm, end = warning.model, warning.rhythm, warning.watched_to
    if model is None or rhythm is None or end is None:
        return listing.SCHEMA.empty_table()

    def compute() -> pa.Table:
        value = lifetime_value.answered(ws, scope, now=now).payload
        worth = lifetime_value.customers(ws, scope, value)

        def rated() -> pa.Table:
            seen = Watch(ws, scope, warning.event, warning.currency).seen(end + DAY)
            seen.columns["rhythm"] = watching.rhythm(seen, Purchasing(*rhythm))
            return listing.table(warning, model, seen, worth)

        return _ranked(ws, scope, warning, rated)

    return _memo.get(_key(ws, scope, warning), compute)


def _ranked(
    ws: Workspace, scope: Scope, found: EarlyWarning, rated: Callable[[], pa.Table]
) -> pa.Table:
    learnt = (found.used, found.rhythm, found.learnt, found.currency)
    key = ("early_warning", str(about(scope, found.event)), *learnt)
    return ranked(ws.engine.by_person(key, rated, of="person_id"), listing.RANK)


def _key(ws: Workspace, scope: Scope, found: EarlyWarning) -> tuple[Any, ...]:
    state = (str(ws.folder), scope, ws.engine.watermark())
    return (*state, found.watched_to, found.event, found.used, found.rhythm, found.currency)


def _enough(seen: Seen) -> bool:
    return MIN_LOST <= int(seen.lost.sum()) <= len(seen) - MIN_LOST


def _compute(ws: Workspace, parameters: dict[str, Any], now: datetime) -> EarlyWarning:
    scope = None if parameters["scope"] is None else frozenset(parameters["scope"])
    known = findings.latest(ws, KIND.key, EarlyWarning, about=parameters, version=KIND.version)
    held = known.payload if known is not None and known.payload.model else None
    money = currencies.of_orders(ws, scope)
    same = held is not None and held.currency == money.in_use
    if held is not None and same and findings.still(ws, held.learnt, now):
        return listed_again(ws, scope, replace(held, money=money.note), now=now)
    learnt = Learnt(now, ws.engine.watermark())
    return compute(ws, scope, parameters.get("event"), now, learnt=learnt)


KIND = findings.declare(
    findings.ResultType(
        "early_warning",
        3,
        EarlyWarning,
        _compute,
        standing=({"scope": None, "event": None},),
        quotes=lambda found: [one.person for one in found.warned],
    )
)
