"""The protocol of the server: uvicorn's, with heads that must come in promptly.

Before a head is whole there is no request that an application could end; without this one open
connection that says nothing, or a letter now and then, stays for ever.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    Protocol = asyncio.Protocol
else:
    Protocol = object

HEAD_SECONDS = 15.0
"""From the connection, or the first byte of a later head, to its end."""
HEAD_BYTES = 65_536


class PromptHead(ABC, Protocol):
    """What a protocol of uvicorn does besides: it closes when a head takes too long or too much."""

    cycle: Any
    transport: Any
    loop: Any
    _head_timer: asyncio.TimerHandle | None = None
    _head_size = 0

    @abstractmethod
    def in_head(self) -> bool:
        """Tell whether the next bytes belong to a head."""

    def connection_made(self, transport: Any) -> None:
        """Wait for the first head from now on."""
        super().connection_made(transport)
        self._head_begins()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._head_ends()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Look whether a head ended with these bytes, or goes on."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._head_ends()
        elif self.in_head() and (self.cycle is None or self.cycle.response_complete):
            self._head_begins()
            self._head_size += len(data)
            if self._head_size > HEAD_BYTES:
                self._end(b"431 Request Header Fields Too Large")

    def _head_begins(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._end, b"408 Request Timeout")

    def _head_ends(self) -> None:
        self._head_size = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end(self, status: bytes) -> None:
        self._head_ends()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 %s\r\nConnection: close\r\n\r\n" % status)
            self.transport.close()


class PromptH11(PromptHead, H11Protocol):
    """The protocol in plain Python."""

    def in_head(self) -> bool:
        """Tell whether the next bytes belong to a head."""
        return self.conn.their_state is h11.IDLE


def _faster() -> type[asyncio.Protocol]:
    """Return the protocol in C, or the plain one where it is not to be had."""
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        return PromptH11

    class PromptHttpTools(PromptHead, HttpToolsProtocol):
        head = True

        def in_head(self) -> bool:
            return self.head

        def on_headers_complete(self) -> None:
            self.head = False
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            self.head = True
            super().on_message_complete()

    return PromptHttpTools


Prompt = _faster()
