"""From the tables of a recipe to events with the columns of the timeline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports import few
from regulars.listen.imports.columns import DUCK, Check
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.model import Event, Recipe
from regulars.listen.imports.reading.tables import original
from regulars.listen.imports.shaping import Shaper, count_bad
from regulars.listen.imports.whom import Named
from regulars.timeline import scores
from regulars.timeline.event import ACTORS, COLUMNS, IDENTITY_KINDS
from regulars.timeline.identity import PREFIX

if TYPE_CHECKING:
    import duckdb

EVENTS = "imported_events"
LITERAL = re.compile(r"'(?:[^']|'')*'|-?\d+(?:\.\d+)?")
"""SQL that is one text or number."""
KINDS = {
    "occurred_at": "TIMESTAMPTZ",
    "received_at": "TIMESTAMPTZ",
    "known_at": "TIMESTAMPTZ",
    "updated_at": "TIMESTAMPTZ",
    "amount": "DECIMAL(18, 4)",
    "lines": DUCK["list"],
    "score": "DOUBLE",
    "scale_min": "DOUBLE",
    "scale_max": "DOUBLE",
    "weight": "DOUBLE",
}
SETTABLE = frozenset(COLUMNS) - {"event_id", "received_at", "lines", "properties"}
UPDATED = "updated_at"
"""When the sender last changed what it tells: decides between two tellings of one event."""
TAKEABLE = frozenset(COLUMNS) - {"received_at"} | {UPDATED}
CHECKED = (
    *("occurred_at", "name", "actor"),
    *("metric", "score", "scale_min", "scale_max", "weight"),
)
EARLIEST = "1900-01-01"
MICROSECONDS_OF_GRACE = 86_400_000_000


class Builder:
    """Writes the view `imported_events` over the shaped relations."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        shaper: Shaper,
        *,
        salt: str,
        currency: str,
        now: datetime,
    ) -> None:
        self.connection = connection
        self.shaper = shaper
        self.recipe: Recipe = shaper.recipe
        self.salt = salt
        self.currency = currency
        self.now = clock.microseconds(now)
        self.maps: dict[tuple[str, str, str], str] = {}
        self.made: list[tuple[str, str]] = []
        """Tables that events are made of, each with the query of the rows that gave one."""
        self.named: dict[str, Named] = {}
        self.values: list[tuple[str, dict[str, str]]] = []
        """The relation that an event is made of, and its columns, with their SQL."""
        self.ordered = True
        """Whether the maps know the prefix of every identity."""

    def build(self) -> str:
        """Make the view of all events; rows that give no sound event go to the rejects."""
        views = []
        for index, event in enumerate(self.recipe.events):
            if event.from_ not in self.shaper.columns:
                continue
            views.append(self._sound(event, index))
        updated = any(UPDATED in event.take for event in self.recipe.events)
        further = [*([UPDATED] if updated else []), *([PREFIX] if self.ordered else [])]
        kinds = self._few()
        listed = ", ".join(
            f"CAST({quote(name)} AS {kinds[name]}) AS {quote(name)}"
            if name in kinds
            else quote(name)
            for name in (*COLUMNS, *further)
        )
        parts = " UNION ALL ".join(f"SELECT {listed} FROM {view}" for view in views)
        self.connection.execute(f"CREATE VIEW {EVENTS} AS {parts}")
        return EVENTS

    def _select(self, event: Event, index: int) -> str:
        values = self._values(event)
        identity, prefix, joins = self._identity(event)
        sent = values.get("identity_id")
        self.ordered = self.ordered and sent is None
        if identity:
            values["identity_id"] = f"coalesce({sent}, {identity})" if sent else identity
        made = self._event_id(event)
        sent = values.get("event_id")
        values["event_id"] = f"coalesce({sent}, {made})" if sent else made
        known, occurred = values.get("known_at"), values.get("occurred_at", "NULL")
        values["known_at"] = f"coalesce({known}, {occurred})" if known else occurred
        values.setdefault("actor", literal("customer"))
        values.setdefault("source", literal(self.recipe.source or self.recipe.name))
        values["currency"] = self._currency(values)
        # Rows reached us in the order of the file; ties in time are broken by it later.
        order = f"_row * {len(self.recipe.events)} + {index}"
        values["received_at"] = f"make_timestamptz({self.now} + {order})"
        if event.properties:
            values["properties"] = self._properties(event)
        self.values.append((quote(event.from_), values))
        columns = ", ".join(_cast(name, values.get(name, "NULL")) for name in (*COLUMNS, UPDATED))
        columns += f", CAST({prefix} AS UBIGINT) AS {PREFIX}"
        when = self.shaper.compiled(event.when, event.from_).sql if event.when else "TRUE"
        return f"SELECT {columns} FROM {quote(event.from_)}{joins} WHERE {when}"

    def _few(self) -> dict[str, str]:
        """Return the types of columns of which a large import has few words."""
        raws = self.shaper.raws.values()
        if sum(piece.rows for raw in raws for piece in raw.pieces) < few.LARGE:
            return {}
        alike = self.alike()
        names = [name for name in few.WORDS if name not in alike]
        return few.kinds(self.connection, names, self.values)

    def alike(self) -> dict[str, str]:
        """Return the columns that are the same in every event, or the same as another column.

        Column → SQL with its name, which a load may add behind its sort.
        """
        same = {}
        for name in COLUMNS:
            ways = {values.get(name, "NULL") for _table, values in self.values}
            way = ways.pop() if len(ways) == 1 else ""
            if way == "NULL" or LITERAL.fullmatch(way):
                same[name] = _same(name, way)
        if all(one["known_at"] == one.get("occurred_at") for _table, one in self.values):
            same["known_at"] = "occurred_at AS known_at"
        return same

    def _currency(self, values: dict[str, str]) -> str:
        """Return the SQL of the currency: money has one, whatever has no money has none."""
        if "amount" not in values:
            return "NULL"
        declared = self.recipe.currency or self.currency
        given = f"coalesce(_currency, {values.get('currency', 'NULL')}, {literal(declared)})"
        return f"CASE WHEN {values['amount']} IS NOT NULL THEN {given} END"

    def _values(self, event: Event) -> dict[str, str]:
        settled = {**self.recipe.set, **event.set}
        values = {name: literal(value) for name, value in settled.items()}
        for name, words in event.take.items():
            sql = self.shaper.compiled(words, event.from_).sql
            if sql in self.shaper.absent.get(event.from_, ()):
                continue
            default = values.get(name)
            values[name] = f"coalesce({sql}, {default})" if default else sql
        return values

    def _event_id(self, event: Event) -> str:
        """Return the SQL of an id that the same row gets again, whatever stands around it."""
        itself = (
            f"CAST({self.shaper.compiled(event.id, event.from_).sql} AS VARCHAR)"
            if event.id
            else "_key"
        )
        start = literal(f"{self.salt}\x1f{event.key}\x1f")
        new = f"md5({start} || {itself})"
        raw = self.shaper.raws.get(event.from_)
        known = self.shaper.ground.known
        if raw is None or not raw.part.formerly or known is None:
            return new
        told = known(self.connection)
        former = f"md5({start} || _former)"
        return f"CASE WHEN {former} IN (SELECT event_id FROM {told}) THEN {former} ELSE {new} END"

    def _properties(self, event: Event) -> str:
        columns = {
            name: self.shaper.compiled(quote(name), event.from_).sql for name in event.properties
        }
        pairs = ", ".join(f"{literal(name)}, {sql}" for name, sql in columns.items())
        # A merge patch drops nulls, so absent values leave nothing behind.
        return f"nullif(CAST(json_merge_patch('{{}}', json_object({pairs})) AS VARCHAR), '{{}}')"

    def _identity(self, event: Event) -> tuple[str, str, str]:
        """Return the SQL of the identity and its prefix, and their joins.

        Each distinct value is hashed once.
        """
        ids, joins = [], []
        for kind, words in event.identity.items():
            sql = self.shaper.compiled(words, event.from_).sql
            if sql in self.shaper.absent.get(event.from_, ()):
                continue
            value = f"CAST({sql} AS VARCHAR)"
            table = self._map(event.from_, kind, value)
            ids.append(f"{table}.identity")
            joins.append(f" LEFT JOIN {table} ON {table}.spelled = {value}")
        if not ids:
            return "", "NULL", ""
        tables = tuple(one.partition(".")[0] for one in ids)
        self.named.setdefault(event.from_, Named(tables, "".join(joins)))
        prefixes = [f"{table}.{PREFIX}" for table in tables]
        return _first(ids), _first(prefixes), "".join(joins)

    def _map(self, table: str, kind: str, value: str) -> str:
        key = (table, kind, value)
        if key not in self.maps:
            name = f"identities_{len(self.maps)}"
            self.connection.execute(
                f"CREATE TABLE {name} AS SELECT *, identity_prefix(identity) AS {PREFIX} FROM ("
                f"SELECT spelled, identity_id({literal(kind)}, spelled) AS identity, "
                f"is_nobody({literal(kind)}, spelled) AS nobody, "
                f"former_id({literal(kind)}, spelled) AS former "
                f"FROM (SELECT DISTINCT {value} AS spelled FROM {quote(table)}) "
                "WHERE spelled IS NOT NULL)"
            )
            self.maps[key] = name
        return self.maps[key]

    def _sound(self, event: Event, index: int) -> str:
        """Put events that cannot be among the rejects; return the relation of the others."""
        checked = quote(f"checked_{event.key}")
        self.connection.execute(f"CREATE VIEW {checked} AS {self._to_check(event)}")
        hits = count_bad(self.connection, checked, list(self._checks(event)))
        for check in hits:
            for raw in self.shaper.raws.values():
                low, high = raw.pieces[0].offset, raw.pieces[-1].offset + raw.pieces[-1].rows
                self.connection.execute(
                    f"INSERT INTO rejects SELECT _row, {literal(check.field)}, "
                    f"{literal(check.reason)}, {check.value}, line FROM {checked} "
                    f"JOIN ({original(raw)}) USING (_row) "
                    f"WHERE _row > {low} AND _row <= {high} AND ({check.bad})"
                )
        view = quote(f"event_{event.key}")
        self.connection.execute(f"CREATE VIEW {view} AS {self._select(event, index)}")
        bad = " OR ".join(f"({check.bad})" for check in hits)
        sound = f" WHERE NOT coalesce({bad}, FALSE)" if hits else ""
        self.made.append((event.from_, f"SELECT _row FROM {checked}{sound}"))
        if not hits:
            return view
        return f"(SELECT * FROM {view} WHERE NOT coalesce({bad}, FALSE))"

    def _to_check(self, event: Event) -> str:
        """Return the query of the columns that are checked, and no others."""
        values = self._values(event)
        columns = ", ".join(_cast(name, values.get(name, "NULL")) for name in CHECKED)
        itself = self._event_id(event) if event.id else "''"
        when = self.shaper.compiled(event.when, event.from_).sql if event.when else "TRUE"
        return (
            f"SELECT _row, {columns}, {itself} AS event_id FROM {quote(event.from_)} WHERE {when}"
        )

    def _checks(self, event: Event) -> Iterator[Check]:
        at = "CAST(occurred_at AS VARCHAR)"
        late = f"make_timestamptz({self.now + MICROSECONDS_OF_GRACE})"
        yield Check("occurred_at", "occurred_at IS NULL", "missing", at)
        yield Check("occurred_at", f"occurred_at > {late}", "future", at)
        yield Check("occurred_at", f"occurred_at < TIMESTAMPTZ '{EARLIEST}'", "out_of_range", at)
        for name in ("name", "actor"):
            if name in event.take:
                yield Check(name, f"{name} IS NULL", "missing", "NULL")
        if event.id:
            yield Check("id", "event_id IS NULL", "missing", "NULL")
        if "actor" in event.take:
            known = ", ".join(literal(actor) for actor in ACTORS)
            yield Check("actor", f"actor NOT IN ({known})", "actor", "actor")
        if "score" in event.take or "score" in event.set:
            outside = f"CASE WHEN score IS NOT NULL THEN {scores.impossible_sql()} END"
            yield Check("score", outside, "out_of_range", "CAST(score AS VARCHAR)")
        if "weight" in event.take:
            outside = f"NOT weight BETWEEN 0 AND {scores.LARGEST_WEIGHT!r}"
            yield Check("weight", outside, "weight", "CAST(weight AS VARCHAR)")


def _first(values: Sequence[str]) -> str:
    """Return the SQL of the first of `values` that is there."""
    return f"coalesce({', '.join(values)})" if len(values) > 1 else values[0]


def _cast(name: str, sql: str) -> str:
    return f"CAST({sql} AS {KINDS.get(name, 'VARCHAR')}) AS {quote(name)}"


def _same(name: str, value: str) -> str:
    """Return a column that is the same in every row; a word is written as the only one of a list.

    So are nulls among words, for less than as words.
    """
    word = "''" if value == "NULL" else value
    if name in KINDS or not word.startswith("'"):
        return _cast(name, value)
    return f"CAST({value} AS ENUM({word})) AS {quote(name)}"


TO_FILL_IN = ""
"""What a proposed mapping has where only its owner can say what belongs there."""


def unfilled(recipe: Recipe) -> list[tuple[str, str]]:
    """Return event and word of whatever a proposal left open."""
    return [
        (event.key, word)
        for event in recipe.events
        for word, expression in event.take.items()
        if expression.strip() == TO_FILL_IN
    ]


def check_filled(recipe: Recipe) -> None:
    """Raise Invalid when a mapping still has something to be filled in."""
    for key, word in unfilled(recipe):
        raise Invalid(
            "recipe.unfilled",
            Text(
                f"The event “{key}” has no {word} yet: write the name of a column there, or a "
                "value such as moment('2026-03-01').",
                f"事件“{key}”尚未填写 {word}：请写入列名，或写入 moment('2026-03-01') 这样的值。",
            ),
            event=key,
            field=word,
        )


def check_events(recipe: Recipe) -> None:
    """Refuse events that set what cannot be set; raises Invalid naming the event and the word."""
    keys = [event.key for event in recipe.events]
    for event in recipe.events:
        wrong = [
            *sorted({*recipe.set, *event.set} - SETTABLE),
            *sorted(set(event.take) - TAKEABLE),
            *sorted(set(event.identity) - set(IDENTITY_KINDS)),
        ]
        settled = {**recipe.set, **event.set, **event.take}
        lacking = [name for name in ("name", "occurred_at") if name not in settled]
        if wrong or lacking or keys.count(event.key) > 1:
            what = ", ".join(wrong or lacking or [event.key])
            raise Invalid(
                "recipe.event",
                Text(
                    f"The event “{event.key}” is wrong at: {what}.",
                    f"事件“{event.key}”有误：{what}。",
                ),
                event=event.key,
            )
