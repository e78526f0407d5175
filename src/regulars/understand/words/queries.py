"""Expressions over what customers wrote, and the SQL of what is kept of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import sqlalchemy as sa

from regulars.store.database import upsert
from regulars.timeline.sessions import session
from regulars.understand.scope.model import EventScope
from regulars.understand.words.tables import (
    word_batches,
    word_corrections,
    word_heads,
    word_versions,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

COPIED = (
    "event_id", "identity_id", "occurred_at", "session", "touchpoint", "channel", "place",
    "language", "text",
)  # fmt: skip
"""What a reading takes over of an event; all but the text is kept."""


def texts(events: ir.Table) -> ir.Table:
    """Return the events in which a customer wrote something."""
    return events.filter(
        events.actor == "customer", events.text.notnull(), events.text.strip() != ""
    )


def counted(view: View) -> ir.Table:
    """Return how many texts there are by language."""
    return texts(view.events).group_by("language").agg(texts=lambda t: t.count())


def unread(view: View, known: pa.Table, most: int) -> ir.Table:
    """Return texts whose event is not among `known` (one column, event_id), the newest first."""
    found = texts(view.events)
    found = found.mutate(session=session(found)).select(*COPIED)
    if known.num_rows:
        seen = ibis.memtable(known.rename_columns({"event_id": "seen_id"}))
        found = found.anti_join(seen, found.event_id == seen.seen_id)
    return found.order_by([ibis.desc("occurred_at"), "event_id"]).limit(most)


def these(view: View, events: Sequence[str], extent: EventScope) -> ir.Table:
    """Return the texts of some events within `extent`, with their person."""
    found = texts(extent.of(view.with_person()))
    return found.filter(found.event_id.isin(list(events))).select(
        "event_id", "person_id", "identity_id", "occurred_at", "text", "touchpoint", "channel",
        "place",
    )  # fmt: skip


def matching(
    view: View, extent: EventScope, terms: Sequence[str], readings: pa.Table | None
) -> ir.Table:
    """Return the texts within `extent` that hold every term, with how often (`tf0`, `tf1`, …).

    `readings` (one column, event_id) narrows them further. Terms are in lower case; one that begins
    with a Latin letter or digit is met at the beginning of a word, a Chinese one anywhere.
    """
    found = texts(extent.of(view.with_person()))
    if readings is not None:
        chosen = ibis.memtable(readings.rename_columns({"event_id": "kept_id"}))
        found = found.semi_join(chosen, found.event_id == chosen.kept_id)
    low = found.mutate(low=ibis.literal(" ") + found.text.lower())
    low = low.filter(*(_holds(low.low, term) for term in terms))
    return low.select(
        "event_id", "person_id", "occurred_at", "text", "touchpoint", "channel", "place",
        size=low.low.length(),
        **{f"tf{place}": _times(low.low, term) for place, term in enumerate(terms)},
    )  # fmt: skip


def _holds(low: ir.Value, term: str) -> ir.Value:
    if term[0].isascii() and term[0].isalnum():
        escaped = "".join(sign if sign.isalnum() or sign == " " else f"\\{sign}" for sign in term)
        return low.re_search("[^a-z0-9]" + escaped)
    return low.contains(term)


def _times(low: ir.Value, term: str) -> ir.Value:
    return (low.length() - low.replace(term, "").length()).cast("float64") / float(len(term))


def frequencies(view: View, extent: EventScope, terms: Sequence[str]) -> ir.Table:
    """Return of all texts within `extent`: their number, mean length, and how many hold a term."""
    found = texts(extent.of(view.events))
    low = found.mutate(low=ibis.literal(" ") + found.text.lower())
    return low.agg(
        texts=low.count(),
        letters=low.low.length().sum(),
        **{
            f"df{place}": ibis.ifelse(_holds(low.low, term), 1, 0).sum()
            for place, term in enumerate(terms)
        },
    )


def scores(
    view: View, extent: EventScope, channels: Sequence[str], touchpoints: Sequence[str]
) -> ir.Table:
    """Return one row a person, touchpoint and way: n and sum of scores put on 0 to 100.

    `digital` is 1 for one of `channels` at one of `touchpoints`; answers about the relation are
    left out.
    """
    answers = extent.of(view.with_person())
    span = answers.scale_max - answers.scale_min
    answers = answers.filter(
        answers.actor == "customer", answers.person_id.notnull(), answers.score.notnull(), span > 0,
        answers.channel.notnull(), answers.touchpoint.notnull(),
        answers.survey_kind.fill_null("") != "relationship",
    )  # fmt: skip
    points = (answers.score - answers.scale_min) / (answers.scale_max - answers.scale_min) * 100.0
    screen = answers.channel.isin(list(channels)) & answers.touchpoint.isin(list(touchpoints))
    made = answers.mutate(points=points, digital=ibis.ifelse(screen, 1, 0))
    return made.group_by("person_id", "touchpoint", "channel", "digital").agg(
        n=made.count(), total=made.points.sum()
    )


def add_batch(connection: sa.Connection, version: str, texts_in_it: int, data: bytes) -> None:
    """Keep a batch of readings."""
    connection.execute(
        sa.insert(word_batches).values(
            version=version, texts=texts_in_it, revision=0, readings=data
        )
    )


def change_batch(connection: sa.Connection, number: int, texts_in_it: int, data: bytes) -> None:
    """Put other readings in the place of a batch's; without any it goes."""
    where = word_batches.c.id == number
    if texts_in_it == 0:
        connection.execute(sa.delete(word_batches).where(where))
        return
    connection.execute(
        sa.update(word_batches)
        .where(where)
        .values(texts=texts_in_it, readings=data, revision=word_batches.c.revision + 1)
    )


def batches(connection: sa.Connection, version: str | None = None) -> Sequence[Any]:
    """Return (id, version, texts, readings), the oldest first."""
    query = sa.select(
        word_batches.c.id, word_batches.c.version, word_batches.c.texts, word_batches.c.readings
    )
    if version is not None:
        query = query.where(word_batches.c.version == version)
    return connection.execute(query.order_by(word_batches.c.id)).all()


def last_batch(connection: sa.Connection, version: str, most: int) -> Any:
    """Return (id, texts, readings) of the last batch if it holds fewer than `most` texts,
    else None."""
    query = (
        sa.select(word_batches.c.id, word_batches.c.texts, word_batches.c.readings)
        .where(word_batches.c.version == version)
        .order_by(word_batches.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return row if row is not None and row.texts < most else None


def stamp(connection: sa.Connection, version: str) -> tuple[int, int, int, int]:
    """Return numbers that change whenever readings or corrections do; the first: texts read."""
    row = connection.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(word_batches.c.texts), 0),
            sa.func.coalesce(sa.func.max(word_batches.c.id), 0),
            sa.func.coalesce(sa.func.sum(word_batches.c.revision), 0),
        ).where(word_batches.c.version == version)
    ).one()
    changed = connection.execute(
        sa.select(sa.func.count(), sa.func.max(word_corrections.c.made_at))
    ).one()
    moment = int(changed[1].timestamp() * 1e6) if changed[1] else 0
    return int(row[0]), int(row[1]), int(row[2]), int(changed[0]) + moment


def versions(connection: sa.Connection) -> list[tuple[str, datetime, datetime | None]]:
    """Return (version, begun, finished), the newest first."""
    query = sa.select(
        word_versions.c.version, word_versions.c.made_at, word_versions.c.finished_at
    ).order_by(word_versions.c.made_at.desc())
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def begin_version(connection: sa.Connection, version: str, now: datetime) -> None:
    """Note that texts are read by this version from now on."""
    values = {"version": version, "made_at": now, "finished_at": None}
    statement = upsert(connection, word_versions).values(**values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["version"], set_={"made_at": now})
    )


def finish_version(connection: sa.Connection, version: str, now: datetime) -> None:
    """Note that every text was read by this version, and drop what older ones read."""
    connection.execute(
        sa.update(word_versions)
        .where(word_versions.c.version == version, word_versions.c.finished_at.is_(None))
        .values(finished_at=now)
    )
    connection.execute(sa.delete(word_batches).where(word_batches.c.version != version))
    connection.execute(sa.delete(word_versions).where(word_versions.c.version != version))


def corrections(connection: sa.Connection, until: datetime | None = None) -> list[sa.RowMapping]:
    """Return what people corrected (up to `until`), the newest first."""
    query = sa.select(word_corrections).order_by(
        word_corrections.c.made_at.desc(), word_corrections.c.event_id
    )
    if until is not None:
        query = query.where(word_corrections.c.made_at <= until)
    return list(connection.execute(query).mappings())


def put_correction(connection: sa.Connection, row: dict[str, Any]) -> None:
    """Keep a correction, over an earlier one of the same text."""
    statement = upsert(connection, word_corrections).values(**row)
    changed = {name: statement.excluded[name] for name in row if name != "event_id"}
    connection.execute(statement.on_conflict_do_update(index_elements=["event_id"], set_=changed))


def drop_correction(connection: sa.Connection, event_id: str) -> int:
    """Take a correction back; return how many there were (0 or 1)."""
    where = word_corrections.c.event_id == event_id
    return connection.execute(sa.delete(word_corrections).where(where)).rowcount


def forget_corrections(connection: sa.Connection, identities: Iterable[str]) -> int:
    """Delete the corrections of the identities' texts."""
    where = word_corrections.c.identity_id.in_(sorted(identities))
    return connection.execute(sa.delete(word_corrections).where(where)).rowcount


def newest_head(connection: sa.Connection) -> sa.RowMapping | None:
    """Return the last evaluation of what corrections teach, or None."""
    query = sa.select(word_heads).order_by(word_heads.c.number.desc()).limit(1)
    return connection.execute(query).mappings().first()


def add_head(
    connection: sa.Connection, number: int, corrections_in_it: int, quality: str, now: datetime
) -> None:
    """Keep an evaluation."""
    connection.execute(
        sa.insert(word_heads).values(
            number=number, corrections=corrections_in_it, quality=quality, made_at=now
        )
    )
