"""The brake on guessing: failed attempts are counted per account and per address, in SQL.

An attempt is charged before the password is looked at and refunded when it was right, so that
many attempts at once do not slip through together. After some free attempts each further failure
doubles the wait. The counts survive a restart, and unknown accounts are counted like known ones.
A browser in which the account has signed in before is counted by itself alone: whoever guesses at
the account from elsewhere locks out himself and not its owner.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from regulars.company.sign_in import queries
from regulars.kit.errors import TooMany
from regulars.kit.text import Text
from regulars.store.workspace import Store

FORGET = timedelta(days=1)
"""A count without a new failure for this long begins anew."""


@dataclass(frozen=True, slots=True)
class Brake:
    """`free` attempts cost nothing; then the wait is `first` and doubles, up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return how long nobody may try after so many failures in a row."""
        beyond = failures - self.free
        if beyond < 0:
            return timedelta()
        return min(self.longest, self.first * (1 << min(beyond, 30)))


ACCOUNT = Brake(5, timedelta(seconds=15), timedelta(minutes=15))
ADDRESS = Brake(30, timedelta(seconds=15), timedelta(hours=1))


def targets(
    store: Store, login: str, address: str, *, browser: str | None = None
) -> dict[str, Brake]:
    """Return what an attempt is counted against; names and addresses are kept as hashes only.

    `browser` is one the account is known in (`known_browsers.known`); None for any other.
    """
    if browser is not None:
        return {"browser:" + store.keyed_hash("throttle", browser): ACCOUNT}
    return {
        "account:" + store.keyed_hash("throttle", login): ACCOUNT,
        "address:" + store.keyed_hash("throttle", _network(address)): ADDRESS,
    }


def charge(connection: sa.Connection, charged: dict[str, Brake], now: datetime) -> None:
    """Count one more attempt against each target; raises TooMany while one must wait."""
    for target, brake in sorted(charged.items()):
        failures, free_at = queries.failures(connection, target, now - FORGET)
        if free_at is not None and free_at > now:
            raise _wait(free_at - now)
        queries.put_failures(connection, target, failures + 1, now, now + brake.wait(failures + 1))


def refund(connection: sa.Connection, charged: dict[str, Brake], now: datetime) -> None:
    """Take a right attempt back: the account's count ends, the address's falls by one.

    The address keeps the rest, or whoever owns one account could guess at others for ever.
    """
    for target, brake in sorted(charged.items()):
        failures, _free_at = queries.failures(connection, target, now - FORGET)
        if brake is ACCOUNT or failures <= 1:
            queries.forget_failures(connection, target)
        else:
            queries.put_failures(connection, target, failures - 1, now, now)


def _network(address: str) -> str:
    """Return the address, or for IPv6 its /64: one customer line has that many."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _wait(left: timedelta) -> TooMany:
    seconds = max(1, round(left.total_seconds()))
    return TooMany(
        "sign_in.wait",
        Text(
            f"Too many attempts: please wait {seconds} seconds and try again.",
            f"尝试次数过多：请等待 {seconds} 秒后再试。",
        ),
        retry_after=seconds,
    )
