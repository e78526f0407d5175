"""Identities: who someone is as a sender knew them, without the raw value.

An identity is HMAC-SHA256 of (kind, normalised value) under the workspace's key. The same value
gives the same id on every path: Python for single events, a DuckDB macro for set-based imports.
A value that names nobody (`timeline.nobody`, and the workspace's list) is no identity on either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.store.workspace import Store
from regulars.timeline import listed, nobody
from regulars.timeline.event import IDENTITY_KINDS
from regulars.timeline.nobody import CAPITALS, SMALL

if TYPE_CHECKING:
    import duckdb

PURPOSE = "identity:"
BLANK = " \t\r\n\u00a0\u3000\ufeff"
"""What is trimmed from both ends; named one by one, so that Python and SQL agree."""
PREFIX = "identity_prefix"
"""Column of the first half of an identity as a number, which orders as the identity does."""
BLOCK = 64  # bytes of a SHA-256 block, for HMAC's inner and outer pads


def normalise(kind: str, value: str) -> str:
    """Return the spelling that counts: trimmed; e-mails in lower case; phones as `nobody.number`.

    Raises Invalid for an unknown kind or an empty value.
    """
    _check(kind)
    spelled = value.strip(BLANK)
    if kind == "email":
        spelled = spelled.translate(str.maketrans(CAPITALS, SMALL))
    elif kind == "phone":
        spelled = nobody.number(spelled)
    if not spelled:
        raise Invalid("identity.empty", Text("An identity must not be empty.", "身份不能为空。"))
    return spelled


def _check(kind: str) -> None:
    if kind not in IDENTITY_KINDS:
        raise Invalid(
            "identity.kind",
            Text(
                f"“{kind}” is no kind of identity; use one of {', '.join(IDENTITY_KINDS)}.",
                f"“{kind}”不是身份类型；请使用 {'、'.join(IDENTITY_KINDS)} 之一。",
            ),
        )


def identity_id(store: Store, kind: str, value: str) -> str:
    """Return the id (32 hexadecimal digits) of the identity `kind` = `value`.

    Raises Invalid for an unknown kind, an empty value, or one that names nobody.
    """
    _check(kind)
    if nobody.is_nobody(kind, value, listed.words(store)):
        raise Invalid(
            "identity.nobody",
            Text(f"“{value}” names nobody.", f"“{value}”不代表任何人。"),
            field=kind,
        )
    return store.keyed_hash(PURPOSE + kind, normalise(kind, value))


def known_as(store: Store, kind: str, value: str) -> list[str]:
    """Return the ids under which the timeline may know `kind` = `value`; none for nobody.

    The first is that of today; another one is that under which it was kept before numbers with
    and without the country code were one.
    """
    try:
        today = identity_id(store, kind, value)
    except Invalid:
        return []
    before = former_id(store, kind, value)
    return [today] if before is None else [today, before]


def former_id(store: Store, kind: str, value: str) -> str | None:
    """Return the id that an earlier release gave the value, None when it is that of today."""
    if kind != "phone":
        return None
    before = re.sub(r"[^0-9+]", "", value)
    if not before or before == nobody.number(value):
        return None
    return store.keyed_hash(PURPOSE + kind, before)


def register(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Give a DuckDB connection the macros `keyed_hash(purpose, value)`, `identity_id(kind, value)`.

    They equal `Store.keyed_hash` and `identity_id`; a value that is null, empty after normalising,
    or names nobody (`is_nobody(kind, value)`), gives null. `former_id(kind, value)` equals its
    function. `identity_prefix(identity)` is the number of `PREFIX`.
    """
    key = store.secret.ljust(BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in key).hex() for pad in (0x36, 0x5C))
    connection.execute(nobody.macros(listed.words(store)))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP MACRO keyed_hash(purpose, value) AS left(sha256(
            unhex('{outer}') || unhex(sha256(unhex('{inner}') ||
            encode(purpose || chr(31) || value)))), 32);
        CREATE OR REPLACE TEMP MACRO normal_identity(kind, value) AS nullif(CASE kind
            WHEN 'email' THEN small(trim(value, '{BLANK}'))
            WHEN 'phone' THEN phone_number(value)
            ELSE trim(value, '{BLANK}') END, '');
        CREATE OR REPLACE TEMP MACRO identity_id(kind, value) AS
            CASE WHEN NOT is_nobody(kind, value)
            THEN keyed_hash('{PURPOSE}' || kind, normal_identity(kind, value)) END;
        CREATE OR REPLACE TEMP MACRO identity_prefix(identity) AS
            CAST('0x' || left(identity, 16) AS UBIGINT);
        CREATE OR REPLACE TEMP MACRO former_number(value) AS
            nullif(regexp_replace(value, '[^0-9+]', '', 'g'), '');
        CREATE OR REPLACE TEMP MACRO former_id(kind, value) AS
            CASE WHEN kind = 'phone' AND former_number(value) <> phone_number(value)
            THEN keyed_hash('{PURPOSE}' || kind, former_number(value)) END;
        """
    )
