"""Equal rows: which are one row told twice, and which are different people's.

Rows without an id of their own are told apart by their content and its occurrence. A row that
names its customer and stands in several files of a run is one row; rows that name nobody are
different people's, unless a file is a longer export of another, which is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from regulars.kit.text import Text
from regulars.listen.imports.expressions import compile_expression, literal, quote
from regulars.listen.imports.model import Event, Recipe
from regulars.listen.imports.questions import Answers, Choice, Question, answer_to
from regulars.listen.imports.reading.tables import RawRows, by_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import duckdb

OVERLAP = "overlap"
SAME, DIFFERENT = "same", "different"
NEVER = "CAST(NULL AS VARCHAR)"
MOSTLY = 0.9
"""A file of which this share stands in another one may be an earlier export of it."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The SQL of `_key` and the join it needs, how many rows repeat, what is asked of which rows.

    `asked` is the table of the rows that the question bears on.
    """

    sql: str
    join: str
    repeats: int
    question: Question | None = None
    asked: str = ""
    former: str = NEVER


def nobody(recipe: Recipe, part: str, columns: Collection[str]) -> str | None:
    """Return the SQL that tells whether a row names no customer; None where rows cannot tell."""
    names: set[str] = set()
    for event in recipe.events:
        if part not in _roots(recipe, event):
            continue
        words = [*event.identity.values(), event.take.get("identity_id", "")]
        known = {name for one in words if one for name in _read(one, columns)}
        if any(words) and not known:
            return None
        names |= known
    return " AND ".join(f"{quote(name)} IS NULL" for name in sorted(names)) or "TRUE"


def _roots(recipe: Recipe, event: Event) -> set[str]:
    """Return the inputs whose rows an event is made of, joined tables aside."""
    tables = {table.name: table for table in recipe.tables}
    roots, left = set(), [event.from_]
    while left:
        name = left.pop()
        table = tables.get(name)
        if table is None:
            roots.add(name)
        else:
            left += [one for one in (table.from_, *table.union) if one]
    return roots


def _read(words: str, columns: Collection[str]) -> Iterator[str]:
    """Yield the columns of the input that an identity is taken of; of another table: none."""
    try:
        yield from compile_expression(words, columns).columns
    except Exception:  # the expression is of a table's columns, not of this input's
        return


def keys(
    connection: duckdb.DuckDBPyConnection,
    raw: RawRows,
    typed: str,
    *,
    nameless: str | None,
    answers: Answers,
) -> Keys:
    """Give rows their keys; `nameless` (SQL) tells which rows name nobody."""
    part = raw.part
    repeated, numbered = quote(f"repeated_{part.name}"), quote(f"numbered_{part.name}")
    file = _number_of_file(raw)
    question, overlapping = None, quote(f"overlap_{part.name}")
    if nameless is not None and len(raw.pieces) > 1:
        answer = answer_to(answers, OVERLAP, (SAME, DIFFERENT))
        if answer is None:
            question = _overlap(connection, raw, typed, nameless)
        if answer != SAME and question is None:
            file = f"CASE WHEN {nameless} THEN -1 ELSE {file} END"
    connection.execute(
        f"CREATE TABLE {repeated} AS SELECT {file} AS _number, _hash FROM {typed} "
        "WHERE _hash IS NOT NULL GROUP BY ALL HAVING count(*) > 1"
    )
    connection.execute(
        f"CREATE TABLE {numbered} AS SELECT _row, row_number() "
        "OVER (PARTITION BY _number, _hash ORDER BY _row) AS _occurrence "
        f"FROM (SELECT _row, _hash, {file} AS _number FROM {typed}) "
        f"SEMI JOIN {repeated} USING (_number, _hash)"
    )
    row = connection.execute(f"SELECT count(*) FROM {numbered} WHERE _occurrence > 1").fetchone()
    repeats = int(row[0]) if row else 0
    if not repeats:
        former = "_hash || ':1'" if part.formerly else NEVER
        return Keys("coalesce(_own, _hash || ':1')", "", 0, question, overlapping, former)
    content = "_hash || ':' || coalesce(_occurrence, 1)"
    sql = f"coalesce(_own, {content})"
    former = content if part.formerly else NEVER
    return Keys(sql, f" LEFT JOIN {numbered} USING (_row)", repeats, question, overlapping, former)


def content_hash(raw: RawRows) -> str:
    """Return the SQL of what stands for the whole row.

    Only filled columns count, each with its name and in the order of names, so that neither the
    order of columns nor an empty one that another file of the run has makes another row.
    """
    parts = [
        f"coalesce({literal(name + chr(30))} || CAST({quote(name)} AS VARCHAR) || chr(31), '')"
        for name in sorted(raw.content)
    ]
    return f"md5({' || '.join(parts)})"


def _number_of_file(raw: RawRows) -> str:
    """Return the SQL of the number of the file a row is of."""
    return by_file(raw.pieces, [str(number) for number in range(len(raw.pieces))])


def _overlap(
    connection: duckdb.DuckDBPyConnection, raw: RawRows, typed: str, nameless: str
) -> Question | None:
    """Ask whether a file that stands in another is an earlier export; keep its rows aside.

    Makes the table `overlap_INPUT` of the rows that the question bears on.
    """
    overlap = quote(f"overlap_{raw.part.name}")
    connection.execute(
        f"CREATE TABLE {overlap} AS SELECT _row, _hash, {_number_of_file(raw)} AS _number "
        f"FROM {typed} WHERE _hash IS NOT NULL AND {nameless}"
    )
    inside: dict[int, int] = {}
    for inner, other in permutations(range(len(raw.pieces)), 2):
        if inner in inside or inside.get(other) == inner:
            continue
        row = connection.execute(
            f"SELECT count(*), count(*) FILTER (_hash IN (SELECT _hash FROM {overlap} "
            f"WHERE _number = {other})) FROM {overlap} WHERE _number = {inner}"
        ).fetchone()
        if row and row[0] and row[1] >= MOSTLY * row[0]:
            inside[inner] = other
    listed = ", ".join(map(str, inside)) or "-1"
    connection.execute(
        f"DELETE FROM {overlap} WHERE _number NOT IN ({listed}) OR _hash NOT IN "
        f"(SELECT _hash FROM {overlap} GROUP BY _hash HAVING count(DISTINCT _number) > 1)"
    )
    row = connection.execute(f"SELECT count(*) FROM {overlap}").fetchone()
    if not inside or row is None or not row[0]:
        return None
    first, second = next(iter(inside.items()))
    return _question(raw.pieces[first].file.name, raw.pieces[second].file.name, int(row[0]))


def _question(one: str, other: str, rows: int) -> Question:
    words = Text(
        f"{one} stands in {other} almost as a whole, and its rows name no customer. Is one an "
        "export that contains the other, or are they different people's?",
        f"{one} 几乎全部出现在 {other} 中，且各行没有客户。是同一数据的两次导出，还是不同的人？",
    )
    choices = (
        Choice(
            SAME,
            Text("one contains the other", "同一数据的两次导出"),
            Text("equal rows count once", "相同的行只计一次"),
        ),
        Choice(
            DIFFERENT,
            Text("different people", "不同的人"),
            Text("every row counts", "每行都计入"),
        ),
    )
    return Question(OVERLAP, words, choices, None, rows)
