"""Identities: who someone is as a sender knew them, without the raw value.

An identity is HMAC-SHA256 of (kind, normalised value) under the workspace's key. The same value
gives the same id on every path: Python for single events, a DuckDB macro for set-based imports.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.store.workspace import Store
from regulars.timeline.event import IDENTITY_KINDS

if TYPE_CHECKING:
    import duckdb

PURPOSE = "identity:"
BLANK = " \t\r\n\u00a0\u3000\ufeff"
"""What is trimmed from both ends; named one by one, so that Python and SQL agree."""
CAPITALS, SMALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
BLOCK = 64  # bytes of a SHA-256 block, for HMAC's inner and outer pads


def normalise(kind: str, value: str) -> str:
    """Return the spelling that counts: trimmed; e-mails in lower case; phones as + and digits.

    Raises Invalid for an unknown kind or an empty value.
    """
    if kind not in IDENTITY_KINDS:
        raise Invalid(
            "identity.kind",
            Text(
                f"“{kind}” is no kind of identity; use one of {', '.join(IDENTITY_KINDS)}.",
                f"“{kind}”不是身份类型；请使用 {'、'.join(IDENTITY_KINDS)} 之一。",
            ),
        )
    spelled = value.strip(BLANK)
    if kind == "email":
        spelled = spelled.translate(str.maketrans(CAPITALS, SMALL))
    elif kind == "phone":
        spelled = re.sub(r"[^0-9+]", "", spelled)
    if not spelled:
        raise Invalid("identity.empty", Text("An identity must not be empty.", "身份不能为空。"))
    return spelled


def identity_id(store: Store, kind: str, value: str) -> str:
    """Return the id (32 hexadecimal digits) of the identity `kind` = `value`."""
    return store.keyed_hash(PURPOSE + kind, normalise(kind, value))


def register(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Give a DuckDB connection the macros `keyed_hash(purpose, value)`, `identity_id(kind, value)`.

    They equal `Store.keyed_hash` and `identity_id`; a value that is null, or empty after
    normalising, gives null.
    """
    key = store.secret.ljust(BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in key).hex() for pad in (0x36, 0x5C))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP MACRO keyed_hash(purpose, value) AS left(sha256(
            unhex('{outer}') || unhex(sha256(unhex('{inner}') ||
            encode(purpose || chr(31) || value)))), 32);
        CREATE OR REPLACE TEMP MACRO normal_identity(kind, value) AS nullif(CASE kind
            WHEN 'email' THEN translate(trim(value, '{BLANK}'), '{CAPITALS}', '{SMALL}')
            WHEN 'phone' THEN regexp_replace(value, '[^0-9+]', '', 'g')
            ELSE trim(value, '{BLANK}') END, '');
        CREATE OR REPLACE TEMP MACRO identity_id(kind, value) AS
            keyed_hash('{PURPOSE}' || kind, normal_identity(kind, value));
        """
    )
