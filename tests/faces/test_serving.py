"""Where a server listens, and what `init` makes of what it is told."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from regulars.faces import serving
from regulars.kit.errors import Unavailable


def test_the_address_can_be_opened_in_a_browser() -> None:
    assert serving.address_of("127.0.0.1", 8000) == "http://127.0.0.1:8000/"
    assert serving.address_of("0.0.0.0", 80, "/first-run?code=x") == (
        "http://localhost:80/first-run?code=x"
    )
    assert serving.address_of("::1", 8000) == "http://[::1]:8000/"


def test_a_taken_port_is_told_before_anything_starts() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=str(port)):
            serving.require_free("127.0.0.1", port)
    serving.require_free("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("shop", False)],
)
def test_only_loopback_is_out_of_others_reach(host: str, alone: bool) -> None:
    assert serving.is_loopback(host) is alone


def test_the_address_is_announced_and_danger_named(capsys: pytest.CaptureFixture[str]) -> None:
    serving.announce("Tea & Co", "127.0.0.1", 8000, "/first-run?code=x")
    said = capsys.readouterr()
    assert "http://127.0.0.1:8000/first-run?code=x" in said.out
    assert "not encrypted" not in said.err
    serving.announce("Tea & Co", "0.0.0.0", 8000)
    assert "not encrypted" in capsys.readouterr().err.replace("\n", " ")
