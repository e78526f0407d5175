"""The SQL of targets."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regulars.kit.text import Text
from regulars.prove.targets.model import Baseline, Horizon, Target, TargetKind
from regulars.prove.targets.tables import target_baselines, targets
from regulars.understand.metrics.model import Direction


def in_force(connection: sa.Connection) -> list[Target]:
    """Return every target that is not retired, with its newest baseline, in order of date."""
    rows = connection.execute(
        sa.select(targets)
        .where(targets.c.retired_at.is_(None))
        .order_by(targets.c.due.is_(None), targets.c.due, targets.c.created_at, targets.c.id)
    ).mappings()
    newest = {row["target_id"]: row for row in _baselines(connection, None)}
    return [_target(row, newest.get(row["id"])) for row in rows]


def one(connection: sa.Connection, target_id: str) -> Target | None:
    """Return a target by id, unless it is retired."""
    row = (
        connection.execute(
            sa.select(targets).where(targets.c.id == target_id, targets.c.retired_at.is_(None))
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    found = _baselines(connection, target_id)
    return _target(row, found[-1] if found else None)


def presets(connection: sa.Connection) -> set[str]:
    """Return the preset keys in use."""
    query = sa.select(targets.c.preset).where(targets.c.preset.is_not(None))
    return {str(key) for key in connection.execute(query).scalars()}


def put(connection: sa.Connection, target: Target, *, new: bool) -> None:
    """Write a target; its baselines stay apart."""
    values = _values(target)
    if new:
        connection.execute(sa.insert(targets).values(**values))
    else:
        connection.execute(sa.update(targets).where(targets.c.id == target.id).values(**values))


def retire(connection: sa.Connection, target_id: str, at: datetime) -> None:
    """Take a target out of force; a preset may then be added again."""
    connection.execute(
        sa.update(targets).where(targets.c.id == target_id).values(retired_at=at, preset=None)
    )


def freeze(connection: sa.Connection, target_id: str, baseline: Baseline) -> None:
    """Append a baseline."""
    number = len(_baselines(connection, target_id)) + 1
    connection.execute(
        sa.insert(target_baselines).values(
            id=secrets.token_hex(16),
            target_id=target_id,
            number=number,
            value=baseline.value,
            low=baseline.low,
            high=baseline.high,
            n=baseline.n,
            start=baseline.start,
            end=baseline.end,
            frozen_at=baseline.frozen_at,
            frozen_by=baseline.frozen_by,
        )
    )


def history(connection: sa.Connection, target_id: str) -> list[Baseline]:
    """Return all baselines of a target, the oldest first."""
    return [_baseline(row) for row in _baselines(connection, target_id)]


def _baselines(connection: sa.Connection, target_id: str | None) -> list[sa.RowMapping]:
    query = sa.select(target_baselines).order_by(
        target_baselines.c.target_id, target_baselines.c.number
    )
    if target_id is not None:
        query = query.where(target_baselines.c.target_id == target_id)
    return list(connection.execute(query).mappings())


def _baseline(row: sa.RowMapping) -> Baseline:
    names = ("value", "low", "high", "n", "start", "end", "frozen_at", "frozen_by")
    return Baseline(**{name: row[name] for name in names})


def _target(row: sa.RowMapping, baseline: sa.RowMapping | None) -> Target:
    return Target(
        id=row["id"],
        metric=row["metric"],
        title=Text(row["title_en"], row["title_zh"]),
        kind=TargetKind(row["kind"]),
        value=row["value"],
        direction=Direction(row["direction"]),
        due=row["due"],
        horizon=Horizon(row["horizon"]) if row["horizon"] else None,
        window_days=row["window_days"],
        filters={name: tuple(words) for name, words in json.loads(row["filters"]).items()},
        audience=row["audience"],
        guardrails=tuple(json.loads(row["guardrails"])),
        preset=row["preset"],
        note=row["note"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        baseline=_baseline(baseline) if baseline is not None else None,
    )


def _values(target: Target) -> dict[str, Any]:
    return {
        "id": target.id,
        "metric": target.metric,
        "title_en": target.title.en,
        "title_zh": target.title.zh,
        "kind": target.kind.value,
        "value": target.value,
        "direction": target.direction.value,
        "due": target.due,
        "horizon": target.horizon.value if target.horizon else None,
        "window_days": target.window_days,
        "filters": json.dumps({name: list(words) for name, words in target.filters.items()}),
        "audience": target.audience,
        "guardrails": json.dumps(list(target.guardrails)),
        "preset": target.preset,
        "note": target.note,
        "created_at": target.created_at,
        "created_by": target.created_by,
    }
