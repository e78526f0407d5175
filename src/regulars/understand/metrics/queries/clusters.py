"""Whose a row is, as a number: the person's own, and that of the group the person belongs to.

Rows of one person are not independent of each other, so sums are made by person. Sums of persons
grow with their number; those of 64 groups, drawn by the person's id, do not, and add up over days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt

if TYPE_CHECKING:
    import ibis.expr.types as ir

CLUSTER = "cluster"
PERSONS = "persons"
GROUPS = 64
NINE = 57
"""The code of "9"."""


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]
def hashed(text: dt.string) -> dt.uint64:
    """A number for a text, as DuckDB calls it."""


@ibis.udf.scalar.builtin(name="xxhash64")  # type: ignore[untyped-decorator]
def xxhashed(text: dt.string) -> dt.int64:
    """A number for a text, as Spark calls it."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def shiftrightunsigned(number: dt.int64, bits: dt.int32) -> dt.int64:
    """The number without its lowest bits, as Spark calls it."""


def key_of(person: ir.Value) -> ir.Value:
    """Return a person's number, 0 or more; by 64 its remainder is the group.

    Engines number persons each in its own way. 56 bits: two of 10,000 persons share a number once
    in a billion times.
    """
    if person.get_backend().name == "pyspark":
        number = shiftrightunsigned(xxhashed(person), 8)
    else:
        number = (hashed(person) >> 8).cast("int64")
    return ibis.ifelse(person.isnull(), ibis.null("int64"), number * GROUPS + group_of(person))


def group_of(person: ir.Value) -> ir.Value:
    """Return a person's group of 64: of the last two hexadecimal digits of the id.

    A person has the smallest id of all the person's identities, whose first digits are therefore
    small, and the last ones any. Null for nobody.
    """
    high, low = (_digit(person.right(places)) for places in (2, 1))
    return (high % 4) * 16 + low


def _digit(text: ir.Value) -> ir.Value:
    """Return the value of the hexadecimal digit that a text begins with."""
    code = text.ascii_str().cast("int64")
    return ibis.ifelse(code <= NINE, code, code + 9) % 16
