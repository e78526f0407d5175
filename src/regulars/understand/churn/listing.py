"""Every customer with chance, what is at stake and the reasons; the list to act on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.kit.stats.estimate import Estimate, Z
from regulars.understand.churn import judging
from regulars.understand.churn.model import (
    FEATURES,
    LISTED,
    REASONS,
    Additive,
    Array,
    ChurnReason,
    EarlyWarning,
    Seen,
    Warned,
    reasons_of,
)
from regulars.understand.lifetime_value.model import if_stays

RANK = "rank"
TOLD = tuple(range(1, REASONS + 1))
SCHEMA = pa.schema(
    [
        ("person_id", pa.string()),
        ("active", pa.bool_()),
        ("chance", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("n", pa.int64()),
        ("silence", pa.int64()),
        ("value", pa.float64()),
        ("at_stake", pa.float64()),
        *((f"reason_{one}", pa.dictionary(pa.int8(), pa.string())) for one in TOLD),
        *((f"seen_{one}", pa.float64()) for one in TOLD),
        *((f"adds_{one}", pa.float64()) for one in TOLD),
        (RANK, pa.float64()),
    ]
)
"""`active`: who can still be warned of; `low`, `high`: the interval of the share lost among those
rated so in the back-test, which rests on `n`; `rank`: what the list is ordered by."""


@dataclass(frozen=True, slots=True)
class _Scored:
    """Of each customer the chance, the value who stays, and what every feature adds.

    The value is NaN where it is unknown.
    """

    chance: Array
    values: Array
    parts: dict[str, Array]


def table(warning: EarlyWarning, model: Additive, seen: Seen, worth: pa.Table) -> pa.Table:
    """Return one row a customer by SCHEMA; by RANK, most value can still be saved of the highest.

    That is the chance of being lost times what is expected of the customer who stays: the expected
    value counts that chance already, and would count it twice. Customers without a value follow,
    by chance.
    """
    scored = _Scored(
        model.chance(seen.columns, len(seen)), _values(seen, worth), model.parts(seen.columns)
    )
    stake = scored.chance * scored.values
    columns = {
        "person_id": pa.array(seen.ids, pa.string()),
        "active": judging.active(seen, warning.event),
        "chance": scored.chance,
        **_bands(warning, scored.chance),
        "silence": seen.columns["silence"].astype(np.int64),
        "value": _nullable(scored.values),
        "at_stake": _nullable(stake),
        **_reasons(scored, seen),
        # Chances less 2 are all below any stake, and keep their order.
        RANK: np.where(np.isfinite(stake), stake, scored.chance - 2.0),
    }
    return pa.table({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA)


def listed(warning: EarlyWarning, people: pa.Table) -> EarlyWarning:
    """Return the finding with its list and what is at stake in all."""
    here = people.filter(people.column("active"))
    risk = np.asarray(here.column("chance").to_numpy(), dtype=np.float64)
    reach = Z * float(np.sqrt((risk * (1 - risk)).sum()))
    total = float(risk.sum())
    return replace(
        warning,
        expected_lost=Estimate(len(risk), total, max(total - reach, 0.0), total + reach),
        at_stake=pc.sum(here.column("at_stake")).as_py(),
        warned=[_warned(row) for row in here.slice(0, LISTED).to_pylist()],
    )


def one(warning: EarlyWarning, model: Additive, seen: Seen, value: float | None) -> Warned:
    """Return the only customer of `seen` with what every feature adds, the greatest first.

    `value` is what is expected if the customer stays.
    """
    columns = {"value": pa.array([value], pa.float64()), "alive": pa.array([1.0])}
    worth = pa.table({"person_id": pa.array(seen.ids, pa.string()), **columns})
    terms = _warned(table(warning, model, seen, worth).to_pylist()[0])
    adds = [(float(added[0]), name) for name, added in model.parts(seen.columns).items()]
    adds.sort(key=lambda pair: -pair[0])
    reasons = [
        ChurnReason(name, _known(float(seen.columns[name][0])), added) for added, name in adds
    ]
    return replace(terms, reasons=reasons)


def _warned(row: dict[str, Any]) -> Warned:
    names = ("chance", "low", "high", "n", "silence", "value", "at_stake")
    told = {name: row[name] for name in names}
    return Warned(person=row["person_id"], reasons=reasons_of(row), **told)


def _bands(found: EarlyWarning, chance: Array) -> dict[str, Any]:
    """Return what became of customers rated so in the back-test."""
    line = found.back_test.calibration if found.back_test else None
    if line is None:
        nothing = pa.nulls(len(chance), pa.float64())
        return {"low": nothing, "high": nothing, "n": np.zeros(len(chance), dtype=np.int64)}
    low, high = line.band(chance)
    return {"low": low, "high": high, "n": np.full(len(chance), line.n)}


def _reasons(scored: _Scored, seen: Seen) -> dict[str, Any]:
    """Return the `REASONS` features that add most to each customer's log odds, where they add."""
    names = list(scored.parts)
    words = pa.array(list(FEATURES))
    number = np.array([list(FEATURES).index(name) for name in names], dtype=np.int8)
    reasons: dict[str, Any] = {}
    adds = np.column_stack([*scored.parts.values(), np.full((len(seen), REASONS), -np.inf)])
    order = np.argsort(-adds, axis=1, kind="stable")[:, :REASONS]
    rows = np.arange(len(seen))
    for at in TOLD:
        where = order[:, at - 1]
        added = adds[rows, where]
        missing = ~(added > 0)
        held = np.where(missing, 0, where)
        values = np.choose(held, [seen.columns[name] for name in names]) if names else added
        codes = pa.array(number[held] if names else held.astype(np.int8), mask=missing)
        reasons[f"reason_{at}"] = pa.DictionaryArray.from_arrays(codes, words)
        reasons[f"seen_{at}"] = pa.array(values, mask=missing | ~np.isfinite(values))
        reasons[f"adds_{at}"] = pa.array(added, mask=missing)
    return reasons


def _values(seen: Seen, worth: pa.Table) -> Array:
    """Return what each customer who stays will bring in 12 months, NaN where nobody can say."""
    if not worth.num_rows:
        return np.full(len(seen), np.nan)
    names = pa.array(seen.ids, pa.string())
    worth = worth.filter(pc.is_in(worth.column("person_id"), names))  # few, of those touched
    place = pc.index_in(names, value_set=worth.column("person_id").combine_chunks())
    where = place.fill_null(-1).to_numpy(zero_copy_only=False)
    value, alive = (
        np.asarray(worth.column(name).to_numpy(zero_copy_only=False), dtype=np.float64)
        for name in ("value", "alive")
    )
    result: Array = np.append(if_stays(value, alive), np.nan)[where]
    return result


def _nullable(values: Array) -> pa.Array:
    return pa.array(values, mask=~np.isfinite(values))


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
