"""What a channel is: how it connects, offers a letter, hands it over; how that can fail."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Protocol

from regulars.act.messages import channels
from regulars.act.messages.model import Letter, Reason
from regulars.kit import registry
from regulars.kit.registry import Registry
from regulars.kit.text import Text
from regulars.store.settings import Settings


class Refused(Exception):
    """The letter was refused, for now or for good; it was not sent, and others may be."""

    def __init__(self, error: str, *, permanent: bool) -> None:
        super().__init__(error)
        self.permanent = permanent


class Unusable(Exception):
    """The server cannot be reached, or takes nothing from us; the letter was not sent."""

    def __init__(self, reason: Reason, error: str) -> None:
        super().__init__(error)
        self.reason = reason


class Unknown(Exception):
    """The letter was handed over and no answer came: it may have arrived."""


class Session(Protocol):
    """One connection to a server."""

    def offer(self, letter: Letter) -> None:
        """Say from whom and to whom; raises Refused or Unusable. Nothing is sent yet."""

    def hand_over(self) -> str:
        """Send what was offered and return what the server said.

        Raises Refused or Unusable where it surely was not taken, Unknown where nobody can tell.
        """


class Channel(Protocol):
    """A way by which messages leave."""

    @property
    def name(self) -> str:
        """What it is called in rows of the outbox."""

    def is_set_up(self, settings: Settings) -> bool:
        """Tell whether there is something to send through."""

    def reaches(self, address: str) -> bool:
        """Tell whether it can send to such an address."""

    def connections(self, settings: Settings) -> int:
        """Return how many connections may be open at once."""

    def open(self, settings: Settings) -> AbstractContextManager[Session]:
        """Connect and sign in; raises Unusable."""


@cache
def every() -> Registry[Channel]:
    """Return all channels by name."""
    found: Registry[Channel] = Registry(Text("channel", "发送渠道"))
    for module in registry.import_folder(channels):
        channel: Channel = module.CHANNEL
        found.add(channel.name, channel)
    return found
