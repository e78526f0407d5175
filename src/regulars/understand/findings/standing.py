"""Questions that pages ask again and again: answered from what is stored, renewed by the refresh.

A noun declares a `Kind`: its key, its payload's type, and how to compute it for a slice. A page
calls `find`, which reads in milliseconds and notes that somebody asked; when there is nothing yet
it paints its frame and lets a piece call `answer`, which computes and stores. The refresh job
calls `renew`: it computes what stands in `standing` and whatever was asked for in the last weeks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar

from regulars.kit import clock, registry
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.registry import Registry
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import queries, storing
from regulars.understand.findings.model import Finding, Learnt, Slice, slice_hash

Payload = TypeVar("Payload")
REMEMBERED = timedelta(days=14)
"""Slices that nobody has asked for longer than this are no longer renewed."""
YOUNG = timedelta(hours=6)
"""Of an unchanged timeline, a finding younger than this is not computed again."""
NOTED = timedelta(hours=12)
"""One asking is noted at most this often."""
REFUSED = (Invalid, NotFound)
"""What a question meets that has no answer: an unreadable period, a place that is gone."""


@dataclass(frozen=True)
class ResultType(Generic[Payload]):
    """One sort of finding.

    `compute(ws, about, now)` returns the payload for a slice as of `now`; `about` holds plain
    JSON values, such as `{"period": "12m", "place": ["east"], "scope": None}`. `standing` are
    the slices renewed even if nobody has asked yet. `quotes` names the identities whose words
    stand in a payload. What is `learnt` from all there is holds for a week in refreshes, unless
    much has come since; who asks otherwise gets it of the timeline as it is.
    """

    key: str
    version: int
    payload: type[Payload]
    compute: Callable[[Workspace, dict[str, Any], datetime], Payload]
    standing: tuple[Slice, ...] = ()
    quotes: Callable[[Payload], Iterable[str]] | None = None
    learnt: bool = False


_guard = threading.Lock()
_locks: dict[tuple[str, ...], tuple[threading.Lock, int]] = {}
KINDS: Registry[ResultType[Any]] = Registry(Text("kind of finding", "分析结果类型"))


def declare(kind: ResultType[Payload]) -> ResultType[Payload]:
    """Register `kind`, so that the refresh renews it; returns it."""
    KINDS.add(kind.key, kind)
    return kind


@cache
def _import_kinds() -> None:
    """Import what declares kinds, whatever this process has imported so far.

    Services declare them, and the boards of nouns whose pages show more than a service's verb.
    """
    registry.import_all("service", "board")


def find(
    ws: Workspace, kind: ResultType[Payload], about: Slice, *, now: datetime
) -> Finding[Payload] | None:
    """Return the newest stored finding, or None; notes that it was asked for."""
    with ws.database.reading() as connection:
        asked_at = queries.asked_at(connection, kind.key, slice_hash(about))
    if asked_at is None or now - asked_at > NOTED:
        with ws.database.transaction() as connection:
            queries.note(connection, kind.key, slice_hash(about), about, now)
    return storing.latest(ws, kind.key, kind.payload, about=about, version=kind.version)


def answer(
    ws: Workspace, kind: ResultType[Payload], about: Slice, *, now: datetime
) -> Finding[Payload]:
    """Return a finding of the timeline as it is now: the stored one if it still holds, else new.

    Two who ask for the same at once (a page and the refresh) get one computation.
    """
    found = find(ws, kind, about, now=now)
    if found is not None and _holds(ws, kind, found, now):
        return found
    return _once(ws, kind, about, now)[0]


def renew(
    ws: Workspace, now: datetime, progress: Callable[[float], None] = lambda _share: None
) -> int:
    """Compute what is standing or was asked for, where the timeline has moved on.

    Returns how many findings were computed. One that fails does not keep the others from being
    renewed: the first error is raised at the end. A question that is refused is no failure, unless
    it stands.
    """
    wanted = _wanted(ws, now)
    computed, first = 0, None
    for done, (kind, about) in enumerate(wanted):
        progress(done / len(wanted))
        try:
            computed += _once(ws, kind, about, now)[1]
        except Exception as error:
            if not isinstance(error, REFUSED) or about in kind.standing:
                first = first or error
    if first is not None:
        raise first
    return computed


def _wanted(ws: Workspace, now: datetime) -> list[tuple[ResultType[Any], Slice]]:
    """Return what stands first, then what was asked for, each once."""
    _import_kinds()
    with ws.database.transaction() as connection:
        queries.forget_wishes(connection, now - REMEMBERED)
        wishes = queries.wishes(connection)
    pairs = [(kind, about) for kind in KINDS.values() for about in kind.standing]
    pairs += [(KINDS.get(key), about) for key, about in wishes if key in KINDS]
    return list({(kind.key, slice_hash(about)): (kind, about) for kind, about in pairs}.values())


def _once(
    ws: Workspace, kind: ResultType[Payload], about: Slice, now: datetime
) -> tuple[Finding[Payload], bool]:
    """Return what holds and whether it was computed for it; others who ask meanwhile wait."""
    with _under_way(str(ws.folder), kind.key, slice_hash(about)):
        found = storing.latest(ws, kind.key, kind.payload, about=about, version=kind.version)
        if found is not None and _holds(ws, kind, found, now):
            return found, False
        try:
            return _compute(ws, kind, about, now), True
        except REFUSED:  # nobody will be answered, however often it is asked again
            with ws.database.transaction() as connection:
                queries.forget_wish(connection, kind.key, slice_hash(about))
            raise


@contextmanager
def _under_way(*key: str) -> Iterator[None]:
    """Hold the lock of one question; it lives as long as somebody holds or waits for it."""
    with _guard:
        lock, waiting = _locks.get(key, (threading.Lock(), 0))
        _locks[key] = lock, waiting + 1
    try:
        with lock:
            yield
    finally:
        with _guard:
            lock, waiting = _locks[key]
            _locks[key] = lock, waiting - 1
            if waiting == 1:
                del _locks[key]


def _holds(ws: Workspace, kind: ResultType[Any], found: Finding[Any], now: datetime) -> bool:
    learnt = Learnt(found.as_of, found.watermark) if kind.learnt and found.watermark else None
    young = now - found.as_of < YOUNG
    return still(ws, learnt, now) or (found.watermark == ws.engine.watermark() and young)


def still(ws: Workspace, learnt: Learnt | None, now: datetime) -> bool:
    """Tell whether a refresh may go on using what was learnt; see `Learnt`."""
    return learnt is not None and ws.engine.refreshing and learnt.holds(ws.engine.watermark(), now)


def _compute(
    ws: Workspace, kind: ResultType[Payload], about: Slice, now: datetime
) -> Finding[Payload]:
    # Read before the computation: what arrives meanwhile makes the finding old, never too new.
    watermark, began = ws.engine.watermark(), clock.monotonic()
    payload = kind.compute(ws, dict(about), now)
    seconds = clock.monotonic() - began
    storing.store(
        ws,
        kind.key,
        payload,
        as_of=now,
        now=now,
        about=about,
        version=kind.version,
        watermark=watermark,
        seconds=seconds,
        quotes=kind.quotes(payload) if kind.quotes else (),
    )
    return Finding(kind.key, dict(about), now, now, kind.version, watermark, seconds, payload)
