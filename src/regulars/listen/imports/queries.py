"""All SQL of imports: their runs, and what each source has brought."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import ibis
import sqlalchemy as sa
from ibis.expr import types as ir

from regulars.faces import keyset
from regulars.kit import clock
from regulars.kit.cursors import Key
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.imports import questions
from regulars.listen.imports.model import (
    Counts,
    ImportOutcome,
    ImportRun,
    ImportState,
    Note,
    Progress,
    RunStage,
)
from regulars.listen.imports.tables import import_runs


def insert_run(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Keep a new run."""
    connection.execute(sa.insert(import_runs).values(**values))


def update_run(connection: sa.Connection, run_id: str, values: Mapping[str, Any]) -> None:
    """Change a run."""
    connection.execute(sa.update(import_runs).where(import_runs.c.id == run_id).values(**values))


def delete_run(connection: sa.Connection, run_id: str) -> None:
    """Forget a run."""
    connection.execute(sa.delete(import_runs).where(import_runs.c.id == run_id))


def delete_stale(connection: sa.Connection, *, before: datetime) -> list[str]:
    """Forget runs that have waited since before that moment; return their ids."""
    stale = (import_runs.c.state == ImportState.WAITING.value) & (import_runs.c.created_at < before)
    found = list(connection.execute(sa.select(import_runs.c.id).where(stale)).scalars())
    connection.execute(sa.delete(import_runs).where(import_runs.c.id.in_(found)))
    return found


def start(connection: sa.Connection, run_id: str, now: datetime) -> bool:
    """Take a waiting run to work; False when somebody else did."""
    result = connection.execute(
        sa.update(import_runs)
        .where(import_runs.c.id == run_id, import_runs.c.state == ImportState.WAITING.value)
        .values(state=ImportState.RUNNING.value, started_at=now, beat_at=now)
    )
    return result.rowcount == 1


def run(connection: sa.Connection, run_id: str) -> ImportRun | None:
    """Return one run."""
    row = connection.execute(sa.select(import_runs).where(import_runs.c.id == run_id)).first()
    return _run(row) if row else None


def mapping(connection: sa.Connection, run_id: str) -> str | None:
    """Return the recipe of a run, as TOML."""
    return connection.execute(
        sa.select(import_runs.c.mapping).where(import_runs.c.id == run_id)
    ).scalar()


def runs(connection: sa.Connection, limit: int, after: Key | None) -> list[ImportRun]:
    """Return runs, the newest first, behind the key (created_at, id)."""
    order = (import_runs.c.created_at, import_runs.c.id)
    query = (
        sa.select(import_runs)
        .where(keyset.beyond(order, after, falling=True))
        .order_by(*(column.desc() for column in order))
        .limit(limit)
    )
    return [_run(row) for row in connection.execute(query)]


def rejects_files(connection: sa.Connection) -> list[str]:
    """Return the rejects file, within the workspace, of each run that has one."""
    file = import_runs.c.rejects_file
    return list(connection.execute(sa.select(file).where(file.is_not(None))).scalars())


def beat_values(progress: Progress) -> dict[str, object]:
    """Return what a running import tells of itself."""
    return {
        "stage": progress.stage.value,
        "done": progress.done,
        "read": progress.rows,
        "beat_at": clock.now(),
    }


def failure_values(error: Exception) -> dict[str, object]:
    """Return the end of a run that was stopped, and by what."""
    code, message = "unexpected", _unexpected(error)
    if isinstance(error, RegularsError):
        code, message = error.code, error.message
    return {
        "state": ImportState.FAILED.value,
        "ended_at": clock.now(),
        "error_code": code,
        "error_en": message.en,
        "error_zh": message.zh,
    }


def _unexpected(error: Exception) -> Text:
    kind = type(error).__name__
    return Text(f"Unexpected error ({kind}); see the log.", f"意外错误（{kind}）；请查看日志。")


def outcome_values(outcome: ImportOutcome) -> dict[str, object]:
    """Return the end of a run that is done: counts, reasons, what was told and has to be asked."""
    return {
        "state": ImportState.DONE.value,
        "stage": None,
        "done": 1.0,
        "files": json.dumps(list(outcome.files)),
        "rejects_file": outcome.rejects_file,
        "ended_at": clock.now(),
        **asdict(outcome.counts),
        "reasons": json.dumps(dict(outcome.reasons)),
        "notes": notes_value(outcome.notes),
        "questions": questions.dump(outcome.questions),
    }


def notes_value(notes: Sequence[Note]) -> str:
    """Return what is kept of notes."""
    return json.dumps([note.as_json() for note in notes], ensure_ascii=False)


def _run(row: sa.Row[Any]) -> ImportRun:
    error = Text(row.error_en, row.error_zh or row.error_en) if row.error_en else None
    return ImportRun(
        id=row.id,
        recipe=row.recipe,
        source=row.source,
        files=tuple(json.loads(row.files)),
        state=ImportState(row.state),
        stage=RunStage(row.stage) if row.stage else None,
        done=row.done,
        counts=Counts(**{part.name: getattr(row, part.name) for part in fields(Counts)}),
        by=row.created_by,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        beat_at=row.beat_at,
        rejects_file=row.rejects_file,
        reasons=json.loads(row.reasons),
        error_code=row.error_code,
        error=error,
        notes=tuple(_note(one) for one in json.loads(row.notes)),
        questions=questions.load(row.questions),
    )


def _note(one: Mapping[str, Any]) -> Note:
    words = Text(one["en"], one["zh"])
    return Note(one["code"], one["rows"], words, tuple(one["examples"]))


def freshness(events: ir.Table) -> ir.Table:
    """Return for each source: events, first and last time of what it told, last time it spoke."""
    return (
        events.group_by("source")
        .aggregate(
            events=ibis._.count(),
            first_at=ibis._.occurred_at.min(),
            last_at=ibis._.occurred_at.max(),
            received_at=ibis._.received_at.max(),
        )
        .order_by("source")
    )
