"""Times as people write them, read by the engine: offsets, halves of the day, months by name.

What ISO 8601 writes is cast. Everything else is taken apart once: offset, half of the day, clock,
and the day that is left. `03/05/24` does not say whether the day or the month comes first: what a
column's other cells say settles it, else it is asked, and so where they contradict each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.listen.imports.signs import text

if TYPE_CHECKING:
    import duckdb

OFFSET = r"(Z|z|UTC|[+-]\d{2}(:?\d{2})?)$"
NUMERIC = r"^(\d{1,2})[/\-](\d{1,2})[/\-](\d{4}|\d{2})$"
"""A day of which the engine cannot know the order: 03/05/24, 3-5-2024."""
DOTTED = r"^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})$"
"""Where days are written with points, the day stands first."""
YEAR_FIRST = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y年%m月%d号", "%Y%m%d"),
    *("%Y-%b-%d", "%Y %b %d", "%Y %B %d"),
)
YEAR_LAST = (
    *("%d-%b-%y", "%d-%b-%Y", "%d/%b/%Y", "%d.%b.%Y", "%d-%B-%Y"),
    *("%d %b %y", "%d %b %Y", "%d %B %y", "%d %B %Y", "%b %d %Y", "%B %d %Y"),
)
MORNING = "上午|凌晨|早上|清晨|午前|AM|A\\.M\\."
EVENING = "下午|晚上|傍晚|中午|午后|午後|PM|P\\.M\\."
HALF = rf"({MORNING}|{EVENING})"
WEEKDAY = (
    r"(?i)^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?[,.]? "
    r"|[ ,]*[(]?(星期|周|礼拜)[一二三四五六日天][)]?"
)
CLOCK = r"^(.*?)[ T,:]*(\d{1,2}):(\d{2})(?::(\d{1,2})([.,]\d{1,9})?)?$"
ZONE = r"^(.*:\d{2}(?:[.,]\d+)?(?: ?[AP]M)?) ?((?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?|GMT|UTC|Z)$"
CLOCK_ONLY = rf"(?i)^{HALF}? ?\d{{1,2}}:\d{{2}}(:\d{{2}})?(\.\d+)? ?{HALF}?$"
SERIAL_FIRST, SERIAL_LAST = 20_000, 80_000
"""The days 1954 to 2119 as spreadsheets number them."""
DAY_FIRST, MONTH_FIRST = "day", "month"
"""Which of the two comes first."""


ZONED, LOCAL = "zoned", "local"
FORMS = {
    ZONED: r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}(:?\d{2})?)",
    LOCAL: r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?",
}
"""What systems write, with their offset and without; a column of one form needs no second look."""


@dataclass(frozen=True, slots=True)
class Dates:
    """How the days of a column are written: `order` of day and month ("": not settled).

    `form` is that of every cell, if they have one of `FORMS`. `open` cells may be read in two ways,
    `example` is one of them.
    """

    order: str = ""
    form: str = ""
    open: int = 0
    example: str = ""


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the connection the macros that take a written time apart."""
    chinese = r"regexp_replace(text_, '(\d{1,2})[时点時](\d{1,2})分(\d{1,2})秒', '\1:\2:\3')"
    chinese = rf"regexp_replace({chinese}, '(\d{{1,2}})[时点時](\d{{1,2}})分', '\1:\2')"
    halves = rf"regexp_replace({chinese}, '(?i){HALF} ?(\d{{1,2}}:\d{{2}}(:\d{{2}})?)', '\2 \1')"
    named = f"regexp_replace({halves}, '(?i)({MORNING})', 'AM')"
    named = f"regexp_replace({named}, '(?i)({EVENING})', 'PM')"
    worded = f"regexp_replace({named}, {text(WEEKDAY)}, ' ', 'g')"
    worded = rf"regexp_replace({worded}, ' ?\([A-Za-z ]+\)$', '')"
    single = rf"trim(regexp_replace({worded}, '(\d)(st|nd|rd|th)?, ?|\s+', '\1 ', 'g'))"
    zoned = "['body', 'zone', 'sign', 'hours', 'minutes']"
    clock = "['day', 'hour', 'minute', 'second', 'part']"
    connection.execute(
        rf"""
        CREATE OR REPLACE TEMP MACRO whole(n) AS TRY_CAST(n AS INTEGER);
        CREATE OR REPLACE TEMP MACRO plain_time(v) AS
            list_transform([plain_signs(v)], lambda text_: {single})[1];
        CREATE OR REPLACE TEMP MACRO time_zone_of(t) AS regexp_extract(t, {text(ZONE)}, {zoned});
        CREATE OR REPLACE TEMP MACRO time_body(t) AS
            CASE WHEN time_zone_of(t).body <> '' THEN time_zone_of(t).body ELSE t END;
        CREATE OR REPLACE TEMP MACRO time_clock(b) AS
            regexp_extract(regexp_replace(b, ' ?[AP]M$', ''), {text(CLOCK)}, {clock});
        CREATE OR REPLACE TEMP MACRO day_of(b) AS list_transform([time_clock(b)], lambda clock_:
            trim(CASE WHEN clock_.hour <> '' THEN clock_.day ELSE b END))[1];
        CREATE OR REPLACE TEMP MACRO written_day(v) AS day_of(time_body(plain_time(v)));
        CREATE OR REPLACE TEMP MACRO clock_seconds(b) AS list_transform([time_clock(b)],
            lambda clock_:
            CASE WHEN clock_.hour = '' THEN 0
            WHEN whole(clock_.minute) > 59 OR whole(clock_.hour) > 24
                OR (clock_.second <> '' AND whole(clock_.second) > 60) THEN NULL
            ELSE 3600 * CASE
                WHEN ends_with(b, 'PM') AND whole(clock_.hour) < 12 THEN whole(clock_.hour) + 12
                WHEN ends_with(b, 'AM') AND whole(clock_.hour) = 12 THEN 0
                ELSE whole(clock_.hour) END
                + 60 * whole(clock_.minute) + coalesce(whole(clock_.second), 0)
                + CASE WHEN clock_.part = '' THEN 0
                  ELSE TRY_CAST(replace(clock_.part, ',', '.') AS DOUBLE) END END)[1];
        CREATE OR REPLACE TEMP MACRO full_year(y) AS CASE WHEN length(y) = 4 THEN whole(y)
            WHEN whole(y) < 70 THEN 2000 + whole(y) ELSE 1900 + whole(y) END;
        CREATE OR REPLACE TEMP MACRO offset_seconds(zone_) AS CASE WHEN zone_.sign = '' THEN 0 ELSE
            (CASE zone_.sign WHEN '-' THEN -1 ELSE 1 END) * (3600 * whole(zone_.hours)
            + 60 * CASE WHEN zone_.minutes = '' THEN 0 ELSE whole(zone_.minutes) END) END;
        """
    )


def read_moment(name: str, zone: str | None, order: str, form: str = "") -> str:
    """Return the SQL of the text `name` as a moment; null where it is none, or not settled.

    Of a `form` that all have, less is asked of each.
    """
    naive = f"TRY_CAST({name} AS TIMESTAMP)"
    # ISO 8601 lets seconds and the colon of an offset be left out; the engine wants them.
    seconds = rf"regexp_replace({name}, '^(.{{10}}[T ]\d{{2}}:\d{{2}})(Z|[+-])', '\1:00\2')"
    colon = rf"regexp_replace({seconds}, '([+-]\d{{2}})(\d{{2}})$', '\1:\2')"
    other = _taken_apart(name, zone, order)
    zoned = f"coalesce(TRY_CAST({name} AS TIMESTAMPTZ), TRY_CAST({colon} AS TIMESTAMPTZ), {other})"
    local = f"coalesce({at(naive, zone)}, {other})"
    if form:
        return zoned if form == ZONED else local
    return (
        f"CASE WHEN length({name}) > 10 AND regexp_matches({name}, '{OFFSET}') THEN {zoned} "
        f"WHEN substr({name}, 5, 1) IN ('-', '/') THEN {local} ELSE {other} END"
    )


def _taken_apart(name: str, zone: str | None, order: str) -> str:
    """Return the SQL of a time that is not ISO 8601."""
    local = (
        f"{_day('day_of(body_)', order)} + to_microseconds((clock_seconds(body_) * 1e6)::BIGINT)"
    )
    moment = (
        "CASE WHEN zone_.body <> '' THEN timezone('UTC', "
        f"({local}) - to_seconds(offset_seconds(zone_))) ELSE {at(local, zone)} END"
    )
    parted = (
        f"list_transform([time_zone_of(time_)], lambda zone_: list_transform([time_body(time_)], "
        f"lambda body_: {moment})[1])[1]"
    )
    number = "TRY_CAST(time_ AS DOUBLE)"
    serial = f"TIMESTAMP '1899-12-30' + to_microseconds(({number} * 86400e6)::BIGINT)"
    span = f"{number} BETWEEN {SERIAL_FIRST} AND {SERIAL_LAST}"
    return (
        f"list_transform([plain_time({name})], lambda time_: CASE "
        rf"WHEN regexp_full_match(time_, '\d{{5}}(\.\d+)?') AND {span} THEN {at(serial, zone)} "
        rf"WHEN regexp_full_match(time_, '\d{{14}}') THEN "
        f"{at(_compact('time_'), zone)} "
        rf"WHEN regexp_full_match(time_, '\d{{10}}(\.\d+)?') THEN to_timestamp({number}) "
        rf"WHEN regexp_full_match(time_, '\d{{13}}') THEN to_timestamp({number} / 1000) "
        f"ELSE {parted} END)[1]"
    )


def _compact(name: str) -> str:
    return f"try_strptime({name}, '%Y%m%d%H%M%S')"


def _day(day: str, order: str) -> str:
    """Return the SQL of a written day as a timestamp at its midnight."""
    year_first, year_last = (", ".join(map(text, some)) for some in (YEAR_FIRST, YEAR_LAST))
    first, second = "whole(day_.first)", "whole(day_.second)"
    by_order = {DAY_FIRST: f"({second}, {first})", MONTH_FIRST: f"({first}, {second})"}
    parts = "['first', 'second', 'year']"
    settled = f"WHEN {first} = {second} THEN ({second}, {first}) " + (
        f"ELSE {by_order[order]}" if order else "ELSE NULL"
    )
    pair = (
        f"CASE WHEN {first} > 12 THEN ({second}, {first}) "
        f"WHEN {second} > 12 THEN ({first}, {second}) {settled} END"
    )
    numeric = _made(f"regexp_extract({day}, {text(NUMERIC)}, {parts})", pair)
    dotted = _made(f"regexp_extract({day}, {text(DOTTED)}, {parts})", f"({second}, {first})")
    return (
        f"CASE WHEN regexp_matches({day}, {text(NUMERIC)}) THEN {numeric} "
        f"WHEN regexp_matches({day}, {text(DOTTED)}) THEN {dotted} "
        rf"WHEN regexp_matches({day}, '^\d{{4}}') THEN try_strptime({day}, [{year_first}]) "
        rf"WHEN regexp_matches({day}, '\d') THEN try_strptime({day}, [{year_last}]) END"
    )


def _made(parts: str, pair: str) -> str:
    """Return the SQL of the day of `parts`; `pair` is (month, day)."""
    written = "printf('%04d-%02d-%02d', full_year(day_.year), pair_[1], pair_[2])"
    return (
        f"list_transform([{parts}], lambda day_: list_transform([{pair}], "
        f"lambda pair_: TRY_CAST({written} AS TIMESTAMP))[1])[1]"
    )


def at(naive: str, zone: str | None) -> str:
    """Return the SQL of a time of that zone as a moment."""
    return "CAST(NULL AS TIMESTAMPTZ)" if zone is None else f"timezone({text(zone)}, {naive})"


def looked_at(connection: duckdb.DuckDBPyConnection, relation: str, sql: str) -> Dates:
    """Return how the days of a column are written; ISO 8601 alone costs one look."""
    form = _form(connection, relation, sql)
    if form:
        return Dates(form=form)
    iso = "substr(v, 5, 1) IN ('-', '/')"
    odd = connection.execute(
        f"SELECT count(*) FILTER (NOT {iso}), count(*) FROM (SELECT {sql} AS v FROM {relation})"
    ).fetchone() or (0, 0)
    if not odd[0]:
        return Dates()
    first, second = "whole(part_.first)", "whole(part_.second)"
    row = connection.execute(
        f"SELECT count(*) FILTER ({first} > 12 AND {second} <= 12), "
        f"count(*) FILTER ({second} > 12 AND {first} <= 12), "
        f"count(*) FILTER ({first} <= 12 AND {second} <= 12 AND {first} <> {second}), "
        f"min(v) FILTER ({first} <= 12 AND {second} <= 12 AND {first} <> {second}) "
        f"FROM (SELECT v, regexp_extract(written_day(v), {text(NUMERIC)}, "
        "['first', 'second', 'year']) AS part_ "
        f"FROM (SELECT {sql} AS v FROM {relation}) WHERE NOT {iso}) WHERE part_.first <> ''"
    ).fetchone() or (0, 0, 0, None)
    days, months, open_, example = row
    if bool(days) == bool(months):
        return Dates("", "", int(open_), example or "")
    return Dates(DAY_FIRST if days else MONTH_FIRST)


def _form(connection: duckdb.DuckDBPyConnection, relation: str, sql: str) -> str:
    """Return the form that every cell has which is not blank; "" where they have none."""
    cells = f"SELECT v FROM (SELECT {sql} AS v FROM {relation}) WHERE v IS NOT NULL"
    for form, shape in FORMS.items():
        has = f"bool_and(regexp_full_match(v, '{shape}'))"
        # Most columns of another form show it at once.
        for some in (f"{cells} LIMIT 1", cells):
            row = connection.execute(f"SELECT {has} FROM ({some})").fetchone()
            if row is None or not row[0]:
                break
        else:
            return form
    return ""


def figures(example: str) -> tuple[str, str]:
    """Return the first two figures of a written day, without leading zeros."""
    found = re.findall(r"\d+", example)
    return (found[0].lstrip("0"), found[1].lstrip("0")) if len(found) > 1 else (example, example)


def is_open(name: str) -> str:
    """Return the SQL that tells whether a time may be read in two ways."""
    return (
        f"list_transform([regexp_extract(written_day({name}), {text(NUMERIC)}, "
        "['first', 'second', 'year'])], lambda part_: coalesce(whole(part_.first) <= 12 "
        "AND whole(part_.second) <= 12 AND whole(part_.first) <> whole(part_.second), FALSE))[1]"
    )


def is_naive(sql: str, form: str = "") -> str:
    """Return the SQL that tells whether a text is a time without offset or zone."""
    if form == LOCAL:
        return f"{sql} IS NOT NULL"
    zoned = r":\d{2}.*(Z|z|UTC|GMT|[+\-]\d{1,2}(:?\d{2})?)$|^\d{10}(\.\d+)?$|^\d{13}$"
    return f"NOT regexp_matches({sql}, '{zoned}')"
