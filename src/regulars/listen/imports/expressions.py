"""The small language in which a recipe says how values come from columns.

Its words are SQL's: column names, numbers, 'text', arithmetic, comparisons, `and or not`,
`case when … then … else … end`, `in`, `between`, `like`, `is null`, and the functions of
`FUNCTIONS` and `AGGREGATES`. Nothing else is let through: no query, no file, no setting. What is
let through is written anew from the parsed tree, so no text of a recipe reaches the engine as is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from regulars.kit.errors import Invalid
from regulars.kit.text import Text

FUNCTIONS: Mapping[str, int | None] = {
    "abs": 1,
    "coalesce": None,
    "concat": None,
    "ends_with": 2,
    "greatest": None,
    "least": None,
    "left": 2,
    "length": 1,
    "lower": 1,
    "matches": 2,
    "nullif": 2,
    "replace": 3,
    "right": 2,
    "round": 2,
    "split_part": 3,
    "starts_with": 2,
    "substring": 3,
    "trim": 1,
    "upper": 1,
    "words": None,
    # kinds
    "number": 1,
    "decimal": 1,
    "text": 1,
    # calendar, in the recipe's zone
    "date_of": 3,
    "moment": 1,
    "order_status": 1,
    "plus_days": 2,
    "plus_months": 2,
}
"""Function → number of arguments; None: any number."""

AGGREGATES: Mapping[str, int] = {
    "any_value": 1,
    "count": 1,
    "first": 1,
    "max": 1,
    "min": 1,
    "sum": 1,
}
"""Allowed only in the columns of a table that groups; `first` is the first filled value."""

SIMPLE = (
    exp.Add,
    exp.And,
    exp.Between,
    exp.Boolean,
    exp.Case,
    exp.Div,
    exp.EQ,
    exp.GT,
    exp.GTE,
    exp.If,
    exp.In,
    exp.Is,
    exp.LT,
    exp.LTE,
    exp.Like,
    exp.Mod,
    exp.Mul,
    exp.NEQ,
    exp.Neg,
    exp.Not,
    exp.Null,
    exp.Or,
    exp.Paren,
    exp.Sub,
    exp.DPipe,
)
SIGNS: Mapping[type[exp.Expression], str] = {
    exp.Add: "+",
    exp.And: "AND",
    exp.Div: "/",
    exp.DPipe: "||",
    exp.EQ: "=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.Like: "LIKE",
    exp.Mod: "%",
    exp.Mul: "*",
    exp.NEQ: "<>",
    exp.Or: "OR",
    exp.Sub: "-",
}
FORMS: Mapping[type[exp.Expression], tuple[str, tuple[str, ...]]] = {
    exp.Between: ("({} BETWEEN {} AND {})", ("this", "low", "high")),
    exp.Is: ("({} IS {})", ("this", "expression")),
    exp.Neg: ("(-{})", ("this",)),
    exp.Not: ("(NOT {})", ("this",)),
    exp.Null: ("NULL", ()),
    exp.Paren: ("({})", ("this",)),
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """`sql` to run, and the `columns` it reads."""

    sql: str
    columns: frozenset[str]


def quote(name: str) -> str:
    """Return `name` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Return a TOML value as a literal of the engine."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def compile_expression(
    words: str, columns: Collection[str], *, zone: str | None = None, aggregates: bool = False
) -> Compiled:
    """Check `words` against the language and return what to run.

    `columns` are the names that may be read, as they are spelled; letters' case does not matter
    when only one name fits. Words that are a column's name as they stand mean that column.
    Raises Invalid that quotes the part that is not allowed.
    """
    if words in columns:
        return Compiled(quote(words), frozenset({words}))
    try:
        tree = sqlglot.parse_one(words, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise _refused(words, "it cannot be read", "无法解析") from error
    writer = _Writer(words, columns, zone, aggregates)
    return Compiled(writer.write(tree), frozenset(writer.used))


def _refused(words: str, why_en: str, why_zh: str) -> Invalid:
    return Invalid(
        "recipe.expression",
        Text(
            f"The expression “{words}” is refused: {why_en}.", f"表达式“{words}”被拒绝：{why_zh}。"
        ),
        expression=words,
    )


class _Writer:
    """Walks a parsed expression and writes only what the language has."""

    def __init__(
        self, words: str, columns: Collection[str], zone: str | None, aggregates: bool
    ) -> None:
        self.words = words
        self.exact = set(columns)
        self.folded: dict[str, list[str]] = {}
        for name in columns:
            self.folded.setdefault(name.lower(), []).append(name)
        self.zone = zone
        self.aggregates = aggregates
        self.used: set[str] = set()

    def write(self, node: exp.Expression) -> str:
        """Return the SQL of one node."""
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Literal):
            return literal(node.this) if node.is_string else str(node.this)
        if type(node) in SIGNS:
            left, right = self.write(node.this), self.write(node.expression)
            return f"({left} {SIGNS[type(node)]} {right})"
        if isinstance(node, SIMPLE):
            return self._simple(node)
        if isinstance(node, exp.Func):
            return self._function(node)
        raise _refused(
            self.words, f"“{node.sql()}” is not part of the language", f"“{node.sql()}”不在语言之内"
        )

    def _column(self, node: exp.Column) -> str:
        if node.args.get("table") is not None:
            raise _refused(self.words, "a column stands without its table", "列名不写表名")
        name = node.name
        if name not in self.exact:
            near = self.folded.get(name.lower(), [])
            if len(near) != 1:
                raise _refused(self.words, f"there is no column “{name}”", f"没有列“{name}”")
            name = near[0]
        self.used.add(name)
        return quote(name)

    def _simple(self, node: exp.Expression) -> str:
        if isinstance(node, exp.Boolean):
            return "TRUE" if node.this else "FALSE"
        if type(node) in FORMS:
            parts = [self.write(node.args[key]) for key in FORMS[type(node)][1]]
            return FORMS[type(node)][0].format(*parts)
        return self._in(node) if isinstance(node, exp.In) else self._case(node)

    def _in(self, node: exp.In) -> str:
        if not node.expressions:
            raise _refused(self.words, "“in” takes a list of values", "in 只能跟一串值")
        return f"({self.write(node.this)} IN ({', '.join(map(self.write, node.expressions))}))"

    def _case(self, node: exp.Expression) -> str:
        if isinstance(node, exp.If):
            branches, default = [node], node.args.get("false")
            subject = None
        else:
            branches, default = node.args["ifs"], node.args.get("default")
            subject = node.args.get("this")
        words = ["CASE"] + ([self.write(subject)] if subject is not None else [])
        for branch in branches:
            words.append(f"WHEN {self.write(branch.this)} THEN {self.write(branch.args['true'])}")
        if default is not None:
            words.append(f"ELSE {self.write(default)}")
        return " ".join([*words, "END"])

    def _function(self, node: exp.Func) -> str:
        name, parts = _spelled(node)
        arity = FUNCTIONS.get(name, AGGREGATES.get(name, -1))
        if arity == -1 or (name in AGGREGATES and not self.aggregates):
            raise _refused(
                self.words, f"there is no function “{name}” here", f"此处没有函数“{name}”"
            )
        if arity is not None and len(parts) != arity:
            raise _refused(
                self.words, f"“{name}” takes {arity} values", f"“{name}”需要 {arity} 个值"
            )
        return self._call(name, [self.write(part) for part in parts])

    def _call(self, name: str, parts: list[str]) -> str:
        zone = literal(self.zone or "UTC")
        first = parts[0]
        calls = {
            "number": f"TRY_CAST({first} AS DOUBLE)",
            "decimal": f"TRY_CAST({first} AS DECIMAL(18, 4))",
            "text": f"CAST({first} AS VARCHAR)",
            "matches": f"regexp_matches({', '.join(parts)})",
            "moment": f"timezone({zone}, TRY_CAST({first} AS TIMESTAMP))",
            "first": f"arg_min({first}, _row)",
            "words": f"nullif(concat_ws(chr(10), {', '.join(parts)}), '')",
        }
        if name == "date_of":
            year, month, number = (f"CAST({part} AS BIGINT)" for part in parts)
            return f"timezone({zone}, make_timestamp({year}, {month}, {number}, 0, 0, 0))"
        if name in ("plus_days", "plus_months"):
            step = "to_days" if name == "plus_days" else "to_months"
            local = f"timezone({zone}, {first})"
            return f"timezone({zone}, {local} + {step}(CAST({parts[1]} AS INTEGER)))"
        return calls.get(name) or f"{name}({', '.join(parts)})"


def _spelled(node: exp.Func) -> tuple[str, list[exp.Expression]]:
    """Return the function's name as our list spells it, and its arguments in order."""
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower(), list(node.expressions)
    name: str = node.sql_name()  # type: ignore[no-untyped-call]
    return name.lower(), list(_arguments(node))


def _arguments(node: exp.Func) -> Iterator[exp.Expression]:
    for key in node.arg_types:
        value = node.args.get(key)
        if isinstance(value, exp.Expression):
            yield value
        elif isinstance(value, list):
            yield from value
