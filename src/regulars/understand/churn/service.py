"""Learn early warning in time order, test it, list whom it warns of; explain one customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.company.rights.model import Scope
from regulars.kit.period import day_start
from regulars.kit.stats.estimate import Estimate, Z
from regulars.kit.text import Text
from regulars.timeline import people
from regulars.timeline.workspace import Workspace
from regulars.understand.churn import judging, learning, queries
from regulars.understand.churn.model import (
    AHEAD,
    CANDIDATES,
    CUTS,
    FEATURES,
    LEAST_DAYS,
    LEAST_LOST,
    LISTED,
    REASONS,
    Additive,
    Array,
    EarlyWarning,
    Reason,
    Seen,
    Warned,
)
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.lifetime_value.model import Histories, Purchasing

DAY = timedelta(days=1)
EPOCH = date(1970, 1, 1)
TOO_LITTLE = Text(
    "There is too little to learn from: it takes 8 months of what customers did, and 50 customers "
    "who were lost and 50 who stayed in each quarter.",
    "数据不足：需要约 8 个月的客户行为，且每个季度至少有 50 位流失客户和 50 位留存客户。",
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one computation is about: whose places, in which currency, which event of leaving."""

    ws: Workspace
    scope: Scope
    event: str | None
    currency: str | None

    def seen(
        self, cut: date, *, told: date | None = None, identities: Sequence[str] | None = None
    ) -> Seen:
        """Return every customer as known when the day `cut` began; the outcome as of `told`."""
        by = None if told is None else day_start(told, self.ws.zone)
        known = day_start(cut, self.ws.zone)
        table = self.ws.query(
            lambda view: queries.customers(
                view,
                self.scope,
                cut,
                known=known,
                currency=self.currency,
                event=self.event,
                told=by,
            ),
            identities=identities,
        )
        return _seen(table, cut, self.event)


@dataclass(frozen=True, slots=True)
class _Scored:
    """Of each customer the chance, the value (NaN: unknown) and what every feature adds."""

    chance: Array
    values: Array
    parts: dict[str, Array]


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
    ws: Workspace, scope: Scope, event: str | None, now: datetime, *, end: date | None = None
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
    asked = _Asked(ws, scope, event, value.currency)
    end = end or row[0]["last"] + DAY
    present, rhythm = _with_rhythm(asked.seen(end))
    here = judging.active(present, event)
    empty = EarlyWarning(event, len(present), int(here.sum()), end - DAY, TOO_LITTLE,
                         currency=value.currency)  # fmt: skip
    test = end - AHEAD * DAY
    cuts = [test - (AHEAD + back) * DAY for back in CUTS]
    cuts = [cut for cut in cuts if cut >= row[0]["first"] + LEAST_DAYS * DAY]
    if not cuts:
        return empty
    tested = _with_rhythm(asked.seen(test))[0]
    past = [_with_rhythm(asked.seen(cut, told=test))[0] for cut in cuts]
    if not all(_enough(one) for one in (tested, *past)):
        return empty
    chances, told, used = _contest(past, tested)
    model = learning.fit(used, _joined([tested, past[0]]))
    back_test = judging.report(tested, chances, told, used=used, event=event, learnt=cuts)
    found = replace(empty, why_not=None, used=used, model=model, rhythm=rhythm,
                    back_test=back_test)  # fmt: skip
    worth = lifetime_value.customers(ws, scope, value)
    return _listed(found, model, present, here, worth)


def _contest(past: list[Seen], tested: Seen) -> tuple[dict[str, Array], list[Any], str]:
    """Return every candidate's chances in the test, their quality, and the one to use."""
    together = _joined(past)
    chances = {
        key: learning.fit(key, together).chance(tested.columns, len(tested)) for key in CANDIDATES
    }
    told = judging.candidates(chances, tested)
    best = min(told, key=lambda one: one.loss).key
    used = next((one.key for one in told if one.as_good), best)
    return chances, told, used


def explained(
    ws: Workspace, scope: Scope, found: EarlyWarning, person: str, *, now: datetime
) -> Warned | None:
    """Return one customer's chance with what every feature adds; None for whom none is known."""
    if found.model is None or found.rhythm is None or found.watched_to is None:
        return None
    asked = _Asked(ws, scope, found.event, found.currency)
    seen = asked.seen(found.watched_to + DAY, identities=people.identities_of(ws, person))
    if len(seen) != 1:
        return None
    seen.columns["rhythm"] = _rhythm(seen, Purchasing(*found.rhythm))
    value = lifetime_value.stored(ws, scope, now=now)
    worth = value and lifetime_value.of_person(ws, scope, value.payload, str(seen.ids[0]))
    values = np.array([worth.value if worth else np.nan])
    chance = found.model.chance(seen.columns, 1)
    scored = _Scored(chance, values, found.model.parts(seen.columns))
    return _one(found, seen, scored, 0, most=len(FEATURES))


def _seen(table: pa.Table, cut: date, event: str | None) -> Seen:
    until = float((cut - EPOCH).days)
    first, last, left = (until - _days(table, name) for name in ("first", "last", "left"))
    scores, points = _numbers(table, "scores"), _numbers(table, "points")
    columns = {
        "silence": last - 1,
        "tenure": first - 1,
        **{
            name: _numbers(table, name)
            for name in ("days", "days_30", "days_91", "orders", "spent", "complaints", "contacts")
        },
        "score": np.divide(points, scores, out=np.full(len(scores), np.nan), where=scores > 0),
    }
    came = _numbers(table, "came")
    lost = (came == 0).astype(np.float64) if event is None else np.isfinite(left) * 1.0
    ids = np.array(table.column("person_id").to_pylist(), dtype=object)
    return Seen(cut, ids, columns, lost, -left)


def _with_rhythm(seen: Seen) -> tuple[Seen, tuple[float, float, float, float] | None]:
    """Add what BG/NBD, fitted to the days with an action up to this cut, says of silence."""
    found = _histories(seen)
    if not (found.repeats > 0).any():
        seen.columns["rhythm"] = np.zeros(len(seen))
        return seen, None
    model = lifetime_value.fit_purchasing(found).model
    seen.columns["rhythm"] = _rhythm(seen, model)
    return seen, (model.r, model.alpha, model.a, model.b)


def _rhythm(seen: Seen, model: Purchasing) -> Array:
    none = np.clip(lifetime_value.none_within(model, _histories(seen), float(AHEAD)), 1e-9, None)
    held = np.minimum(none, 1 - 1e-9)
    result: Array = np.log(held) - np.log1p(-held)
    return result


def _histories(seen: Seen) -> Histories:
    tenure, silence = seen.columns["tenure"], seen.columns["silence"]
    return Histories(seen.columns["days"] - 1, tenure - silence, tenure, np.zeros(len(seen)))


def _joined(parts: list[Seen]) -> Seen:
    columns = {name: np.concatenate([part.columns[name] for part in parts])
               for name in parts[0].columns}  # fmt: skip
    return Seen(
        parts[0].cut,
        np.concatenate([part.ids for part in parts]),
        columns,
        np.concatenate([part.lost for part in parts]),
        np.concatenate([part.lost_after for part in parts]),
    )


def _enough(seen: Seen) -> bool:
    return LEAST_LOST <= int(seen.lost.sum()) <= len(seen) - LEAST_LOST


def _listed(
    found: EarlyWarning, model: Additive, present: Seen, here: Any, worth: pa.Table
) -> EarlyWarning:
    """Return the finding with the list: by chance times expected value, then by chance."""
    chance = model.chance(present.columns, len(present))
    values = _values(present, worth)
    stake = chance * values
    order = np.lexsort((-chance, -np.nan_to_num(stake, nan=-1.0)))
    order = order[here[order]][:LISTED]
    scored = _Scored(chance, values, model.parts(present.columns))
    risk = chance[here]
    reach = Z * float(np.sqrt((risk * (1 - risk)).sum()))
    total = float(risk.sum())
    return replace(
        found,
        expected_lost=Estimate(len(risk), total, max(total - reach, 0.0), total + reach),
        at_stake=float(np.nansum(stake[here])) if np.isfinite(values).any() else None,
        warned=[_one(found, present, scored, int(row)) for row in order],
    )


def _values(present: Seen, worth: pa.Table) -> Array:
    """Return what each customer is expected to bring in 12 months, NaN where nobody can say."""
    if not worth.num_rows:
        return np.full(len(present), np.nan)
    names = pa.array(present.ids, pa.string())
    place = pc.index_in(names, value_set=worth.column("person_id").combine_chunks())
    where = place.fill_null(-1).to_numpy(zero_copy_only=False)
    values = np.append(np.asarray(worth.column("value").to_numpy(), dtype=np.float64), np.nan)
    result: Array = values[where]
    return result


def _one(found: EarlyWarning, seen: Seen, scored: _Scored, row: int, most: int = REASONS) -> Warned:
    said, worth = float(scored.chance[row]), float(scored.values[row])
    band = next((one.lost for one in (found.back_test.bins if found.back_test else [])[::-1]
                 if said >= one.least), None)  # fmt: skip
    adds = sorted(((float(added[row]), name) for name, added in scored.parts.items()), reverse=True)
    reasons = [
        Reason(name, _known(float(seen.columns[name][row])), added)
        for added, name in adds
        if added > 0 or most > REASONS
    ]
    return Warned(
        str(seen.ids[row]),
        said,
        band.low if band else None,
        band.high if band else None,
        band.n if band else 0,
        int(seen.columns["silence"][row]),
        _known(worth),
        _known(said * worth),
        reasons[:most],
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _days(table: pa.Table, name: str) -> Array:
    column = table.column(name).cast(pa.date32()).cast(pa.int32())
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _numbers(table: pa.Table, name: str) -> Array:
    return np.asarray(table.column(name).to_numpy(), dtype=np.float64)


def _compute(ws: Workspace, asked: dict[str, Any], now: datetime) -> EarlyWarning:
    scope = asked["scope"]
    return compute(ws, None if scope is None else frozenset(scope), asked.get("event"), now)


KIND = findings.declare(
    findings.Kind(
        "early_warning",
        1,
        EarlyWarning,
        _compute,
        standing=({"scope": None, "event": None},),
        quotes=lambda found: [one.person for one in found.warned],
    )
)
