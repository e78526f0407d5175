"""Storing findings and reading the newest."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
import sqlalchemy as sa

from regulars.kit.period import ALL_TIME, Period
from regulars.timeline.erasure import erasable
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import queries
from regulars.understand.findings.model import LEARNT_EVERY, Finding, Slice, slice_hash, superseded

Kind = TypeVar("Kind")
EVERYTHING: Slice = {}


def store(
    ws: Workspace,
    key: str,
    payload: Any,
    *,
    as_of: datetime,
    now: datetime,
    about: Slice = EVERYTHING,
    version: int = 1,
    watermark: str | None = None,
    seconds: float | None = None,
    quotes: Iterable[str] = (),
) -> None:
    """Keep `payload` as what `key` came to for the slice `about` as of `as_of`.

    `payload` is an Arrow table, or anything that msgspec writes as JSON (dataclasses, dicts,
    lists, moments). `version` is the computing code's: a changed meaning gets a new number and
    findings of the old one are no longer read. `about` (the slice) holds what narrows the finding,
    the caller's places included. `quotes` names the identities whose words stand in the payload: if
    one of them is erased, the finding goes.
    """
    form, data = _pack(payload)
    row = {
        "key": key,
        "slice_hash": slice_hash(about),
        "slice": msgspec.json.encode(about, order="sorted").decode(),
        "version": version,
        "as_of": as_of,
        "computed_at": now,
        "watermark": watermark,
        "seconds": seconds,
        "form": form,
        "payload": data,
    }
    with ws.database.transaction() as connection:
        queries.put(connection, row, quotes)


def latest(
    ws: Workspace,
    key: str,
    kind: type[Kind],
    *,
    about: Slice = EVERYTHING,
    version: int = 1,
    as_of: datetime | None = None,
) -> Finding[Kind] | None:
    """Return the newest finding of `key` for the slice `about`, or None when there is none yet.

    `kind` is the type of the payload: a dataclass, `dict`, `list`, or `pa.Table`. With `as_of`,
    the newest of those made as of then or before. A payload that no longer fits `kind` counts
    as absent, so that a page after an upgrade waits for the next refresh instead of failing.
    """
    with ws.database.reading() as connection:
        row = queries.newest(connection, key, slice_hash(about), version, as_of)
    if row is None:
        return None
    try:
        return _finding(row, kind)
    except msgspec.ValidationError:
        return None


def every(ws: Workspace, period: Period = ALL_TIME) -> Iterator[Finding[Any]]:
    """Yield all findings made as of a moment of the period, by key and age, one at a time.

    Payloads are Arrow tables or what JSON holds.
    """
    with ws.database.reading() as connection:
        for number in queries.numbers(connection, period.start, period.end):
            row = queries.by_number(connection, number)
            if row is not None:
                yield _finding(row, Any)


def _finding(row: sa.RowMapping, kind: Any) -> Finding[Any]:
    payload = _unpack(row["form"], row["payload"], kind)
    return Finding(
        key=row["key"],
        slice=msgspec.json.decode(row["slice"]),
        as_of=row["as_of"],
        computed_at=row["computed_at"],
        version=row["version"],
        watermark=row["watermark"],
        seconds=row["seconds"],
        payload=payload,
    )


def prune(ws: Workspace, now: datetime) -> int:
    """Delete findings that newer ones supersede; return how many.

    All of two days, one a day for 90 days and one a month beyond that stay.
    """
    groups: dict[tuple[str, str], list[tuple[int, datetime]]] = defaultdict(list)
    with ws.database.transaction() as connection:
        for number, key, digest, moment in queries.moments(connection):
            groups[key, digest].append((number, moment))
        gone = [one for pairs in groups.values() for one in superseded(pairs, now, ws.zone)]
        queries.delete(connection, gone)
    return len(gone)


def unlearn(connection: sa.Connection, now: datetime) -> int:
    """Delete what was found while something learnt still holds; the next refresh learns it anew.

    For when events turn out to have been left out: nothing else would tell a refresh.
    """
    gone = queries.numbers(connection, now - LEARNT_EVERY, None)
    queries.delete(connection, gone)
    return len(gone)


@erasable("findings")
def forget(ws: Workspace, connection: sa.Connection, identities: frozenset[str]) -> int:
    """Delete the findings that quote one of the identities; the next refresh makes new ones."""
    numbers = queries.quoting(connection, identities)
    queries.delete(connection, numbers)
    return len(numbers)


def _pack(payload: Any) -> tuple[str, bytes]:
    if isinstance(payload, pa.Table):
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(sink, payload.schema, options=options) as writer:
            writer.write_table(payload)
        return "arrow", sink.getvalue().to_pybytes()
    return "json", zlib.compress(msgspec.json.encode(payload), 1)


def _unpack(form: str, data: bytes, kind: type[Kind]) -> Kind:
    if form == "arrow":
        payload: Any = pa.ipc.open_stream(data).read_all()
        return payload  # type: ignore[no-any-return]
    return msgspec.json.decode(zlib.decompress(data), type=kind)
