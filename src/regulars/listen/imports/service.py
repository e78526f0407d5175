"""The verbs of imports: bring in files, watch a run, look at what was refused, see the sources."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from regulars.company.audit import service as audit
from regulars.company.rights.model import SHELL, Principal, Scope
from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid, NotFound, RegularsError
from regulars.kit.memo import Memo
from regulars.kit.text import Text
from regulars.listen.imports import adding, library, queries, rejects, running, uploads
from regulars.listen.imports import preview as proposals
from regulars.listen.imports.choices import Choices
from regulars.listen.imports.model import (
    Habits,
    ImportOutcome,
    ImportRun,
    ImportState,
    Progress,
    Recipe,
    Reject,
)
from regulars.listen.imports.preview import Proposal
from regulars.listen.imports.reading import files
from regulars.listen.imports.uploads import Prepared
from regulars.timeline.erasure import counted, erasable
from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)
AS_THE_RECIPE_SAYS = Habits()
SILENCE = timedelta(minutes=2)
"""A running import that has not told its progress for this long was cut off."""
UPLOADS_KEPT = timedelta(days=1)
"""An upload whose mapping nobody confirmed goes away after this."""
CUT_OFF = Text(
    "The import was cut off. Nothing of it was doubled: run it again.",
    "导入中断。数据不会重复：请重新运行。",
)


def preview(
    ws: Workspace,
    path: Path,
    *,
    now: datetime,
    name: str | None = None,
    recipe: Recipe | None = None,
    habits: Habits = AS_THE_RECIPE_SAYS,
) -> Proposal:
    """Look at a file and propose a mapping, or show what a `recipe` makes of it.

    `name` is the file's as it was uploaded; `habits` are said of it beside the mapping.
    """
    library.check_zone(habits.zone)
    found = files.gather([path], {path: name} if name else None)
    chosen = library.written_as(recipe, habits) if recipe is not None else None
    choices = Choices(answers=habits.answers)
    return proposals.propose(
        ws, found[0], now=now, zone=habits.zone, recipe=chosen, choices=choices
    )


def recipes() -> list[Recipe]:
    """Return the recipes that come with the product."""
    return list(library.every().values())


def import_files(
    ws: Workspace,
    paths: Sequence[str | Path],
    recipe: Recipe | str,
    *,
    now: datetime,
    by: Principal = SHELL,
    habits: Habits = AS_THE_RECIPE_SAYS,
    tell: running.Tell = running.silent,
    wake: bool = False,
) -> ImportOutcome:
    """Import files or folders now, by a recipe or its name; `wake` reactions by what is new.

    Raises Invalid or NotFound when files and recipe do not fit; the run is kept as failed then.
    """
    named = library.get(recipe) if isinstance(recipe, str) else recipe
    chosen = library.written_as(named, habits)
    run = prepare(ws, running.sample_paths(paths), chosen, now=now, by=by)
    return carry_out(ws, run, now=now, by=by, tell=tell, wake=wake)


def prepare(
    ws: Workspace,
    paths: Sequence[Path],
    recipe: Recipe,
    *,
    now: datetime,
    by: Principal,
    names: dict[Path, str] | None = None,
) -> Prepared:
    """Keep a new run as waiting."""
    run_id = secrets.token_hex(8)
    with ws.database.transaction() as connection:
        queries.insert_run(
            connection,
            {
                "id": run_id,
                "recipe": recipe.name,
                "source": recipe.source or recipe.name,
                "mapping": library.render(recipe),
                "files": json.dumps([(names or {}).get(path, path.name) for path in paths]),
                "state": ImportState.WAITING.value,
                "created_by": by.name,
                "created_at": now,
            },
        )
        audit.record(ws, connection, by, "import.prepared", run_id, recipe=recipe.name)
    return Prepared(run_id, recipe, tuple(paths), names or {})


def carry_out(
    ws: Workspace,
    run: Prepared,
    *,
    now: datetime,
    by: Principal = SHELL,
    tell: running.Tell = running.silent,
    wake: bool = False,
) -> ImportOutcome:
    """Do a prepared run; its progress goes to `tell` and to SQL.

    Once it made events, touchpoints of the recipe that the catalog lacks are added in `by`'s name.
    Raises Conflict when the run is not waiting, and whatever stopped it.
    """
    with ws.database.transaction() as connection:
        if not queries.start(connection, run.id, now):
            raise Conflict(
                "import.started", Text("This import has been started.", "该导入已经开始。")
            )
    job = running.Job(run.id, run.recipe, run.paths, run.names, now, wake)

    def beat(progress: Progress) -> None:
        # A busy database must not stop an import for its progress: the next beat tells it.
        with suppress(sa.exc.OperationalError):
            _keep(ws, run.id, queries.beat_values(progress))
        tell(progress)

    try:
        outcome = running.run(ws, job, beat)
        if outcome.counts.events:
            added = adding.touchpoints(ws, run.recipe, by=by, now=now)
            outcome = replace(outcome, notes=(*outcome.notes, *added))
    except Exception as error:
        _keep(ws, run.id, queries.failure_values(error))
        raise
    finally:
        if run.uploaded:
            uploads.discard(ws, run.id)
    _keep(ws, run.id, queries.outcome_values(outcome))
    return outcome


def _keep(ws: Workspace, run_id: str, values: dict[str, object]) -> None:
    with ws.database.transaction() as connection:
        queries.update_run(connection, run_id, values)


def carry_out_quietly(ws: Workspace, run: Prepared, by: Principal) -> None:
    """Do a prepared run behind an answer: what stops it is kept with the run and in the log."""
    try:
        carry_out(ws, run, now=clock.now(), by=by)
    except RegularsError as error:
        log.warning("import.failed", run=run.id, code=error.code)
    except Exception:
        log.exception("import.failed", run=run.id)


def chosen(recipe: str | None, mapping: str | None) -> Recipe:
    """Return the recipe of that name, or the mapping's; raises Invalid unless one is given."""
    if bool(recipe) == bool(mapping):
        raise Invalid(
            "import.which",
            Text(
                "Give either a template or a field mapping.", "请提供导入模板或字段映射，二者选一。"
            ),
        )
    return library.parse(mapping) if mapping else library.get(recipe or "")


def runs(
    ws: Workspace, *, limit: int = 50, after: tuple[Any, ...] | None = None
) -> list[ImportRun]:
    """Return runs, the newest first, behind the key (created_at, id) `after`."""
    with ws.database.reading() as connection:
        found = queries.runs(connection, limit, after)
    return [_judged(run) for run in found]


def get_run(ws: Workspace, run_id: str) -> ImportRun:
    """Return one run; raises NotFound."""
    with ws.database.reading() as connection:
        found = queries.run(connection, run_id)
    if found is None:
        raise NotFound("import.run", Text("There is no such import.", "没有这次导入。"), id=run_id)
    return _judged(found)


def _judged(run: ImportRun) -> ImportRun:
    """Show a run that fell silent as failed, whatever its row says."""
    if (
        run.state != ImportState.RUNNING
        or run.beat_at is None
        or clock.now() - run.beat_at < SILENCE
    ):
        return run
    return replace(run, state=ImportState.FAILED, error_code="import.cut_off", error=CUT_OFF)


def mapping_of(ws: Workspace, run_id: str) -> str:
    """Return the recipe a run was made with, as TOML; raises NotFound."""
    get_run(ws, run_id)
    with ws.database.reading() as connection:
        return queries.mapping(connection, run_id) or ""


def upload(
    ws: Workspace,
    sent: Sequence[uploads.Sent],
    recipe: Recipe | None,
    *,
    now: datetime,
    by: Principal,
    habits: Habits = AS_THE_RECIPE_SAYS,
) -> Prepared:
    """Keep sent files and a waiting run for them; without a recipe, one is proposed.

    The files go away when the run ends, or when it is given up.
    """
    _clear_stale(ws, now)
    uploaded = uploads.keep(ws, sent)
    try:
        if recipe is None:
            first = uploaded.paths[0]
            recipe = preview(ws, first, now=now, name=uploaded.names[first], habits=habits).recipe
        recipe = library.written_as(recipe, habits)
        run = prepare(ws, uploaded.paths, recipe, now=now, by=by, names=uploaded.names)
    except RegularsError:
        uploaded.forget()
        raise
    return uploads.settle(ws, uploaded, run)


def _clear_stale(ws: Workspace, now: datetime) -> None:
    """Drop uploads that nobody came back to."""
    with ws.database.transaction() as connection:
        gone = queries.delete_stale(connection, before=now - UPLOADS_KEPT)
    for run_id in gone:
        uploads.discard(ws, run_id)


def waiting(ws: Workspace, run_id: str) -> Prepared:
    """Return an uploaded run that waits; raises NotFound, or Conflict when it has begun."""
    run = get_run(ws, run_id)
    prepared = uploads.prepared(
        ws, run_id, library.parse(mapping_of(ws, run_id), draft=True), run.files
    )
    if run.state is not ImportState.WAITING or prepared is None:
        raise Conflict(
            "import.not_waiting",
            Text("This import waits no more: upload again.", "该导入已不在等待：请重新上传。"),
        )
    return prepared


def propose(
    ws: Workspace, run: Prepared, *, now: datetime, choices: Choices | None = None
) -> Proposal:
    """Look at a waiting run's first file through its present mapping, or through `choices`."""
    first = files.gather(run.paths[:1], run.names)[0]
    if choices is None:
        return proposals.propose(ws, first, now=now, recipe=run.recipe)
    return proposals.propose(ws, first, now=now, choices=choices)


def choose_recipe(ws: Workspace, run_id: str, name: str, choices: Choices) -> Prepared:
    """Let a waiting run be made by a recipe that comes with the product, with what was answered.

    Of a recipe that names no time zone the times are of the chosen one.
    """
    recipe = library.get(name)
    habits = Habits(zone=None if recipe.zone else choices.zone, answers=choices.answers)
    return change_mapping(ws, run_id, library.render(library.written_as(recipe, habits)))


def change_mapping(ws: Workspace, run_id: str, words: str) -> Prepared:
    """Give a waiting run another mapping; raises Invalid when it is wrong."""
    run = waiting(ws, run_id)
    recipe = library.parse(words)
    source = recipe.source or recipe.name
    _keep(ws, run_id, {"mapping": words, "recipe": recipe.name, "source": source})
    return replace(run, recipe=recipe)


def give_up(ws: Workspace, run_id: str, *, by: Principal) -> None:
    """Drop a waiting run with its files."""
    waiting(ws, run_id)
    uploads.discard(ws, run_id)
    with ws.database.transaction() as connection:
        queries.delete_run(connection, run_id)
        audit.record(ws, connection, by, "import.given_up", run_id)


def rejects_of(
    ws: Workspace, run_id: str, *, limit: int = 100, offset: int = 0, reason: str | None = None
) -> list[Reject]:
    """Return refused rows of a run in the order of its files."""
    file = _rejects_path(ws, get_run(ws, run_id))
    if file is None:
        return []
    return rejects.page(ws, file, limit=limit, offset=offset, reason=reason)


def every_reject(ws: Workspace, run_id: str) -> Iterator[Reject]:
    """Yield all refused rows of a run, for an export."""
    file = _rejects_path(ws, get_run(ws, run_id))
    return rejects.every(ws, file) if file else iter(())


def _rejects_path(ws: Workspace, run: ImportRun) -> Path | None:
    path = ws.folder / run.rejects_file if run.rejects_file else None
    return path if path is not None and path.is_file() else None


@dataclass(frozen=True, slots=True)
class Source:
    """One source of events: how many, from when to when, when it last told anything."""

    name: str | None
    events: int
    first_at: datetime
    last_at: datetime
    received_at: datetime


_sources: Memo[list[Source]] = Memo(16)


def sources(ws: Workspace, *, scope: Scope = None) -> list[Source]:
    """Return what each source has brought, within the caller's places."""

    def build(view: object) -> object:
        events = view.events  # type: ignore[attr-defined]
        if scope is not None:
            events = events.filter(events.place.isin(sorted(scope) or [""]))
        return queries.freshness(events)

    def count() -> list[Source]:
        rows = ws.query(build).to_pylist()
        names = ("source", "events", "first_at", "last_at", "received_at")
        return [Source(*(row[name] for name in names)) for row in rows]

    return _sources.get((ws.folder, scope, ws.engine.watermark()), count)


@counted("refused rows of imports")
def held(ws: Workspace, connection: sa.Connection, identities: frozenset[str]) -> int:
    """Count the entries of rejects files that name one of the identities."""
    return rejects.count_naming(ws, queries.rejects_files(connection), identities)


@erasable("refused rows of imports")
def forget(ws: Workspace, connection: sa.Connection, identities: frozenset[str]) -> int:
    """Take the persons' rows out of every rejects file; uploads that wait go altogether."""
    uploads.discard_all(ws)
    return rejects.forget(ws, queries.rejects_files(connection), identities)
