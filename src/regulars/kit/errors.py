"""The errors that every floor raises and that faces map to a status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.kit.text import Text


class RegularsError(Exception):
    """An error a person can act on: a stable `code` and a message in both languages.

    `details` names the row, field or key that is meant; it is safe to show.
    """

    status = 500

    def __init__(self, code: str, message: Text, **details: Any) -> None:
        super().__init__(f"{code}: {message.en}")
        self.code = code
        self.message = message
        self.details: Mapping[str, Any] = details


class NotFound(RegularsError):
    """What was asked for is not there."""

    status = 404


class NotSignedIn(RegularsError):
    """Nobody is known to be calling; pages lead to the sign-in."""

    status = 401


class NotAllowed(RegularsError):
    """The caller lacks the right."""

    status = 403


class Conflict(RegularsError):
    """The state has moved on, or the name is taken."""

    status = 409


class Invalid(RegularsError):
    """The input is wrong; the message says which field and what to do."""

    status = 422


class TooMany(RegularsError):
    """The caller asks too often; the message says how long to wait."""

    status = 429


class Unavailable(RegularsError):
    """A part that is needed does not answer; trying again may help."""

    status = 503
