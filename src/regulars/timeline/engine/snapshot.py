"""A snapshot: which inbox groups and which lake files together hold every event once.

The inbox is read first, then the lake is opened, and groups at or below its watermark are
dropped. The other order would hide the groups that a flush moves in between.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa

from regulars.timeline import lake, memory, people
from regulars.timeline.engine import sight
from regulars.timeline.engine.sight import EVERYTHING, Sight
from regulars.timeline.event import SCHEMA
from regulars.timeline.inbox import decode
from regulars.timeline.lake import LakeFile
from regulars.timeline.tables import inbox

if TYPE_CHECKING:
    from deltalake import DeltaTable

    from regulars.timeline.workspace import Workspace

Group = tuple[int, int]


@dataclass(frozen=True)
class Snapshot:
    """Inbox events not yet in the lake, the lake's files, and who is linked with whom.

    `files` hold what counts now; `superseded` what counted once, and was replaced.
    `sight` is what is seen of these.
    """

    waiting: pa.Table
    files: tuple[LakeFile, ...]
    superseded: tuple[LakeFile, ...]
    people: pa.Table
    mark: str
    version: int
    sight: Sight = EVERYTHING

    def counted_at(self, as_of: datetime | None) -> list[LakeFile]:
        """Return the files of superseded tellings of which some may count as of a moment."""
        if as_of is None:
            return []
        return [file for file in self.superseded if file.counts_at(as_of)]


class SnapshotReader:
    """Makes snapshots, keeping decoded groups, the lake's handle and the fold between calls."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._groups: dict[Group, pa.RecordBatch] = {}
        self._handle: DeltaTable | None = None
        self._files: tuple[int, tuple[LakeFile, ...]] = (-1, ())
        self._superseded: tuple[LakeFile, ...] = ()
        self._fold = people.NOBODY_YET
        self._sight = EVERYTHING

    def read(self, *, fresh: bool = False, lake_only: bool = False) -> Snapshot:
        """Return the present state; `fresh` opens the lake anew after a file was found gone.

        With `lake_only`, without what waits in the inbox.
        """
        with self._lock:
            groups = self._read_inbox()
            handle = self._open_lake(fresh)
            mark = lake.watermark(handle)
            above = [] if lake_only else [group for group in groups if group[0] > mark]
            version = handle.version()
            if self._files[0] != version or fresh:
                every = lake.files(handle)
                self._files = (version, tuple(one for one in every if not one.aside))
                self._superseded = tuple(one for one in every if one.month == lake.SUPERSEDED)
            waiting = pa.Table.from_batches([self._groups[group] for group in above], SCHEMA)
            return Snapshot(
                waiting=waiting,
                files=self._files[1],
                superseded=self._superseded,
                people=self._fold.people,
                mark=_mark(version, above, (*self._fold.change, self._sight), self._events(above)),
                version=version,
                sight=self._sight,
            )

    def people(self) -> pa.Table:
        """Return who is linked with whom, as it is now."""
        with self._workspace.database.reading() as connection:
            return people.folded(self._workspace, connection).people

    def people_at(self, as_of: datetime) -> pa.Table:
        """Return who was linked with whom as far as it was known by a moment."""
        with self._workspace.database.reading() as connection:
            return people.as_of(self._workspace, connection, as_of).people

    def _read_inbox(self) -> list[Group]:
        """Return the groups now in the inbox, decoding those not met before; and the fold.

        Those that the lake is known to have, which wait there for reactions only, are not read.
        """
        with self._workspace.database.reading() as connection:
            listing = sa.select(inbox.c.seq, inbox.c.revision).order_by(inbox.c.seq)
            listing = listing.where(inbox.c.seq > memory.watermark(connection))
            groups = [(row[0], row[1]) for row in connection.execute(listing)]
            missing = [group[0] for group in groups if group not in self._groups]
            for start in range(0, len(missing), 400):
                wanted = missing[start : start + 400]
                query = sa.select(inbox.c.seq, inbox.c.revision, inbox.c.batch)
                for row in connection.execute(query.where(inbox.c.seq.in_(wanted))):
                    self._groups[(row.seq, row.revision)] = decode(row.batch)
            self._fold = people.folded(self._workspace, connection)
            self._sight = sight.now(connection)
        present = set(groups)
        self._groups = {group: batch for group, batch in self._groups.items() if group in present}
        return groups

    def _events(self, groups: list[Group]) -> int:
        waiting = sum(int(self._groups[group].num_rows) for group in groups)
        return waiting + sum(file.events for file in self._files[1])

    def _open_lake(self, fresh: bool) -> DeltaTable:
        if self._handle is None or fresh:
            self._handle = self._workspace.lake.open()
        else:
            self._handle.update_incremental()
        return self._handle


def _mark(version: int, groups: list[Group], change: tuple[object, ...], events: int) -> str:
    state = f"{version}|{groups[0] if groups else ''}|{groups[-1] if groups else ''}|{len(groups)}"
    digest = hashlib.blake2b(
        f"{state}|{sum(g[1] for g in groups)}|{change}".encode(), digest_size=8
    )
    return f"{version}-{events}-{digest.hexdigest()}"


def events_of(mark: str) -> int:
    """Return how many events there are in the state that a mark names."""
    return int(mark.split("-")[1])
