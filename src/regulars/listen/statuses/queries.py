"""Read and write the workspace's own words."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.listen.statuses.model import Standing, Word, shipped
from regulars.listen.statuses.tables import status_words
from regulars.store import database


def own(connection: sa.Connection) -> list[Word]:
    """Return the words to which the workspace gave a meaning, the newest first."""
    columns = status_words.c
    query = sa.select(status_words).order_by(columns.changed_at.desc(), columns.word)
    return [
        Word(
            row.word, Standing(row.meaning), shipped().get(row.word), row.changed_by, row.changed_at
        )
        for row in connection.execute(query)
    ]


def put(connection: sa.Connection, word: Word) -> None:
    """Write down what a word means, in place of what it meant."""
    values = {
        "word": word.word,
        "meaning": word.meaning.value,
        "changed_by": (word.changed_by or "")[:200],
        "changed_at": word.changed_at,
    }
    database.put(connection, status_words, values)


def drop(connection: sa.Connection, word: str) -> bool:
    """Take the workspace's meaning of a word away; False when it had none."""
    chosen = status_words.c.word == word
    return connection.execute(sa.delete(status_words).where(chosen)).rowcount == 1
