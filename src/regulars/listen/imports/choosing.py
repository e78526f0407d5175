"""Columns side by side: which of several is the customer, the money, the time of the event."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from regulars.listen.imports import batteries, naming
from regulars.listen.imports.guessing import SCORES, TIMES, Guess
from regulars.listen.imports.looking import Facts

MANY = frozenset({"moment", *SCORES, "text", "number", "property", "personal", "clock"})
"""Roles that several columns may have."""
MONEY = (
    r"实付|实收|支付金额|payment_value|(^|_)paid(?!_at)|amount_paid",
    r"^(grand_|order_)?total(_(price|amount))?$|订单金额|总(金额|价)|应付",
    r"(?<!sub)total|revenue|spend|spent|总|消费",
    r"amount|金额|value|sales|charge",
)
"""What is paid stands above totals, totals above other amounts."""


def settle(
    columns: Sequence[Facts], guesses: Sequence[Guess], *, named: bool = True
) -> list[Guess]:
    """Let one column have each single role; `named` tells whether the file has a header."""
    settled = batteries.find(columns, guesses)
    settled = _singly(settled)
    settled = _weights(settled)
    settled = _lines(settled)
    if not named:
        settled = _nameless_money(columns, _nameless_customer(columns, settled))
    return _calendar(_first_moment(settled))


def _singly(guesses: list[Guess]) -> list[Guess]:
    best: dict[str, Guess] = {}
    for one in guesses:
        other = best.get(one.role)
        if one.role not in MANY and (other is None or _rank(one) > _rank(other)):
            best[one.role] = one
    return [one if one.role in MANY or best[one.role] is one else _beside(one) for one in guesses]


def _rank(one: Guess) -> float:
    said = naming.words(one.header)
    if one.role == "amount":
        place = next((i for i, words in enumerate(MONEY) if re.search(words, said)), len(MONEY))
        return 10.0 * (len(MONEY) - place) + one.confidence
    return one.confidence + (0.05 if "unique" in said else 0.0)


def _beside(one: Guess) -> Guess:
    """Return what a column is whose role another one has."""
    role = "number" if one.kind in ("number", "decimal", "whole") else "property"
    role = "moment" if one.kind == "moment" else role
    return replace(one, role=role, confidence=min(one.confidence, 0.5))


def _become(guesses: list[Guess], bad: Callable[[Guess], bool]) -> list[Guess]:
    return [_beside(one) if bad(one) else one for one in guesses]


def _weights(guesses: list[Guess]) -> list[Guess]:
    """A weight weighs answers; without scores it is what a thing weighs."""
    scored = any(one.role in SCORES for one in guesses)
    return guesses if scored else _become(guesses, lambda one: one.role == "weight")


def _lines(guesses: list[Guess]) -> list[Guess]:
    """The only price there is, without quantities, is the amount."""
    roles = {one.role for one in guesses}
    if "price" not in roles or "amount" in roles or "quantity" in roles:
        return guesses
    return [replace(one, role="amount") if one.role == "price" else one for one in guesses]


def _nameless_customer(found: Sequence[Facts], guesses: list[Guess]) -> list[Guess]:
    """In a file without a header, codes with leading zeros that come again are customers."""
    for index, (facts, one) in enumerate(zip(found, guesses, strict=True)):
        if facts.zeros > 0 and facts.distinct < facts.filled and one.kind != "moment":
            user = replace(one, role="user", kind="text", confidence=0.5)
            return [*guesses[:index], user, *guesses[index + 1 :]]
    return guesses


def _nameless_money(found: Sequence[Facts], guesses: list[Guess]) -> list[Guess]:
    """In a file without a header, the only column of figures with cents is money."""
    cents = [index for index, facts in enumerate(found) if facts.cents >= 0.9]
    return [
        replace(one, role="amount", kind="decimal", confidence=0.5) if cents == [index] else one
        for index, one in enumerate(guesses)
    ]


def _first_moment(guesses: list[Guess]) -> list[Guess]:
    """Make the likeliest time the time of the event."""

    def rank(one: Guess) -> float:
        likely = re.search(naming.LIKELY_TIME, naming.words(one.header)) is not None
        late = re.search(r"estimat|limit|expect|due|预计", naming.words(one.header)) is not None
        own = one.role == "moment"
        # An open order of day and month (which is asked) makes a column no less the event's time.
        return one.confidence + 0.3 * likely - 0.5 * late + own

    moments = [one for one in guesses if one.kind == "moment" and one.role in ("moment", *TIMES)]
    if not moments or any(one.role == "occurred_at" for one in guesses):
        return guesses
    first = max(moments, key=rank)
    return [replace(one, role="occurred_at") if one is first else one for one in guesses]


def _calendar(guesses: list[Guess]) -> list[Guess]:
    """Take year and month as the time where no other is; else they are numbers."""
    roles = {one.role for one in guesses}
    if {"year", "month"} <= roles and "occurred_at" not in roles:
        return guesses
    return _become(guesses, lambda one: one.role in ("year", "month"))
