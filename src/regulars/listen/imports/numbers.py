"""Numbers and money as people write them, read by the engine: marks, signs, units, currencies.

`1,299.00`, `1.299,00` and `1 299,00` say themselves which mark is the decimal one; `1,299` and
`1.234` do not. What a column's other cells say settles it; else it is asked, and so it is where
they contradict each other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.listen.imports.signs import text

if TYPE_CHECKING:
    import duckdb

CURRENCY = (
    r"[A-Za-z]{1,4} ?[¥$€£]|[A-Za-z]{1,5}\.?|[¥$€£₹₩₽₫฿₺₪₦₱₴]|[Zz]ł|\p{Han}{1,5}"
    r"|[A-Za-z]{2,4}\p{Han}{1,3}|%"
)
DIGITS = r"[\d.,'][\d.,' ]*"
SHAPE = rf"^([+-]?) ?({CURRENCY})? ?([+-]?) ?({DIGITS}?) ?(-?) ?({CURRENCY})?$"
BRACKETS = r"^((?:[A-Za-z]{0,4}[¥$€£]?) ?)\((.*)\)( ?[^()\d]*)$"
COUNTED = """
件 个 只 台 份 盒 瓶 袋 箱 套 双 条 张 本 包 支 枚 块 次 人 位 天 日 周 月 年 岁 分 星 颗星 点
小时 分钟 秒 克 千克 公斤 斤 毫升 升 % pc pcs pce piece pieces unit units item items ea each
x star stars point points pt pts day days week weeks month months year years h hour hours min
mins minutes s sec kg g mg lb lbs oz ml l
"""
UNITS = tuple(COUNTED.split())
"""What may stand behind a number that is no money."""
PLAIN = r"-?\d{1,14}(\.(\d{1,2}|\d{4}))?"
WHOLE = r"-?\d{1,14}"
EXACT = r"[+-]?\d*(\.\d{1,4}0*)?"
"""Money is kept to four places: a cell with more would be another amount afterwards."""
GROUPED = r"^\d{1,3}([ '']\d{3})+"
TELLS_DOT = (
    GROUPED + r"\.\d+$",
    r"^\d{1,3}(,\d{2,3})*,\d{3}\.\d+$",
    r"^\d{1,3}(,\d{2,3})+,\d{3}$",
    r"^(0|\d{4,})?\.\d+$",
    r"^\d{1,3}\.(\d{1,2}|\d{4,})$",
)
TELLS_COMMA = (
    GROUPED + r",\d+$",
    r"^\d{1,3}(\.\d{3})+,\d+$",
    r"^\d{1,3}(\.\d{3}){2,}$",
    r"^(0|\d{4,})?,\d+$",
    r"^\d{1,3},(\d{1,2}|\d{4,})$",
)
OPEN_DOT = r"^[1-9]\d{0,2}\.\d{3}$"
OPEN_COMMA = r"^[1-9]\d{0,2},\d{3}$"


@dataclass(frozen=True, slots=True)
class Written:
    """How the numbers of a column are written: its decimal mark ("": not settled), what else.

    `plain`: every cell is digits with one, two or four places or none, so that nothing but a cast
    is needed.
    `strict`: cells that say another mark are refused. `signs`: some cell names a currency. `open`
    cells may be read in two ways, `example` is one of them.
    """

    mark: str = "."
    plain: bool = False
    strict: bool = False
    signs: bool = False
    open: int = 0
    example: str = ""


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the connection the macros that take a written number apart."""
    brackets = f"regexp_replace(plain_signs(x), {text(BRACKETS)}, '-\\1\\2\\3')"
    parts = "['sign', 'before', 'inner', 'digits', 'behind', 'after']"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP MACRO number_parts(x) AS
            regexp_extract({brackets}, {text(SHAPE)}, {parts});
        CREATE OR REPLACE TEMP MACRO number_digits(x) AS trim(number_parts(x).digits);
        CREATE OR REPLACE TEMP MACRO named_currency(x) AS list_transform([number_parts(x)],
            lambda part_: CASE WHEN part_.before <> '' AND part_.after <> ''
                AND currency_code(part_.before) IS DISTINCT FROM currency_code(part_.after)
                AND currency_code(part_.before) <> '¥'
                THEN '?' ELSE coalesce(currency_code(nullif(part_.after, '')),
                    currency_code(nullif(part_.before, ''))) END)[1];
        """
    )


def read_money(name: str, duck: str, written: Written) -> str:
    """Return the SQL of the text `name` as money; null where it is none or can be read two ways."""
    wrong = "(part_.before <> '' AND currency_code(part_.before) IS NULL) OR " + (
        "(part_.after <> '' AND currency_code(part_.after) IS NULL)"
    )
    slow = _by_parts(name, wrong, f"regexp_full_match(digits_, '{EXACT}')", written)
    return _fast(name, duck, slow, written)


def read_number(name: str, duck: str, written: Written) -> str:
    """Return the SQL of the text `name` as a number: a unit or a sign of money may stand by it."""
    units = ", ".join(text(unit) for unit in UNITS)
    wrong = " OR ".join(
        f"(part_.{side} <> '' AND currency_code(part_.{side}) IS NULL "
        f"AND lower(part_.{side}) NOT IN ({units}))"
        for side in ("before", "after")
    )
    fits = "regexp_full_match(digits_, '[+-]?\\d*(\\.0+)?')" if duck == "BIGINT" else "TRUE"
    slow = _by_parts(name, wrong, fits, written)
    if duck == "DOUBLE" and written.mark == ".":
        direct = f"TRY_CAST({name} AS DOUBLE)"
        if written.plain:
            return direct
        return (
            f"CASE WHEN {name} IS NULL THEN NULL WHEN isfinite({direct}) THEN {direct} "
            f"ELSE TRY_CAST({slow} AS DOUBLE) END"
        )
    return _fast(name, duck, slow, written)


def _fast(name: str, duck: str, slow: str, written: Written) -> str:
    """Return a cast for what is plain, nothing for what is empty, the slow way for the rest."""
    if written.plain:
        return f"TRY_CAST({name} AS {duck})"
    pointed = written.mark == "." or not written.strict
    shape = PLAIN if pointed and duck != "BIGINT" else WHOLE
    return (
        f"CASE WHEN {name} IS NULL THEN NULL "
        f"WHEN regexp_full_match({name}, '{shape}') THEN TRY_CAST({name} AS {duck}) "
        f"ELSE TRY_CAST({slow} AS {duck}) END"
    )


def _by_parts(name: str, wrong: str, fits: str, written: Written) -> str:
    """Return the SQL of the number's plain digits with their sign, null where there is none."""
    signs = " + ".join(
        f"CASE WHEN part_.{side} = '-' THEN 1 ELSE 0 END" for side in ("sign", "inner", "behind")
    )
    digits = (
        f"list_transform([{_canonical('trim(part_.digits)', written)}], "
        f"lambda digits_: CASE WHEN {fits} THEN digits_ END)[1]"
    )
    return (
        f"list_transform([number_parts({name})], lambda part_: "
        f"CASE WHEN part_.digits = '' OR {wrong} OR ({signs}) > 1 THEN NULL "
        f"WHEN ({signs}) = 1 THEN '-' || {digits} ELSE {digits} END)[1]"
    )


def _canonical(digits: str, written: Written) -> str:
    """Return the SQL of digits with a point as decimal mark; null where there is no one reading.

    Without a mark only what says itself how it is written is read, and a point before one or two
    places.
    """
    bare = f"regexp_replace({digits}, '[ ,'']', '', 'g')"
    comma = f"replace(regexp_replace({digits}, '[ .'']', '', 'g'), ',', '.')"
    cases = [
        (r"^\d+$", digits),
        (GROUPED + "$", bare),
    ]
    mark, strict = written.mark, written.strict
    if mark != "," or not strict:
        cases += [(shape, bare) for shape in TELLS_DOT]
    if mark != "." or not strict:
        told = TELLS_COMMA if mark == "," else TELLS_COMMA[:3]
        cases += [(shape, comma) for shape in told]
    if mark == ".":
        cases += [(OPEN_DOT, digits), (OPEN_COMMA, bare)]
    if mark == ",":
        cases += [(OPEN_COMMA, comma), (OPEN_DOT, comma)]
    whens = " ".join(
        f"WHEN regexp_matches({digits}, '{shape}') THEN {value}" for shape, value in cases
    )
    return f"CASE {whens} END"


def is_open(name: str) -> str:
    """Return the SQL that tells whether a number may be read in two ways."""
    shape = "|".join((OPEN_DOT, OPEN_COMMA, *TELLS_COMMA[3:]))
    return f"regexp_matches(number_digits({name}), '{shape}')"


def looked_at(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    texts: dict[str, str],
    *,
    money: Collection[str],
    exported: bool,
) -> dict[str, Written]:
    """Return for each of `texts` (name → SQL of the cell) how its numbers are written.

    `money` names those that are money; `exported`: points come from a program that always writes
    them (a workbook's cells, JSON).
    """
    if not texts:
        return {}
    counts = ", ".join(
        f"count(*) FILTER (NOT regexp_full_match({sql}, '{PLAIN}')), "
        f"coalesce(bool_or(regexp_full_match({sql}, '{PLAIN}') AND contains({sql}, '.')), FALSE)"
        for sql in texts.values()
    )
    row = connection.execute(f"SELECT {counts} FROM {relation}").fetchone() or ()
    written = {}
    for index, (name, sql) in enumerate(texts.items()):
        odd, dots = row[2 * index], bool(row[2 * index + 1])
        cells = f"SELECT {sql} AS v FROM {relation}"
        kind = {"dots": dots, "money": name in money, "exported": exported}
        written[name] = _odd(connection, cells, **kind) if odd else Written(plain=True)
    return written


def _odd(
    connection: duckdb.DuckDBPyConnection, cells: str, *, dots: bool, money: bool, exported: bool
) -> Written:
    """Look at the cells that are not plain digits."""

    def some(shapes: tuple[str, ...]) -> str:
        return f"coalesce(bool_or(regexp_matches(d, '{'|'.join(shapes)}')), FALSE)"

    open_ = "|".join((OPEN_DOT, OPEN_COMMA) if money else (OPEN_COMMA,))
    row = connection.execute(
        f"SELECT {some(TELLS_DOT[:3])}, {some(TELLS_COMMA[:3])}, {some(TELLS_DOT[3:])}, "
        f"{some(TELLS_COMMA[3:])}, {some((OPEN_DOT,))}, coalesce(bool_or(c IS NOT NULL), FALSE), "
        f"count(*) FILTER (regexp_matches(d, '{open_}')), "
        f"count(*) FILTER (regexp_matches(d, '{'|'.join((open_, *TELLS_COMMA[3:]))}')), "
        f"min(v) FILTER (regexp_matches(d, '{open_}')) "
        f"FROM (SELECT v, number_digits(v) AS d, named_currency(v) AS c FROM "
        f"({cells}) WHERE NOT regexp_full_match(v, '{PLAIN}'))"
    ).fetchone() or (False, False, False, False, False, False, 0, 0, None)
    dot, comma, weak_dot, weak_comma, three, signs, open_cells, either, example = row
    if dot == comma:
        weak_dot = weak_dot or dots or (exported and three)
        dot, comma = dot or weak_dot, comma or weak_comma
    if dot != comma:
        return Written("," if comma else ".", signs=signs)
    if dot and comma:
        return Written("", signs=signs, open=int(either), example=example or "")
    return Written(
        "" if open_cells else ".", signs=signs, open=int(open_cells), example=example or ""
    )
