"""From raw rows to the tables a recipe makes events of: read, checked, joined, grouped, unpivoted.

Every relation carries `_row`, the number of the row it comes from over all files of the run, and
`_key`, what makes the row itself: its content and the occurrence of that content in its file, or
what the recipe declares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports import columns as reading
from regulars.listen.imports import (
    fields,
    keeping,
    leaving,
    ordering,
    repeats,
    scaling,
    statuses,
    written,
)
from regulars.listen.imports.columns import CURRENCIES, Check
from regulars.listen.imports.expressions import Compiled, compile_expression, literal, quote
from regulars.listen.imports.fields import Field
from regulars.listen.imports.model import Join, Note, Recipe, Table, Unpivot
from regulars.listen.imports.orders import APART, CURRENCY, Gathering
from regulars.listen.imports.questions import UNANSWERED, Question
from regulars.listen.imports.reading.tables import Piece, RawRows, by_file, original
from regulars.listen.imports.written import Ground, Settled

if TYPE_CHECKING:
    import duckdb

FILE = "_file"
"""The name of the row's file, for expressions that need it; it is no part of the row's content."""
FORMER = "_former"
"""The key by which a row of an input was told apart before its own id made it, if it was."""
LINE_KINDS = {
    "line_id": "VARCHAR",
    "product": "VARCHAR",
    "category": "VARCHAR",
    "quantity": "DOUBLE",
    "amount": "DECIMAL(18, 4)",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Whence a table's rows come: its origins, the query of rows before they are grouped.

    `keys` group them; `joined` are tables that columns were taken of, with the columns they share.
    """

    origins: tuple[str, ...]
    source: str
    keys: tuple[str, ...]
    joined: tuple[tuple[str, tuple[str, ...]], ...]


class Shaper:
    """Builds the relations of one recipe on one connection; `columns` knows their columns."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, recipe: Recipe, ground: Ground
    ) -> None:
        self.connection = connection
        self.recipe = recipe = scaling.answered(recipe)
        self.ground = ground
        self.zone = recipe.zone or ground.zone
        statuses.register(connection, statuses.with_answers(ground.statuses, recipe.answers))
        self.notes: list[Note] = []
        self.questions: dict[str, Question] = {}
        self.columns: dict[str, list[str]] = {}
        self.absent: dict[str, frozenset[str]] = {}
        """Input → the SQL of its columns that the file lacks, which are null in every row."""
        self.raws: dict[str, RawRows] = {}
        self.steps: dict[str, Step] = {}
        self.gatherings: dict[str, Gathering] = {}
        self.fields: list[Field] = []
        self.read: set[str] = set()
        self.repeats = 0

    def compiled(self, words: str, table: str, *, aggregates: bool = False) -> Compiled:
        """Compile an expression over the columns of `table`."""
        columns = [*self.columns[table], "_row"]
        found = compile_expression(words, columns, zone=self.zone, aggregates=aggregates)
        self.read |= found.columns
        return found

    def unused(self) -> list[str]:
        """Return the headers that nothing was made of, once all events are compiled."""
        known = {name.lower() for name in self.read}
        clocks = {one.clock for one in self.fields if one.name.lower() in known}
        headers = (
            one.header
            for one in self.fields
            if one.name.lower() not in known and one.header not in clocks
        )
        return list(dict.fromkeys(header for header in headers if header is not None))

    def input(self, raw: RawRows) -> None:
        """Make the relation of an input: typed values, refused rows taken out, keys given."""
        part = raw.part
        self.raws[part.name] = raw
        settled = written.settle(self.connection, raw, fields.fields(raw), self.recipe, self.ground)
        self.recipe = scaling.on_scales(self.recipe, settled.scales)
        self.fields += settled.fields
        self.read.add(part.id or "")
        self.notes += [*raw.notes, *settled.notes]
        self.questions.update((one.key, one) for one in (*raw.questions, *settled.questions))
        self.columns[part.name] = [*(field.name for field in settled.fields), FILE]
        lacking = (field.name for field in settled.fields if field.header is None)
        self.absent[part.name] = frozenset(map(quote, lacking))
        typed = quote(f"typed_{part.name}")
        self._typed(raw, settled, typed)
        refused, left = self._refuse(raw, settled, typed)
        keys = self._keys(raw, typed)
        names = ", ".join(
            f"CASE WHEN NOT coalesce({left[name]}, FALSE) THEN {quote(name)} END AS {quote(name)}"
            if name in left
            else quote(name)
            for name in self.columns[part.name]
        )
        wheres = ([f"NOT coalesce({refused}, FALSE)"] if refused else []) + (
            ["coalesce(_occurrence, 1) = 1"] if keys.join and part.repeats == "drop" else []
        )
        if keys.question is not None:
            wheres.append(f"_row NOT IN (SELECT _row FROM {keys.asked})")
        where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
        self.connection.execute(
            f"CREATE VIEW {quote(part.name)} AS SELECT _row, {keys.sql} AS _key, "
            f"{keys.former} AS {FORMER}, {CURRENCIES}[1] AS {CURRENCY}, {names} "
            f"FROM {typed}{keys.join}{where}"
        )

    def _typed(self, raw: RawRows, settled: Settled, typed: str) -> None:
        part = raw.part
        there = [field for field in settled.fields if field.header is not None]
        cleaned = "".join(
            f", {reading.clean(field, part, tidy=raw.tidy)} AS {quote(field.name)}"
            for field in there
        )
        itself = self._own_id(raw, settled.fields)
        # Only rows without an id of their own are told apart by their content.
        hashed = f"CASE WHEN {itself} IS NULL THEN {repeats.content_hash(raw)} END"
        hashed = repeats.content_hash(raw) if part.formerly else hashed
        rows = f"SELECT _row{cleaned}, {itself} AS _own FROM {raw.table}"
        copied = keeping.worth(raw, settled.fields, self.recipe)
        if not copied and not raw.typed:
            copied = not keeping.all_own(self.connection, rows)
            hashed = hashed if copied else "CAST(NULL AS VARCHAR)"
        values = []
        for field in there:
            name, before = quote(field.name), reading.as_it_was(field)
            values.append(f"{reading.converted(field, part, self.zone)} AS {name}")
            if before != name and any(True for _check in reading.checks(field)):
                values.append(f"{name} AS {before}")
        names = [literal(piece.file.name) for piece in raw.pieces]
        read = (
            f"SELECT _row, _own, _hash, {', '.join([CURRENCIES, *values])} "
            f"FROM (SELECT *, {settled.currencies} AS {CURRENCIES} FROM "
            f"(SELECT _row{cleaned}, {itself} AS _own, {hashed} AS _hash FROM {raw.table}))"
        )
        kind = "TABLE" if copied else "VIEW"
        filled = quote(f"filled_{part.name}")
        self.connection.execute(f"CREATE {kind} {filled} AS {read}")
        # What is the same in every row is not kept: columns that the file lacks, and its name.
        lacking = "".join(
            f", {reading.converted(field, part, self.zone)} AS {quote(field.name)}"
            for field in settled.fields
            if field.header is None
        )
        self.connection.execute(
            f"CREATE VIEW {typed} AS SELECT *{lacking}, {by_file(raw.pieces, names)} AS {FILE} "
            f"FROM {filled}"
        )

    def _own_id(self, raw: RawRows, fields: list[Field]) -> str:
        """Return the SQL of the id a row brings along, null when the file has no such column."""
        there = [field.name for field in fields if field.header is not None]
        if raw.part.id is None or raw.part.id not in there:
            return "CAST(NULL AS VARCHAR)"
        return f"CAST({quote(raw.part.id)} AS VARCHAR)"

    def _refuse(self, raw: RawRows, settled: Settled, typed: str) -> tuple[str, dict[str, str]]:
        """Put rows that do not fit among the rejects, and tell of values that are left out.

        Returns the conditions that find the rows, and by their column the values.
        """
        found = [check for field in settled.fields for check in reading.checks(field)]
        if settled.money:
            declared = self.recipe.currency or self.recipe.set.get("currency")
            found += reading.money_checks(settled.money, str(declared) if declared else None)
        hits = count_bad(self.connection, typed, found)
        cells = [check for check in hits if check.cell]
        hits = [check for check in hits if not check.cell]
        for check in hits:
            self.connection.execute(
                f"INSERT INTO rejects SELECT _row, {literal(check.field)}, "
                f"{literal(check.reason)}, {check.value}, line FROM {typed} "
                f"JOIN ({original(raw)}) USING (_row) WHERE {check.bad}"
            )
        refused = " OR ".join(f"({check.bad})" for check in hits)
        left: dict[str, str] = {}
        for check in cells:
            note = leaving.note(self.connection, typed, check, refused, raw)
            self.notes += [note] if note is not None else []
            left[check.field] = " OR ".join(filter(None, (left.get(check.field), check.bad)))
        return refused, left

    def _keys(self, raw: RawRows, typed: str) -> repeats.Keys:
        """Give the rows of an input their keys; count repeats, ask of files within files."""
        nameless = repeats.nobody(self.recipe, raw.part.name, self.columns[raw.part.name])
        answers = self.recipe.answers
        keys = repeats.keys(self.connection, raw, typed, nameless=nameless, answers=answers)
        self.repeats += keys.repeats
        if keys.question is not None:
            self.questions[keys.question.key] = keys.question
            self.connection.execute(
                f"INSERT INTO rejects SELECT _row, NULL, '{UNANSWERED}', NULL, line FROM "
                f"{keys.asked} JOIN ({original(raw)}) USING (_row)"
            )
        return keys

    def table(self, spec: Table) -> None:
        """Make one table of the recipe, step by step; each step is a relation over the last.

        A table of optional inputs that did not come is left out.
        """
        if not any(name in self.columns for name in (spec.from_, *spec.union)):
            return
        source = self._source(spec)
        if spec.orders is not None:
            self.gatherings[spec.name] = ordering.settled(self, spec, spec.orders, source)
            source = self.gatherings[spec.name].rows
        self.steps[spec.name] = self._step(spec, source)
        if spec.group_by:
            source = self._grouped(spec, source)
        if spec.unpivot is not None:
            source = self._unpivoted(spec.name, spec.unpivot, source)
        if spec.add:
            added = ", ".join(
                f"{self.compiled(words, spec.name).sql} AS {quote(name)}"
                for name, words in spec.add.items()
            )
            source = f"SELECT *, {added} FROM ({source})"
            self.columns[spec.name] = [*self.columns[spec.name], *spec.add]
        kind = "TABLE" if spec.group_by else "VIEW"
        self.connection.execute(f"CREATE {kind} {quote(spec.name)} AS {source}")
        if spec.orders is not None:
            ordering.keyed(self, spec, spec.orders)

    def _step(self, spec: Table, source: str) -> Step:
        origins = [name for name in (spec.from_, *spec.union) if name in self.columns]
        joined = [
            (one.table, tuple(quote(key) for key in _keys(one)))
            for one in spec.join
            if one.table in self.columns
        ]
        self.read |= {*spec.group_by, *(key for one in spec.join for key in _keys(one))}
        keys = tuple(map(quote, self._group_keys(spec)))
        return Step(tuple(name for name in origins if name), source, keys, tuple(joined))

    def _source(self, spec: Table) -> str:
        if spec.union:
            parts = [name for name in spec.union if name in self.columns]
            names = dict.fromkeys(column for part in parts for column in self.columns[part])
            self.columns[spec.name] = list(names)
            source = " UNION ALL BY NAME ".join(f"SELECT * FROM {quote(part)}" for part in parts)
        else:
            origin = spec.from_ or ""
            self.columns[spec.name] = list(self.columns[origin])
            source = f"SELECT * FROM {self._whole_groups(spec, origin)}"
        for join in spec.join:
            source = self._joined(spec.name, join, source)
        if spec.where:
            source = f"SELECT * FROM ({source}) WHERE {self.compiled(spec.where, spec.name).sql}"
        return source

    def _joined(self, name: str, join: Join, source: str) -> str:
        keys = _keys(join)
        if join.table not in self.columns:
            # An optional input that did not come: its columns are empty.
            nothing = ", ".join(f"CAST(NULL AS VARCHAR) AS {quote(one)}" for one in join.take)
            self.columns[name] = [*self.columns[name], *join.take]
            return f"SELECT *, {nothing} FROM ({source})"
        on, taken = (", ".join(quote(one) for one in part) for part in (keys, join.take))
        picked = (
            f"SELECT DISTINCT ON ({on}) {on}, {taken} FROM {quote(join.table)} ORDER BY {on}, _row"
        )
        self.columns[name] = [*self.columns[name], *join.take]
        return f"SELECT * FROM ({source}) LEFT JOIN ({picked}) USING ({on})"

    def _whole_groups(self, spec: Table, origin: str) -> str:
        """Leave out groups of which a row was refused, so that no order is loaded in part."""
        raw = self.raws.get(origin)
        if raw is None or not spec.group_by or not self._any_rejects(raw.pieces):
            return quote(origin)
        keys = ", ".join(quote(key) for key in spec.group_by)
        broken = quote(f"broken_{spec.name}")
        self.connection.execute(
            f"CREATE TABLE {broken} AS SELECT DISTINCT {keys} "
            f"FROM {quote(f'typed_{origin}')} SEMI JOIN rejects USING (_row)"
        )
        self.connection.execute(
            "INSERT INTO rejects SELECT _row, NULL, 'group', NULL, line FROM "
            f"(SELECT _row FROM {quote(origin)} SEMI JOIN {broken} USING ({keys})) "
            f"JOIN ({original(raw)}) USING (_row)"
        )
        return f"{quote(origin)} ANTI JOIN {broken} USING ({keys})"

    def _any_rejects(self, pieces: list[Piece]) -> bool:
        low, high = pieces[0].offset, pieces[-1].offset + pieces[-1].rows
        query = "SELECT 1 FROM rejects WHERE _row > ? AND _row <= ? LIMIT 1"
        return self.connection.execute(query, [low, high]).fetchone() is not None

    def _group_keys(self, spec: Table) -> list[str]:
        return [*spec.group_by, *([APART] if spec.orders else [])]

    def _grouped(self, spec: Table, source: str) -> str:
        keys = ", ".join(map(quote, self._group_keys(spec)))
        itself = ", ".join(f"CAST({quote(key)} AS VARCHAR)" for key in spec.group_by)
        found = self.gatherings.get(spec.name)
        columns = {**spec.columns, **(found.decided() if found else {})}
        parts = [
            f"{self.compiled(words, spec.name, aggregates=True).sql} AS {quote(name)}"
            for name, words in columns.items()
        ]
        names = [*spec.group_by, *spec.columns]
        if spec.lines:
            parts.append(f"{self._lines(spec)} AS lines")
            names.append("lines")
        key = f"concat_ws(chr(31), {itself}) AS _key"
        money = f"min({CURRENCY}) AS {CURRENCY}"
        made = ", ".join(["min(_row) AS _row", key, money, *parts])
        self.columns[spec.name] = names
        return f"SELECT {keys}, {made} FROM ({source}) GROUP BY {keys}"

    def _lines(self, spec: Table) -> str:
        """Return the SQL of a group's order lines, in the order of their rows.

        Sorted after gathering: an aggregate that sorts keeps a buffer for every group.
        """
        parts = ["at_row := _row"]
        found = self.gatherings.get(spec.name)
        words = {**spec.lines, **({"amount": found.spec.total} if found and found.by_line else {})}
        for name, kind in LINE_KINDS.items():
            value = self.compiled(words[name], spec.name).sql if name in words else "NULL"
            parts.append(f"{name} := CAST({value} AS {kind})")
        kept = ", ".join(f"{name} := line.{name}" for name in LINE_KINDS)
        gathered = f"list_sort(list(struct_pack({', '.join(parts)})))"
        return f"list_transform({gathered}, lambda line: struct_pack({kept}))"

    def _unpivoted(self, name: str, spec: Unpivot, source: str) -> str:
        there = {
            column: item for column, item in spec.items.items() if column in self.columns[name]
        }
        if not there:
            wanted = ", ".join(spec.items)
            raise Invalid(
                "recipe.unpivot",
                Text(f"None of these columns is there: {wanted}.", f"缺少以下各列：{wanted}。"),
            )
        self.read |= there.keys()
        pairs = ", ".join(
            f"{{'item': {literal(item)}, 'value': {quote(column)}}}"
            for column, item in there.items()
        )
        kept = [column for column in self.columns[name] if column not in there]
        names = ", ".join(quote(column) for column in kept)
        self.columns[name] = [*kept, spec.item, spec.value]
        return (
            f"SELECT _row, concat(_key, ':', _pair.item) AS _key, {CURRENCY}, {names}, "
            f"_pair.item AS {quote(spec.item)}, _pair.value AS {quote(spec.value)} FROM "
            f"(SELECT *, unnest([{pairs}]) AS _pair FROM ({source})) "
            "WHERE _pair.value IS NOT NULL"
        )


def _keys(join: Join) -> list[str]:
    return [join.on] if isinstance(join.on, str) else list(join.on)


def count_bad(
    connection: duckdb.DuckDBPyConnection, relation: str, checks: list[Check]
) -> list[Check]:
    """Return the checks that some row fails; one pass over the relation."""
    if not checks:
        return []
    counts = ", ".join(f"count(*) FILTER (WHERE {check.bad})" for check in checks)
    row = connection.execute(f"SELECT {counts} FROM {relation}").fetchone()
    return [check for check, count in zip(checks, row or (), strict=True) if count]
