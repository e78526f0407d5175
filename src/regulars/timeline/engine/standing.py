"""One state of the timeline to read from, and answers corrected by what is new since the last.

A refresh asks some hundred questions. It holds one state for all of them, so that its findings
agree with each other, and keeps the answers that add up over people: the next refresh corrects
them by the events of those touched since (`change`) instead of computing them anew.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from regulars.timeline.engine.change import RefreshState
from regulars.timeline.engine.sight import Sight
from regulars.timeline.lake import LakeFile

FOLDER = "sums"
STATE, PEOPLE = "state.json", "people"


class Kept:
    """Answers in a folder, each of one state; `token` names the state they belong to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read_state(self) -> tuple[str, RefreshState] | None:
        """Return the state read last and its token, None when there is none or it is damaged."""
        try:
            document = json.loads((self._folder / STATE).read_text("utf-8"))
            files = tuple(LakeFile(**one) for one in document["files"])
            as_of, end = (datetime.fromisoformat(document[name]) for name in ("as_of", "end"))
            people = _read(self._path(document["token"], PEOPLE))
            spelled = tuple((one, written, meant) for one, written, meant in document["spelled"])
            seen = Sight(tuple(document["nobody"]), spelled)
            state = RefreshState(
                document["version"], files, people, as_of, end, document["whole"], seen
            )
            return document["token"], state
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write_state(self, state: RefreshState) -> str:
        """Keep a state as the one read last; return its new token.

        Its people lie under the token too, so that a crash leaves no state with another's people.
        """
        token = secrets.token_hex(8)
        _write(self._path(token, PEOPLE), state.people)
        told = {
            "token": token,
            "version": state.version,
            "files": [asdict(file) for file in state.files],
            "as_of": state.as_of.isoformat(),
            "end": state.end.isoformat(),
            "whole": state.whole,
            "nobody": list(state.sight.nobody),
            "spelled": list(state.sight.spelled),
        }
        aside = self._folder / f"{STATE}.writing"
        aside.write_text(json.dumps(told), "utf-8")
        aside.replace(self._folder / STATE)
        return token

    def read(self, token: str, key: str, column: str | None = None) -> pa.Table | None:
        """Return the answer to `key` of the state `token`, or one column of it."""
        try:
            return _read(self._path(token, key), column)
        except (OSError, pa.ArrowInvalid):
            return None

    def total(self, tokens: Sequence[str], key: str, column: str) -> int | None:
        """Return what a column adds up to, in the first of the states with an answer to `key`."""
        for token in tokens:
            found = self.read(token, key, column)
            if found is not None:
                return int(pc.sum(found.column(column)).as_py() or 0)
        return None

    def write(self, token: str, key: str, answer: pa.Table) -> None:
        """Keep an answer, unless an erasure has dropped its state meanwhile."""
        path = self._path(token, key)
        _write(path, answer)
        if not self._holds(token):
            path.unlink(missing_ok=True)

    def carry(self, before: str, token: str, key: str) -> None:
        """Let the answer of an earlier state stand for this one too."""
        path, source = self._path(token, key), self._path(before, key)
        with suppress(FileNotFoundError):  # an erasure has dropped it
            try:
                path.hardlink_to(source)
            except OSError:  # not every disk knows hard links
                shutil.copyfile(source, path)
        if not self._holds(token):
            path.unlink(missing_ok=True)

    def _holds(self, token: str) -> bool:
        try:
            return bool(json.loads((self._folder / STATE).read_text("utf-8"))["token"] == token)
        except (OSError, ValueError):
            return False

    def sweep(self, token: str | None) -> int:
        """Delete the answers of every state but `token`, without one the states too; how many."""
        gone = 0
        for path in sorted(self._folder.glob("*"), reverse=True):  # the state goes first
            if token is None or not path.name.startswith((token, STATE)):
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _path(self, token: str, key: str) -> Path:
        digest = hashlib.blake2b(key.encode(), digest_size=12).hexdigest()
        return self._folder / f"{token}-{digest}.arrow"


def summed(stored: pa.Table, before: pa.Table, now: pa.Table, by: Sequence[str]) -> pa.Table:
    """Return sums by `by` corrected: `stored`, less `before`, and `now`; `stored` if that is all.

    A row goes when all its whole numbers have become 0. Stored a 3 and b 1; of those touched there
    was b 1 and is c 2 now: a 3 and c 2. Raises ValueError without a column of whole numbers.
    """
    sums = [name for name in stored.column_names if name not in by]
    whole = [name for name in sums if pa.types.is_integer(stored.schema.field(name).type)]
    if not whole:
        raise ValueError("sums need a count that tells whether a row is there")
    change = _change(before.cast(stored.schema), now.cast(stored.schema), by, sums)
    if not change.num_rows:
        return stored
    near = _near(stored, change, by)
    made = _added(pa.concat_tables([stored.filter(near), change]), by, sums)
    made = made.filter(_any_not_zero(made, whole))
    return pa.concat_tables([stored.filter(pc.invert(near)), made]).combine_chunks()


def _change(before: pa.Table, now: pa.Table, by: Sequence[str], sums: Sequence[str]) -> pa.Table:
    """Return what is to be added to sums; most of those touched had as much of most rows before.

    Rows stay where a sum may have become known (null before, 0 now), which a difference hides.
    """
    change = _added(pa.concat_tables([_negative(before, sums), now]), by, sums)
    known = all(not part.column(name).null_count for part in (before, now) for name in sums)
    return change.filter(_any_not_zero(change, sums)) if known else change


def _added(rows: pa.Table, by: Sequence[str], sums: Sequence[str]) -> pa.Table:
    made = rows.group_by(list(by), use_threads=False).aggregate([(name, "sum") for name in sums])
    return made.rename_columns([*by, *sums]).select(rows.column_names).cast(rows.schema)


def _near(stored: pa.Table, change: pa.Table, by: Sequence[str]) -> pa.ChunkedArray:
    """Tell of each row whether its value in every column `by` occurs in the change."""
    near = pa.chunked_array([pa.repeat(pa.scalar(True), stored.num_rows)])
    for name in by:
        wanted = pc.unique(change.column(name))
        near = pc.and_(near, pc.is_in(stored.column(name), wanted))
    return near


def _any_not_zero(rows: pa.Table, names: Sequence[str]) -> pa.ChunkedArray:
    there = pc.not_equal(rows.column(names[0]), 0)
    for name in names[1:]:
        there = pc.or_(there, pc.not_equal(rows.column(name), 0))
    return there


def _negative(table: pa.Table, names: Sequence[str]) -> pa.Table:
    for name in names:
        index = table.schema.get_field_index(name)
        table = table.set_column(index, name, pc.negate(table.column(name)))
    return table


def replaced(stored: pa.Table, now: pa.Table, of: str, touched: pa.Array) -> pa.Table:
    """Return rows by person (`of`) with those of everybody touched replaced.

    Others stand in `now` with some of their events only: theirs stay as they were. Stored ann 3 and
    bo 1, bo touched, now bo 2 and ann 1: ann 3 and bo 2.
    """
    kept = stored.filter(pc.invert(pc.is_in(stored.column(of), touched)))
    new = now.filter(pc.is_in(now.column(of), touched)).cast(stored.schema)
    return pa.concat_tables([kept, new])


def amended(
    rows: pa.Table, people: pa.Array, now: pa.Table, of: str, touched: pa.Array
) -> tuple[pa.Table, pa.Array]:
    """Return the rows put in the place of these people's, with those touched now among them."""
    ids = pc.unique(pa.concat_arrays([people, touched.cast(people.type)]))
    return replaced(rows, now, of, touched), ids


def _read(path: Path, column: str | None = None) -> pa.Table:
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
        if column is None:
            return reader.read_all()
        only = pa.ipc.IpcReadOptions(included_fields=[reader.schema.get_field_index(column)])
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source, options=only) as reader:
        return reader.read_all()


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    aside = path.with_suffix(".writing")
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with (
        pa.OSFile(str(aside), "wb") as sink,
        pa.ipc.new_file(sink, table.schema, options=options) as writer,
    ):
        writer.write_table(table)
    aside.replace(path)
