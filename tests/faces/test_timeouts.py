"""Slow callers, over real connections: heads and bodies that stall or trickle are ended."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest
import uvicorn

from regulars.faces import protocol, timeouts
from regulars.faces.serving import PROTOCOL
from regulars.timeline.workspace import Workspace
from tests.faces.conftest import build

POST = b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
KINDS = [PROTOCOL, "regulars.faces.protocol:PromptH11"]


@pytest.fixture(params=KINDS)
def port(
    request: pytest.FixtureRequest, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[int]:
    """A real server whose patience is short."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 1.0)
    monkeypatch.setattr(timeouts, "STALL_SECONDS", 1.0)
    monkeypatch.setattr(timeouts, "GRACE_SECONDS", 1.5)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    server = uvicorn.Server(
        uvicorn.Config(build(ws), port=number, http=request.param, log_level="critical")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield number
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def talk(port: int) -> Callable[..., bytes]:
    """Send pieces, one every fifth of a second until the server closes; return what it said."""

    def talking(*pieces: bytes, then: bytes = b"") -> bytes:
        heard = b""
        with closing(socket.create_connection(("127.0.0.1", port), timeout=0.2)) as line:
            waiting = list(pieces)
            for _beat in range(75):
                try:
                    line.sendall(waiting.pop(0) if waiting else then)
                    got = line.recv(65_536)
                except TimeoutError:
                    continue
                except ConnectionError:
                    return heard
                heard += got
                if not got:
                    return heard
            raise AssertionError(f"the server never closed; it said {heard!r}")

    return talking


def test_a_connection_that_says_nothing_is_closed(talk: Callable[..., bytes]) -> None:
    assert b" 408 " in talk()


def test_a_head_that_trickles_in_is_ended(talk: Callable[..., bytes]) -> None:
    assert b" 408 " in talk(b"GET /healthz HTTP/1.1\r\nHost: x\r\n", then=b"X-A: b\r\n")


def test_a_head_that_trickles_in_on_a_kept_connection_is_ended(talk: Callable[..., bytes]) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    heard = talk(whole, b"GET /healthz HTTP/1.1\r\n", then=b"X-A: b\r\n")
    assert b" 200 " in heard and b" 408 " in heard


def test_a_head_without_end_is_refused(talk: Callable[..., bytes]) -> None:
    lines = [b"X-%03d: %s\r\n" % (number, b"x" * 30_000) for number in range(3)]
    heard = talk(b"GET /healthz HTTP/1.1\r\n", *lines)
    assert heard.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))


def test_a_body_that_stalls_is_ended(talk: Callable[..., bytes]) -> None:
    heard = talk(POST + b"Content-Length: 100\r\n\r\n{")
    assert b" 408 " in heard and b'"code":"http.408"' in heard
    assert b"too slowly" in heard and b"connection: close" in heard.lower()


def test_a_body_that_trickles_in_is_ended(talk: Callable[..., bytes]) -> None:
    heard = talk(POST + b"Content-Length: 100\r\n\r\n{", then=b" ")
    assert b" 408 " in heard


def test_a_body_longer_or_shorter_than_it_says_is_no_error_of_ours(
    talk: Callable[..., bytes],
) -> None:
    longer = talk(POST + b"Content-Length: 2\r\n\r\n{}{}{}")
    assert longer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 400")) and b" 500 " not in longer
    for wrong in (b"-1", b"x", b"2\r\nContent-Length: 3"):
        heard = talk(POST + b"Content-Length: " + wrong + b"\r\n\r\n{}")
        assert b" 400 " in heard, heard


def test_others_are_answered_meanwhile(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _each in range(60)]
    for line in slow:
        line.sendall(POST + b"Content-Length: 100\r\n\r\n{")
    for _again in range(5):
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    for line in slow:
        line.close()
