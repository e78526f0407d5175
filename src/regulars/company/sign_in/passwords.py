"""Passwords: which are good enough, and how they are kept (argon2id, RFC 9106)."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from regulars.company.sign_in import guessable
from regulars.kit.errors import Invalid
from regulars.kit.text import Text

SHORTEST, LONGEST = 10, 200
_hasher = PasswordHasher()
# Each computation takes 64 MiB; a flood of attempts must not take all of the memory.
_turn = threading.BoundedSemaphore(2)


def checked(password: str, *, login: str = "", names: Iterable[str] = ()) -> str:
    """Return the password in the spelling that is hashed (NFKC).

    As NIST SP 800-63B asks: length counts, not kinds of characters; what is guessed early is
    refused, and what holds the sign-in name or a name of the account's owner or the company.
    Raises Invalid that says why and what to do.
    """
    spelled = unicodedata.normalize("NFKC", password)
    if not SHORTEST <= len(spelled) <= LONGEST:
        raise _refused(
            Text(
                f"A password has {SHORTEST} to {LONGEST} characters.",
                f"密码须为 {SHORTEST} 至 {LONGEST} 个字符。",
            )
        )
    if len(login) > 2 and login.casefold() in spelled.casefold():
        raise _refused(
            Text(
                "A password must not contain the sign-in name: leave it out.",
                "密码中不能包含登录名：请去掉登录名。",
            )
        )
    objection = guessable.objection(spelled, (login, *names))
    if objection is not None:
        raise _refused(objection)
    return spelled


def hashed(password: str) -> str:
    """Return the argon2id hash of a checked password."""
    with _turn:
        return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Tell whether `password` is the one whose hash is `stored`.

    Without a hash (no such account) it takes the same time and says no.
    """
    spelled = unicodedata.normalize("NFKC", password[:LONGEST])
    stand_in = _stand_in()
    with _turn:
        try:
            right = _hasher.verify(stored or stand_in, spelled)
        except (VerificationError, InvalidHashError):
            return False
    return right and stored is not None


def is_weak(kept: str) -> bool:
    """Tell whether the hash was made with parameters that are no longer ours."""
    return _hasher.check_needs_rehash(kept)


@cache
def _stand_in() -> str:
    return _hasher.hash("nobody has this password")


def _refused(why: Text) -> Invalid:
    return Invalid("sign_in.password", why, field="password")
