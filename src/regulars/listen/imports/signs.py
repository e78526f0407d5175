"""Signs of which keyboards and spreadsheets have several are read as the plain one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

WIDE = "".join(chr(code + 0xFEE0) for code in range(0x21, 0x7F))
PLAIN = "".join(map(chr, range(0x21, 0x7F)))
"""The full-width forms of ASCII, and ASCII."""
BLANKS = (
    "\u3000\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
)
DASHES = "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63"
OTHERS = {"\u2018": "'", "\u2019": "'", "\uffe5": "¥", "\uffe1": "£", "\u3002": ".", "\u3001": ","}
FROM = WIDE + BLANKS + DASHES + "".join(OTHERS)
TO = PLAIN + " " * len(BLANKS) + "-" * len(DASHES) + "".join(OTHERS.values())


def text(words: str) -> str:
    """Return words as a literal of the engine."""
    return "'" + words.replace("'", "''") + "'"


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the connection the macro `plain_signs(x)`: half width, one blank, one minus."""
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO plain_signs(x) AS "
        f"trim(regexp_replace(translate(x, {text(FROM)}, {text(TO)}), '\\s+', ' ', 'g'))"
    )
