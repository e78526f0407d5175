"""One import from files to the timeline: read, check, build, load; with its progress told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from regulars.kit import clock
from regulars.listen.imports import rejects, whom
from regulars.listen.imports.accounting import account
from regulars.listen.imports.bench import bench
from regulars.listen.imports.building import Builder, check_filled
from regulars.listen.imports.model import Counts, ImportOutcome, Progress, Recipe, RunStage
from regulars.listen.imports.reading import files as reading
from regulars.listen.imports.reading.tables import Piece, Reader
from regulars.listen.imports.shaping import Shaper
from regulars.listen.imports.written import Ground
from regulars.listen.statuses import service as statuses
from regulars.timeline import loading

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

Tell = Callable[[Progress], None]
BEAT_SECONDS = 0.5
MEMORY_SHARE = 0.75
WEIGHTS = {RunStage.READ: 0.35, RunStage.CHECK: 0.15, RunStage.BUILD: 0.1, RunStage.LOAD: 0.4}
"""How the work is usually spread; for the time left only."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be imported: files by their shown names, a recipe, an id, and when.

    With `wake`, reactions see what is new, as if it had come by the intake.
    """

    id: str
    recipe: Recipe
    paths: tuple[Path, ...]
    names: dict[Path, str]
    now: datetime
    wake: bool = False


class Teller:
    """Tells the progress every half second from a thread of its own while the engine works."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tell: Tell) -> None:
        self.connection = connection
        self.tell = tell
        self.stage = RunStage.READ
        self.rows = 0
        self.part = (0, 1)
        self.began = clock.monotonic()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._beat, name="import-progress", daemon=True)

    def enter(self, stage: RunStage, part: tuple[int, int] = (0, 1)) -> None:
        """Say what is being done; `part` counts the pieces of the stage."""
        self.stage, self.part = stage, part
        self.tell(self.progress())

    def progress(self) -> Progress:
        """Return how far the run is, with the time left as far as it can be known."""
        seconds = clock.monotonic() - self.began
        percent = self.connection.query_progress()
        inner = max(0.0, percent) / 100 if percent is not None else 0.0
        done = min(1.0, (self.part[0] + inner) / max(1, self.part[1]))
        before = sum(share for stage, share in WEIGHTS.items() if _earlier(stage, self.stage))
        whole = before + WEIGHTS[self.stage] * done
        left = seconds * (1 - whole) / whole if whole > 0.05 and seconds > 2 else None
        rate = self.rows / seconds if self.rows and seconds > 0 else None
        return Progress(self.stage, whole, self.rows, seconds, rate, left)

    def _beat(self) -> None:
        while not self.ended.wait(BEAT_SECONDS):
            self.tell(self.progress())

    def __enter__(self) -> Teller:
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ended.set()
        self.thread.join()


def _earlier(one: RunStage, other: RunStage) -> bool:
    order = list(RunStage)
    return order.index(one) < order.index(other)


def run(workspace: Workspace, job: Job, tell: Tell) -> ImportOutcome:
    """Import the job's files; returns what became of every row.

    Raises Invalid or NotFound when the files do not fit the recipe; nothing is loaded then.
    """
    check_filled(job.recipe)
    found = reading.gather(job.paths, job.names)
    taken, left = reading.assign(found, job.recipe.inputs)
    source = job.recipe.source or job.recipe.name
    ground = _ground(workspace, source)
    with (
        bench(workspace, share=MEMORY_SHARE) as (connection, scratch),
        Teller(connection, tell) as teller,
    ):
        shaper = Shaper(connection, job.recipe, ground)
        pieces = _shape(shaper, scratch, taken, teller)
        teller.enter(RunStage.BUILD)
        builder = Builder(
            connection,
            shaper,
            salt=ground.salt,
            currency=ground.currency,
            now=job.now,
        )
        events = builder.build()
        sums = account(connection, shaper, pieces, builder.made)
        nobodies = whom.notes(connection, builder.named)
        spelled = whom.settle(workspace, connection, builder.named)
        rejected, reasons, file = rejects.keep(connection, pieces, run_folder(workspace, job.id))
        teller.enter(RunStage.LOAD)
        loaded = _load(workspace, connection, events, job, builder.alike())
        whom.link_spellings(workspace, spelled, source, job.now)
        seconds = clock.monotonic() - teller.began
    counts = Counts(
        read=sums.read,
        events=loaded.accepted + loaded.duplicates + loaded.replaced + loaded.refused,
        accepted=loaded.accepted,
        duplicates=loaded.duplicates,
        replaced=loaded.replaced,
        refused=loaded.refused,
        repeats=shaper.repeats,
        rejected=rejected,
        used=sums.used,
        empty=sums.empty,
        skipped=sums.skipped,
    )
    return ImportOutcome(
        run_id=job.id,
        recipe=job.recipe.name,
        source=source,
        files=tuple(piece.file.name for piece in pieces),
        ignored=tuple(file.name for file in left),
        counts=counts,
        reasons=reasons,
        rejects_file=str(file.relative_to(workspace.folder)) if file else None,
        seconds=seconds,
        notes=(*shaper.notes, *sums.notes, *nobodies),
        questions=tuple(shaper.questions.values()),
    )


def _load(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    events: str,
    job: Job,
    alike: Mapping[str, str],
) -> loading.Loaded:
    key = f"import:{job.id}"
    return loading.load(workspace, connection, events, key, now=job.now, alike=alike, wake=job.wake)


def _ground(workspace: Workspace, source: str) -> Ground:
    """Return what holds for a run of that source."""

    def source_events(connection: duckdb.DuckDBPyConnection) -> str:
        return loading.told_by(workspace, connection, source)

    def people(connection: duckdb.DuckDBPyConnection) -> str | None:
        folded = workspace.engine.reader.people()
        if not folded.num_rows:
            return None
        connection.register("who_is_who", folded)
        return "who_is_who"

    own = workspace.settings.workspace
    salt = workspace.keyed_hash("import", source)
    return Ground(
        own.time_zone, own.currency, salt, source_events, people, statuses.words(workspace)
    )


def run_folder(workspace: Workspace, run_id: str) -> Path:
    """Return the folder that holds what a run leaves behind."""
    return workspace.folder / rejects.FOLDER / run_id


def _shape(
    shaper: Shaper, scratch: Path, taken: dict[str, list[reading.File]], teller: Teller
) -> list[Piece]:
    """Read every input and make the recipe's tables."""
    reader = Reader(shaper.connection, scratch, shaper.recipe.answers)
    pieces: list[Piece] = []
    present = [part for part in shaper.recipe.inputs if taken[part.name]]
    for index, part in enumerate(present):
        teller.enter(RunStage.READ, (index, len(present)))
        raw = reader.read(part, taken[part.name])
        pieces += raw.pieces
        teller.rows = sum(piece.rows for piece in pieces)
        teller.enter(RunStage.CHECK, (index, len(present)))
        shaper.input(raw)
    for table in shaper.recipe.tables:
        shaper.table(table)
    return pieces


def silent(_progress: Progress) -> None:
    """Tell nobody."""


def sample_paths(paths: Sequence[str | Path]) -> tuple[Path, ...]:
    """Return paths as a job wants them: absolute."""
    return tuple(Path(path).expanduser().resolve() for path in paths)
