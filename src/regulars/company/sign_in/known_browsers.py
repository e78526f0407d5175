"""Browsers in which an account has signed in before; they are counted apart by the throttle.

Such a browser keeps a signed cookie of the account. It opens nothing: it only says that whoever
guesses at the account elsewhere is somebody else. The server keeps no list of them.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from regulars.company.staff.model import login_of
from regulars.store.workspace import Store

LIFETIME = timedelta(days=365)
"""A browser that nobody signed in with for this long is unknown again."""
_PURPOSE = "known-browser"
_LONGEST = 200


def cookie_name(store: Store, login: str) -> str:
    """Return the cookie's name: one per workspace and account, which it does not tell."""
    return "regulars_known_" + store.keyed_hash("known-browser-name", login_of(login))[:12]


def make(store: Store, login: str, now: datetime) -> str:
    """Return the value of a cookie for a browser in which the account has just signed in."""
    browser = f"{secrets.token_urlsafe(16)}.{int(now.timestamp())}"
    return f"{browser}.{_sign(store, login, browser)}"


def known(store: Store, login: str, value: str, now: datetime) -> str | None:
    """Return what tells this browser of the account from others; None for an unknown one."""
    browser, _, signature = value[:_LONGEST].rpartition(".")
    if not hmac.compare_digest(_sign(store, login, browser).encode(), signature.encode()):
        return None
    made_at = float(browser.rpartition(".")[2])  # ours: the signature fits
    return browser if now.timestamp() - made_at < LIFETIME.total_seconds() else None


def _sign(store: Store, login: str, browser: str) -> str:
    return store.keyed_hash(_PURPOSE, f"{login_of(login)}\x1f{browser}")
