"""Servers and their workers as real processes: whoever is killed, nothing that was to be done is
lost, and nothing runs on without its server."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from regulars import app
from regulars.company.rights.model import SHELL
from regulars.jobs.lanes import service
from regulars.jobs.lanes.model import LONG, QUICK, Lane
from regulars.jobs.lanes.working import NICENESS
from regulars.jobs.runs import service as runs
from regulars.jobs.runs.model import State
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from tests.jobs.lanes.test_loop import wait_until
from tests.processes import Forked

SOON = 180.0
"""Seconds: on a busy machine it takes long to begin."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def command_line(_begin: object, *words: str) -> None:
    """Be a command of the command line."""
    sys.argv = ["regulars", *words]
    app.main()


class Servers:
    """Starts commands of the command line, and ends what a test leaves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Forked | subprocess.Popen[bytes]] = []
        self.environment = {NICENESS: "0"}  # on a busy machine it would take minutes to begin

    def begin(self, *words: str) -> Forked:
        started = Forked(command_line, *words, "-w", str(self._folder), **self.environment)
        self._started.append(started)
        return started

    def serve(self, *words: str) -> Forked:
        return self.begin("serve", "--port", str(free_port()), *words)

    def serve_alone(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Serve as a shell starts it: loaded from nothing."""
        command = [sys.executable, "-m", "regulars", "serve", "--port", str(free_port()), *words]
        started = subprocess.Popen(
            [*command, "-w", str(self._folder)], env={**os.environ, **environment}
        )
        self._started.append(started)
        return started

    def close(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()


@pytest.fixture
def servers(ws: Workspace) -> Iterator[Servers]:
    started = Servers(ws.folder)
    yield started
    started.close()
    assert wait_until(lambda: held(ws) == {}, SOON)  # what they started ends with them


def held(ws: Workspace) -> dict[Lane, int]:
    """Return which process holds each lane."""
    states = service.states(ws, clock.now())
    return {one.lane: one.holder.process for one in states if one.holder is not None}


def all_held(ws: Workspace) -> bool:
    return set(held(ws)) == set(Lane)


def alive(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def test_a_server_keeps_a_process_for_the_long_lanes(ws: Workspace, servers: Servers) -> None:
    server = servers.serve_alone()
    assert wait_until(lambda: all_held(ws), SOON)
    (child,) = service.children(ws)
    assert {held(ws)[lane] for lane in QUICK} == {server.pid}
    assert {held(ws)[lane] for lane in LONG} == {child.process}
    assert os.getpriority(os.PRIO_PROCESS, child.process or 0) > 0
    server.send_signal(signal.SIGTERM)
    assert server.wait(SOON) == -signal.SIGTERM
    assert held(ws) == {}  # given back, not run out
    assert service.children(ws) == []
    assert not alive(child.process or 0)


@pytest.mark.one_database
def test_a_child_that_dies_is_started_again_and_the_server_is_told(
    ws: Workspace, servers: Servers
) -> None:
    servers.serve()
    assert wait_until(lambda: all_held(ws), SOON)
    first = service.children(ws)[0].process
    os.kill(first or 0, signal.SIGKILL)
    assert wait_until(lambda: service.children(ws)[0].deaths == 1, SOON)
    assert wait_until(lambda: all_held(ws) and held(ws)[Lane.REFRESH] != first, SOON)
    (child,) = service.children(ws)
    assert child.exit_code == -signal.SIGKILL
    assert child.died_at is not None


@pytest.mark.one_database
def test_a_child_ends_when_its_server_is_killed(ws: Workspace, servers: Servers) -> None:
    server = servers.serve()
    assert wait_until(lambda: all_held(ws), SOON)
    child = service.children(ws)[0].process
    server.kill()
    server.wait()
    assert wait_until(lambda: not alive(child or 0), SOON)
    assert service.children(ws) == []


@pytest.mark.one_database
def test_lanes_run_where_they_are_wanted(ws: Workspace, servers: Servers) -> None:
    servers.serve("--lanes", "none")
    worker = servers.begin("work", "--lanes", "react,maintain")
    other = servers.begin("work", "--lanes", "react,maintain")
    both = {Lane.REACT, Lane.MAINTAIN}
    assert wait_until(lambda: set(held(ws)) == both, SOON)
    first = held(ws)[Lane.REACT]
    assert first in (worker.pid, other.pid)
    os.kill(first, signal.SIGKILL)
    (worker if first == worker.pid else other).wait()
    assert wait_until(lambda: set(held(ws)) == both and first not in held(ws).values(), SOON)
    assert service.children(ws) == []


@pytest.mark.one_database
def test_a_server_may_run_all_lanes_itself(ws: Workspace, servers: Servers) -> None:
    server = servers.serve("--lanes", "all")
    assert wait_until(lambda: set(held(ws).values()) == {server.pid} and all_held(ws), SOON)


def test_several_workers_have_one_child(ws: Workspace, servers: Servers) -> None:
    if ws.database.dialect == "sqlite":
        pytest.skip("several workers need PostgreSQL")
    server = servers.serve_alone("--workers", "2", **servers.environment)
    assert wait_until(lambda: all_held(ws), SOON)
    (child,) = service.children(ws)
    assert child.server.process == server.pid
    assert {held(ws)[lane] for lane in LONG} == {child.process}
    assert not {server.pid, child.process} & {held(ws)[lane] for lane in QUICK}
    server.send_signal(signal.SIGTERM)
    server.wait(SOON)
    assert held(ws) == {}


def test_whoever_is_killed_the_refresh_is_done(ws: Workspace, servers: Servers) -> None:
    chance = random.Random(1)
    runs.request(ws, "refresh", SHELL, now=clock.now())
    server = servers.serve()
    for _kill in range(4):
        assert wait_until(lambda: refreshing(ws) or refreshed(ws), SOON)
        time.sleep(chance.uniform(0.0, 0.5))
        children = service.children(ws)
        child = children[0].process if children else None
        if child is not None:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        if chance.random() < 0.5:
            server.kill()
            server.wait()
            server = servers.serve()
    assert wait_until(lambda: refreshed(ws), 2 * SOON)
    past = runs.recent(ws, "refresh", 100)
    assert past[0].state is State.DONE
    assert all(one.state is not State.RUNNING for one in past)
    assert runs.requested(ws) == set()


def refreshing(ws: Workspace) -> bool:
    newest = runs.recent(ws, "refresh", 1)
    return bool(newest) and newest[0].state is State.RUNNING


def refreshed(ws: Workspace) -> bool:
    newest = runs.recent(ws, "refresh", 1)
    return bool(newest) and newest[0].state is State.DONE
