"""Passwords: which are good enough, and how they are kept (argon2id, RFC 9106)."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from regulars.kit.errors import Invalid
from regulars.kit.text import Text

SHORTEST, LONGEST = 10, 200
FEWEST_CHARACTERS = 5  # different ones
COMMON = frozenset(
    [
        "0123456789",
        "1234567890",
        "12345678910",
        "123456789a",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "a123456789",
        "aa123456789",
        "abc123456789",
        "administrator",
        "changeme123",
        "iloveyou123",
        "letmein123",
        "letmein1234",
        "password01",
        "password10",
        "password12",
        "password123",
        "password1234",
        "password12345",
        "passw0rd123",
        "qwerty1234",
        "qwerty12345",
        "qwerty123456",
        "qwertyuiop",
        "qwertyuiop123",
        "welcome123",
        "welcome1234",
        "woaini1314520",
        "woaini521",
        "zxcvbnm123",
        "zxcvbnm1234",
        "admin12345",
        "admin123456",
        "adminadmin",
        "regulars123",
    ]
)
_hasher = PasswordHasher()
# Each computation takes 64 MiB; a flood of attempts must not take all of the memory.
_turn = threading.BoundedSemaphore(2)


def checked(password: str, *, avoid: str = "") -> str:
    """Return the password in the spelling that is hashed (NFKC).

    As NIST SP 800-63B asks: length counts, not kinds of characters; well-known passwords and
    ones that hold the sign-in name `avoid` are refused. Raises Invalid that says why.
    """
    spelled = unicodedata.normalize("NFKC", password)
    plain = spelled.casefold()
    if not SHORTEST <= len(spelled) <= LONGEST:
        raise _refused(
            f"A password has {SHORTEST} to {LONGEST} characters.",
            f"密码须为 {SHORTEST} 至 {LONGEST} 个字符。",
        )
    if len(set(plain)) < FEWEST_CHARACTERS or plain in COMMON:
        raise _refused(
            "This password is among the first that are guessed: choose another.",
            "这个密码太常见，容易被猜中：请换一个。",
        )
    if len(avoid) > 2 and avoid.casefold() in plain:
        raise _refused("A password must not contain the sign-in name.", "密码中不能包含登录名。")
    return spelled


def hashed(password: str) -> str:
    """Return the argon2id hash of a checked password."""
    with _turn:
        return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Tell whether `password` is the one whose hash is `kept`.

    Without a hash (no such account) it takes the same time and says no.
    """
    spelled = unicodedata.normalize("NFKC", password[:LONGEST])
    stand_in = _stand_in()
    with _turn:
        try:
            right = _hasher.verify(kept or stand_in, spelled)
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def is_weak(kept: str) -> bool:
    """Tell whether the hash was made with parameters that are no longer ours."""
    return _hasher.check_needs_rehash(kept)


@cache
def _stand_in() -> str:
    return _hasher.hash("nobody has this password")


def _refused(en: str, zh: str) -> Invalid:
    return Invalid("sign_in.password", Text(en, zh), field="password")
