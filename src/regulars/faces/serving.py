"""Runs the server: where it listens, what it prints, and that the address is free."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from regulars.faces.command import err, out
from regulars.faces.language import gettext as _
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text

LOOPBACK = "127.0.0.1"
PORT = 8000
PROTOCOL = "regulars.faces.protocol:Prompt"
FOLDER = "REGULARS_WORKSPACE"
"""Tells further worker processes which workspace to open."""


def address_of(host: str, port: int, path: str = "/") -> str:
    """Return the address to open in a browser on this machine or, for a name, elsewhere."""
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)
    return f"http://[{shown}]:{port}{path}" if ":" in shown else f"http://{shown}:{port}{path}"


def require_free(host: str, port: int) -> None:
    """Raise Unavailable when something listens there already, or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with closing(socket.create_server((host, port), family=family)):
            return
    except OSError as error:
        raise Unavailable(
            "serve.address",
            Text(
                f"Cannot listen on {host}:{port} ({error.strerror}). Choose another --port.",
                f"无法监听 {host}:{port}（{error.strerror}）。请用 --port 换一个端口。",
            ),
        ) from error


def announce(name: str, host: str, port: int, first_run: str | None = None) -> None:
    """Print where the server answers, and on the first run the address with its one-time code."""
    out.print(f"[bold]{name}[/]  {address_of(host, port)}", soft_wrap=True)
    if first_run is not None:
        err.print(_("There is no account yet. Create the first administrator here (works once):"))
        out.print(address_of(host, port, first_run), soft_wrap=True)
    if not is_loopback(host):
        err.print(
            _(
                "Others can reach this address, and it is not encrypted: put a proxy with HTTPS "
                "before it, and name the proxy with --proxy."
            )
        )


class Beside(Protocol):
    """What runs as long as the server does."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End, and wait for that."""


@contextmanager
def beside(other: Beside | None) -> Iterator[None]:
    """Let something run as long as the server does; a signal that ends the one ends the other."""
    if other is None:
        yield
        return
    with _terminable():
        other.start()
        try:
            yield
        finally:
            other.stop()


class _Terminated(BaseException):
    """The process was told to end."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Let the signal to end raise, so that what is open is closed; the server hands it on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except _Terminated:
        signal.signal(signal.SIGTERM, before)
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def run(
    build: Callable[[], Any],
    *,
    folder: Path,
    host: str = LOOPBACK,
    port: int = PORT,
    workers: int = 1,
    proxy: str | None = None,
) -> None:
    """Serve until interrupted.

    `build` makes the application in this process; with several `workers` each process makes its
    own by `regulars.app:web_of_environment`. `X-Forwarded-*` is believed from `proxy` only.
    """
    import uvicorn

    os.environ[FOLDER] = str(folder)
    uvicorn.run(
        build() if workers == 1 else "regulars.app:web_of_environment",
        factory=workers > 1,
        host=host,
        port=port,
        workers=workers,
        http=PROTOCOL,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
