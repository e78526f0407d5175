"""Lines become orders: which rows are one order, what its money is, what its status says.

An order is its number and its customer and its place as the sender wrote them. A row that leaves
customer or place blank belongs to the only order of that number it can belong to. Amounts that
differ within orders are amounts of lines. What a file does not settle is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.kit.text import Text
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.model import Note, Orders
from regulars.listen.imports.questions import UNANSWERED, Answers, Choice, Question, answer_to

if TYPE_CHECKING:
    import duckdb

APART = "_apart"
"""The column that tells orders of one number apart; empty where a number is one order."""
CURRENCY = "_currency"
"""The currency that the cells of a row name, if any."""
AMOUNTS, TOTALS = "amounts", "totals"
"""Questions: whose are amounts that differ; which is right, a total or its lines' sum."""
LINE, ORDER, LINES = "line", "order", "lines"
ENOUGH = 0.01
"""From this share of orders of several lines on, differing amounts are line amounts."""
MANY = 0.05
"""Above this share of orders, totals that discounts do not explain are asked about."""
LEAST, MOST = 0.5, 1.25
"""A total within these shares of its lines' sum is explained: discounts, shipping, taxes."""
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """Rows (the query of their `_row`) that are refused for a reason, told of a column."""

    rows: str
    field: str | None
    reason: str


@dataclass(slots=True)
class Gathering:
    """The rows of one table of orders on a connection, and what was decided of them.

    `rows` is the query of the rows, `number` the column that numbers orders; `columns` are those
    that the file has.
    """

    connection: duckdb.DuckDBPyConnection
    name: str
    rows: str
    number: str
    spec: Orders
    columns: frozenset[str]
    answers: Answers
    zone: str
    notes: list[Note]
    questions: dict[str, Question]
    by_line: bool = False
    no_totals: bool = False

    def settle(self) -> Iterator[RefusedRows]:
        """Tell orders apart and decide what their amounts are; yields what cannot be settled."""
        yield from self._apart()
        yield from self._currencies()
        yield from self._amounts()
        if not self.by_line:
            yield from self._totals()
        self._days()

    def decided(self) -> dict[str, str]:
        """Return the columns of the order that the file's amounts decide."""
        if self.by_line:
            return {self.spec.total: f"sum({quote(self.spec.total)})"}
        return {self.spec.total: "max(null)"} if self.no_totals else {}

    @property
    def keys(self) -> str:
        """The columns that are one order."""
        return f"{quote(self.number)}, {APART}"

    def _apart(self) -> Iterator[RefusedRows]:
        """Put `_apart` beside the rows; where a number is one order it is empty.

        Number 1000 stands with Ana and with Bo, 1001 with Ana twice: the rows of 1000 are told
        apart by their customer, those of 1001 have nothing to tell apart.
        """
        kinds = {kind: name for kind, name in self.spec.customer.items() if name in self.columns}
        place = self.spec.place if self.spec.place in self.columns else None
        parted = [*kinds.values(), *([place] if place else [])]
        number = quote(self.number)
        several = (
            " OR ".join(f"min({quote(one)}) <> max({quote(one)})" for one in parted) or "FALSE"
        )
        table, bad = f"apart_{self.name}", f"unclear_{self.name}"
        self.connection.execute(
            f"CREATE TABLE {quote(f'numbers_{self.name}')} AS SELECT {number} AS number "
            f"FROM ({self.rows}) GROUP BY {number} HAVING {several}"
        )
        contested = self._count(f"SELECT count(*) FROM {quote(f'numbers_{self.name}')}")
        if not contested:
            self.rows = f"SELECT *, '' AS {APART} FROM ({self.rows})"
            return
        # Blank cells belong to the one order they can belong to; where there are two, to none.
        self.connection.execute(_told_apart(self.name, self.rows, number, kinds, place))
        rows = self._count(f"SELECT count(*) FROM {quote(table)}")
        self.notes.append(_apart_note(contested, rows))
        unclear = f"SELECT _row FROM {quote(table)} WHERE whole IS NULL"
        self.rows = (
            f"SELECT r.*, coalesce(a.whole, '') AS {APART} FROM ({self.rows}) r "
            f"LEFT JOIN {quote(table)} a USING (_row)"
        )
        if self._count(f"SELECT count(*) FROM ({unclear})"):
            self.connection.execute(f"CREATE TABLE {quote(bad)} AS {unclear}")
            self.rows = f"SELECT * FROM ({self.rows}) ANTI JOIN {quote(bad)} USING (_row)"
            yield RefusedRows(f"SELECT _row FROM {quote(bad)}", self.number, "which_order")

    def _currencies(self) -> Iterator[RefusedRows]:
        """Refuse orders whose rows name several currencies: they are never added."""
        yield from self._refused(
            "mixed", f"min({CURRENCY}) <> max({CURRENCY})", self.spec.total, "currencies"
        )

    def _amounts(self) -> Iterator[RefusedRows]:
        """Decide once for the column whether it holds amounts of lines or of orders."""
        total = quote(self.spec.total)
        if self.spec.total not in self.columns:
            return
        several, differ, by_line, by_order = self._row(
            f"SELECT count(*), count(*) FILTER (low <> high), sum(added), sum(high) FROM "
            f"(SELECT min({total}) AS low, max({total}) AS high, sum({total}) AS added "
            f"FROM ({self.rows}) GROUP BY {self.keys} HAVING count({total}) > 1)"
        )
        if not differ:
            return
        answer = answer_to(self.answers, AMOUNTS, (LINE, ORDER))
        self.by_line = answer == LINE if answer else differ >= ENOUGH * several
        if self.by_line:
            self.notes.append(_lines_note(self.spec.total, int(differ), int(several)))
        elif not answer:
            choices = (
                Choice(LINE, Text("the line's", "属于明细"), _given(by_line)),
                Choice(ORDER, Text("the order's", "属于整个订单"), _given(by_order)),
            )
            yield from self._refused(AMOUNTS, f"count({total}) > 1", self.spec.total, UNANSWERED)
            self._ask(AMOUNTS, _amounts_words(self.spec.total, several, differ), choices)

    def _totals(self) -> Iterator[RefusedRows]:
        """Ask which is right where totals differ from their lines by more than discounts."""
        lines = self.spec.lines
        if self.spec.total not in self.columns or not lines:
            return
        total, added = f"max({quote(self.spec.total)})", f"sum({lines})"
        odd = f"NOT ({total} BETWEEN {LEAST} * {added} AND {MOST} * {added})"
        both, unlike, by_order, by_lines = self._row(
            f"SELECT count(*), count(*) FILTER (odd), sum(total), sum(added) FROM "
            f"(SELECT {total} AS total, {added} AS added, {odd} AS odd FROM ({self.rows}) "
            f"GROUP BY {self.keys} HAVING {added} > 0 AND {total} IS NOT NULL)"
        )
        if unlike <= MANY * both:
            return
        answer = answer_to(self.answers, TOTALS, (ORDER, LINES))
        self.no_totals = answer == LINES
        if not answer:
            choices = (
                Choice(ORDER, Text("the order's amount", "订单金额"), _given(by_order)),
                Choice(LINES, Text("the sum of its lines", "明细合计"), _given(by_lines)),
            )
            differs = f"{added} > 0 AND {total} <> {added}"
            yield from self._refused(TOTALS, differs, self.spec.total, UNANSWERED)
            self._ask(TOTALS, _totals_words(self.spec.total, both, unlike), choices)

    def _ask(self, key: str, words: Text, choices: tuple[Choice, ...]) -> None:
        """Ask about the amounts of the rows that were just refused under this key."""
        rows = self._count(f"SELECT count(*) FROM {quote(f'{key}_{self.name}')}")
        self.questions[key] = Question(key, words, choices, self.spec.total, rows)

    def _days(self) -> None:
        """Tell of orders whose rows have several days; the first counts."""
        day = quote(self.spec.day)
        if self.spec.day not in self.columns:
            return
        local = f"CAST(timezone('{self.zone}', {day}) AS DATE)"
        found = self.connection.execute(
            f"SELECT {quote(self.number)}, count(*) OVER (), sum(n) OVER () FROM "
            f"(SELECT {self.keys}, count(*) AS n FROM ({self.rows}) GROUP BY {self.keys} "
            f"HAVING min({day}) <> max({day}) AND min({local}) <> max({local})) "
            f"ORDER BY 1 LIMIT {EXAMPLES}"
        ).fetchall()
        if found:
            numbers = tuple(str(row[0]) for row in found)
            self.notes.append(_days_note(int(found[0][1]), int(found[0][2]), numbers))

    def _refused(self, what: str, having: str, field: str, reason: str) -> Iterator[RefusedRows]:
        """Take orders out of the rows for which `having` holds; yield them as refused."""
        table = quote(f"{what}_{self.name}")
        self.connection.execute(
            f"CREATE TABLE {table} AS SELECT _row FROM ({self.rows}) SEMI JOIN "
            f"(SELECT {self.keys} FROM ({self.rows}) GROUP BY {self.keys} HAVING {having}) "
            f"USING ({self.keys})"
        )
        if self._count(f"SELECT count(*) FROM {table}"):
            self.rows = f"SELECT * FROM ({self.rows}) ANTI JOIN {table} USING (_row)"
            yield RefusedRows(f"SELECT _row FROM {table}", field, reason)

    def _count(self, query: str) -> int:
        return int(self._row(query)[0])

    def _row(self, query: str) -> tuple[int, ...]:
        return self.connection.execute(query).fetchone() or (0, 0, 0, 0)


def _told_apart(name: str, rows: str, number: str, kinds: dict[str, str], place: str | None) -> str:
    """Return the SQL that makes `apart_NAME`: `_row`, and the order (`whole`) it belongs to.

    `whole` is null where a row that leaves something blank could belong to several orders.
    """
    first = next(iter(kinds.values()), None)
    ways = []
    for kind, column in kinds.items():
        value = quote(column)
        if first is not None and column != first:
            known = f"max({quote(first)}) OVER (PARTITION BY {number}, {value})"
            ways.append(f"CASE WHEN {value} IS NOT NULL THEN 'user:' || {known} END")
            ways.append(f"'{kind}:' || lower(CAST({value} AS VARCHAR))")
        else:
            ways.insert(0, f"'user:' || CAST({value} AS VARCHAR)")
    who = f"coalesce({', '.join(ways)})" if ways else "CAST(NULL AS VARCHAR)"
    where = f"CAST({quote(place)} AS VARCHAR)" if place else "CAST(NULL AS VARCHAR)"
    whole = "concat(who, chr(31), place)"
    fill = "(who IS NOT NULL)::INT + (place IS NOT NULL)::INT"
    return f"""
        CREATE TABLE {quote(f"apart_{name}")} AS
        WITH placed AS (SELECT _row, {number} AS number, {who} AS who, {where} AS place
            FROM ({rows}) SEMI JOIN {quote(f"numbers_{name}")} n ON n.number = {number}),
        kinds AS (SELECT DISTINCT number, who, place, {fill} AS filled, {whole} AS whole
            FROM placed),
        fits AS (SELECT a.number, a.whole AS part, b.whole, b.filled,
                max(b.filled) OVER (PARTITION BY a.number, a.whole) AS best
            FROM kinds a JOIN kinds b ON a.number = b.number AND b.filled > a.filled
                AND (a.who IS NULL OR a.who = b.who) AND (a.place IS NULL OR a.place = b.place)),
        chosen AS (SELECT number, part, CASE WHEN count(*) = 1 THEN min(whole) END AS whole
            FROM fits WHERE filled = best GROUP BY number, part)
        SELECT _row, CASE WHEN c.part IS NULL THEN {whole} ELSE c.whole END AS whole
        FROM placed p LEFT JOIN chosen c ON c.number = p.number AND c.part = {whole}
    """


def _apart_note(numbers: int, rows: int) -> Note:
    stand = "order number stands" if numbers == 1 else "order numbers stand"
    words = Text(
        f"{numbers:,} {stand} for several orders ({rows:,} rows): they were told apart by customer "
        "and place.",
        f"{numbers:,} 个订单号（{rows:,} 行）对应多个订单：已按客户和门店区分。",
    )
    return Note("orders_apart", rows, words)


def _lines_note(column: str, differ: int, several: int) -> Note:
    words = Text(
        f"The amounts ({column}) of {differ:,} of {several:,} orders of several rows differ: they "
        "were read as amounts of lines and added.",
        f"{several:,} 个多行订单中有 {differ:,} 个各行金额（{column}）不同：已按明细金额相加。",
    )
    return Note("line_amounts", differ, words)


def _days_note(orders: int, rows: int, numbers: tuple[str, ...]) -> Note:
    listed = ", ".join(numbers)
    words = Text(
        f"The rows of {orders:,} orders differ in their day ({listed}): the first day counts.",
        f"{orders:,} 个订单的各行日期不同（{listed}）：以最早的日期为准。",
    )
    return Note("days_differ", rows, words, numbers)


def _amounts_words(column: str, several: int, differ: int) -> Text:
    return Text(
        f"{column}: {differ:,} of {several:,} orders of several rows have amounts that differ. Is "
        "an amount its line's or its order's?",
        f"{column}：{several:,} 个多行订单中有 {differ:,} 个各行金额不同。"
        "该金额属于明细还是整个订单？",
    )


def _totals_words(column: str, both: int, unlike: int) -> Text:
    return Text(
        f"{column}: {unlike:,} of {both:,} orders differ from the sum of their lines by more than "
        "discounts explain. Which is right?",
        f"{column}：{both:,} 个订单中有 {unlike:,} 个与明细合计相差过大，"
        "无法用折扣解释。以哪个为准？",
    )


def _given(amount: object) -> Text:
    return Text(f"{amount:,.2f} in all", f"合计 {amount:,.2f}")
