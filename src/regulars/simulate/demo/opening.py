"""What `regulars demo` shows while it makes the workspace, and how to get in."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from socket import create_connection
from time import sleep

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from regulars.faces.command import err, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.faces.serving import LOOPBACK, address_of
from regulars.simulate.demo import service
from regulars.simulate.demo.model import LOGIN, STORE_LOGIN, Demo
from regulars.store.settings import Settings
from regulars.timeline.workspace import Workspace

BAR = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
PATIENCE = 300


def made(
    folder: Path,
    wanted: Demo,
    *,
    now: datetime,
    creates: Callable[[Path, Settings], Workspace],
    opens: Callable[[Path], Workspace],
) -> Workspace:
    """Return the demo workspace in `folder`: the one that is there, or a new one.

    `creates` and `opens` are the composition root's.
    """
    there = service.found(folder)
    language = shell_language()
    if there is not None and there.made:
        err.print(
            _("Using the demo in {folder}, created {day}. Delete the folder to start over.").format(
                folder=folder, day=there.now.date().isoformat()
            ),
            soft_wrap=True,
        )
        demo, ws = there, opens(folder)
    else:
        fresh = there is None or not (folder / "regulars.toml").exists()
        ws = creates(folder, service.settings(language)) if fresh else opens(folder)
        demo = _fill(ws, there or wanted, language, now)
    _tell(demo)
    return ws


def _fill(ws: Workspace, demo: Demo, language: str, now: datetime) -> Demo:
    with Progress(*BAR, console=err, transient=True) as bar:
        task = bar.add_task(_("Simulating customers"), total=demo.customers)
        demo = service.make(
            ws,
            demo,
            language=language,
            now=now,
            watch=lambda count: bar.update(task, completed=count),
        )
    err.print(
        _("{customers} customers, {orders} orders, {events} events over two years.").format(
            customers=f"{demo.customers:,}", orders=f"{demo.orders:,}", events=f"{demo.events:,}"
        )
    )
    return demo


def _tell(demo: Demo) -> None:
    out.print(
        _("Sign in as {login} or {store}, password {password}").format(
            login=f"[bold]{LOGIN}[/]",
            store=f"[bold]{STORE_LOGIN}[/]",
            password=f"[bold]{demo.password}[/]",
        )
    )


def invite(ws: Workspace, port: int, *, browser: bool) -> None:
    """Once the server answers, print the link that signs in once, and open it in a browser."""
    address = address_of(LOOPBACK, port, f"/demo/enter?code={service.entry_code(ws)}")
    # Words are chosen here: another thread does not know the shell's language.
    words = _("Or open this address, which signs you in once:")
    told = (words, address, port, browser and _has_screen())
    threading.Thread(target=_when_up, args=told, daemon=True).start()


def _has_screen() -> bool:
    """Tell whether a graphical browser can open; a text one would take the terminal over."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _when_up(words: str, address: str, port: int, browser: bool) -> None:
    for _attempt in range(PATIENCE):
        try:
            with closing(create_connection((LOOPBACK, port), 1)):
                break
        except OSError:
            sleep(0.2)
    out.print(words)
    out.print(address, soft_wrap=True)
    if browser:
        webbrowser.open(address)
