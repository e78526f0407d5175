"""The engine beyond one machine: Apache Spark over the same lake files, and the inbox.

The expressions are the same as on DuckDB; the session's zone is the reporting zone.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.store.spill import COPIES
from regulars.timeline.engine.base import Engine, in_utc, narrowed
from regulars.timeline.engine.snapshot import Snapshot
from regulars.timeline.engine.view import View
from regulars.timeline.event import COLUMNS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.workspace import Workspace

MASTER = "REGULARS_SPARK_MASTER"
"""Environment variable with the cluster's address; local mode without it."""
MISSING = "FAILED_READ_FILE"


class SparkEngine(Engine):
    """One Spark session; queries take turns in defining the view they read."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._lock = threading.Lock()
        self._session = _session(workspace)
        import ibis

        self._backend = ibis.pyspark.connect(self._session)
        # Connecting sets the session to UTC; months are months of the reporting zone.
        self._session.conf.set("spark.sql.session.timeZone", workspace.settings.workspace.time_zone)
        self._mark: object = None
        self._tables: tuple[Any, Any] = (None, None)
        self._folder = workspace.spill.place(COPIES)
        self._folder.mkdir()

    def query(
        self,
        build: Callable[[View], Any],
        *,
        as_of: datetime | None = None,
        identities: Sequence[str] | None = None,
    ) -> pa.Table:
        """Run an expression; a file that is gone makes it open the lake anew and repeat."""
        with self._lock:
            view = self._view(self.reader.read(), as_of, identities)
            try:
                return self._run(build(view).as_table())
            except Exception as error:
                if MISSING not in str(error):
                    raise
            self._mark = None
            view = self._view(self.reader.read(fresh=True), as_of, identities)
            return self._run(build(view).as_table())

    def events(self) -> ir.Table:
        """Return all events as of now."""
        with self._lock:
            return self._view(self.reader.read(), None, None).with_person()

    def close(self) -> None:
        """End the session and delete what it kept aside."""
        self._session.stop()
        shutil.rmtree(self._folder)

    def _run(self, expression: Any) -> pa.Table:
        """Run on Spark itself: Ibis's way through pandas would lose the zone of times."""
        self._backend._run_pre_execute_hooks(expression)
        return in_utc(self._session.sql(self._backend.compile(expression)).toArrow())

    def _view(
        self, snapshot: Snapshot, as_of: datetime | None, identities: Sequence[str] | None
    ) -> View:
        past = as_of if snapshot.counted_at(as_of) else None
        if (snapshot.mark, past) != self._mark:
            self._define(snapshot, past)
            self._mark = (snapshot.mark, past)
        events, people = self._tables
        if as_of is not None:
            people = self._past_people(self.reader.people_at(as_of))
        kept = narrowed(events, as_of, identities)
        return View(kept, people, snapshot.mark, as_of, self.workspace.zone)

    def _define(self, snapshot: Snapshot, past: datetime | None) -> None:
        """Let `events` be those of a snapshot; with `past`, also what counted as of then only."""
        paths = [self.workspace.lake.absolute(file) for file in snapshot.files]
        if snapshot.waiting.num_rows or not paths:
            paths.append(self._aside("waiting", snapshot.waiting))
        stored = self._session.read.parquet(*paths).select(*COLUMNS)
        if past is not None:
            aside = [self.workspace.lake.absolute(file) for file in snapshot.counted_at(past)]
            superseded = self._session.read.parquet(*aside)
            later = f"superseded_at > TIMESTAMP '{past.isoformat(sep=' ')}'"
            stored = stored.unionAll(superseded.where(later).select(*COLUMNS))
        stored.createOrReplaceTempView("stored_events")
        seen = self._session.sql(f"{snapshot.sight.select()} stored_events")
        seen.createOrReplaceTempView("events")
        people = None
        if snapshot.people.num_rows:
            folded = self._aside("people", snapshot.people)
            self._session.read.parquet(folded).createOrReplaceTempView("linked_people")
            people = self._backend.table("linked_people")
        self._tables = (self._backend.table("events"), people)

    def _past_people(self, past: pa.Table) -> Any:
        """Return the fold of the past as a table; nobody was linked in an empty one."""
        if not past.num_rows:
            return None
        folded = self._aside("past_people", past)
        self._session.read.parquet(folded).createOrReplaceTempView("people_as_of")
        return self._backend.table("people_as_of")

    def _aside(self, name: str, table: pa.Table) -> str:
        """Write a small table where Spark can read it; the last one of the name is deleted.

        An erasure deletes it too; a query that was about to read it is repeated.
        """
        for old in self._folder.glob(f"{name}-*"):
            old.unlink(missing_ok=True)
        file: Path = self._folder / f"{name}-{secrets.token_hex(8)}.parquet"
        pq.write_table(table, file, coerce_timestamps="us")
        return str(file)


def _session(workspace: Workspace) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise Unavailable(
            "engine.spark",
            Text(
                "Spark needs its package and Java 17: pip install 'regulars[spark]'.",
                "使用 Spark 需要安装软件包和 Java 17：pip install 'regulars[spark]'。",
            ),
        ) from error
    settings = workspace.settings
    builder = (
        SparkSession.builder.appName("regulars")
        .master(os.environ.get(MASTER, f"local[{settings.engine.threads}]"))
        .config("spark.sql.session.timeZone", settings.workspace.time_zone)
        .config("spark.sql.shuffle.partitions", str(settings.engine.threads * 2))
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.ansi.enabled", "false")
    )
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
