"""Make a demo workspace, or find the one that is there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from weakref import WeakKeyDictionary

import msgspec

from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.kit.errors import Conflict, NotAllowed
from regulars.kit.text import LANGUAGES, Text
from regulars.listen.profiles import service as profiles
from regulars.simulate.demo import company
from regulars.simulate.demo.model import FILE, LOGIN, Demo
from regulars.simulate.demo.people import profiles as profiles_of
from regulars.simulate.model import COMPANY, CURRENCY, ZONE_NAME, Plan
from regulars.simulate.stream import Part, parts
from regulars.store.settings import FILE as SETTINGS_FILE
from regulars.store.settings import Settings, WorkspaceSettings
from regulars.store.workspace import Store
from regulars.timeline import duck, linking
from regulars.timeline.loading import load
from regulars.timeline.workspace import Workspace

Watch = Callable[[int], None]
"""Called with how many customers are loaded."""
_codes: WeakKeyDictionary[Store, str] = WeakKeyDictionary()


def found(folder: Path) -> Demo | None:
    """Return the demo that stands in `folder`; None for a folder that is new or empty.

    Raises Conflict when something else is there: a demo must never write into real data.
    """
    file = folder / FILE
    if file.is_file():
        return msgspec.json.decode(file.read_bytes(), type=Demo)
    if (folder / SETTINGS_FILE).exists() or (folder.is_dir() and any(folder.iterdir())):
        raise Conflict(
            "demo.not_a_demo",
            Text(
                f"{folder} is not empty and holds no demo: choose another --folder.",
                f"{folder} 不为空，且不是演示工作区：请用 --folder 另选文件夹。",
            ),
        )
    return None


def planned(customers: int, seed: int, now: datetime, *, troubles: bool = True) -> Demo:
    """Return a new demo, not made yet."""
    return Demo(customers, seed, now, troubles, password=secrets.token_urlsafe(9))


def settings(language: str) -> Settings:
    """Return the settings of a demo workspace."""
    return Settings(
        workspace=WorkspaceSettings(
            name=COMPANY.in_(language),
            time_zone=ZONE_NAME,
            currency=CURRENCY,
            languages=LANGUAGES[::-1] if language == LANGUAGES[-1] else LANGUAGES,
        )
    )


def make(ws: Workspace, demo: Demo, *, language: str, now: datetime, watch: Watch) -> Demo:
    """Set the company up and load its customers; return the demo as it now stands.

    One that was cut off is finished: what is loaded already is not loaded twice.
    """
    write(ws.folder, demo)
    company.set_up(ws, demo.password, language, now)
    plan = Plan(demo.customers, demo.now, seed=demo.seed, troubles=demo.troubles)
    events = orders = 0
    for part in parts(plan, ws):
        events += take_in(ws, part, names=demo.seed)
        orders += part.orders
        watch(min(demo.customers, (part.number + 1) * plan.block))
    company.set_targets(ws, now)
    made = msgspec.structs.replace(demo, made=True, events=events, orders=orders)
    write(ws.folder, made)
    return made


def take_in(ws: Workspace, part: Part, *, names: int | None = None) -> int:
    """Load one part: events to the lake, links, and with a seed `names` also profiles.

    Returns how many events the part has.
    """
    connection = duck.connect(ws, share=0.5)
    try:
        connection.register("simulated", part.events)
        load(ws, connection, "simulated", f"simulate-{part.number}")
    finally:
        connection.close()
    with ws.database.transaction() as transaction:
        linking.link_many(ws, transaction, part.links)
        if names is not None:
            profiles.keep(ws, transaction, profiles_of(part, names))
    return int(part.events.num_rows)


def write(folder: Path, demo: Demo) -> None:
    """Write `demo.json`, readable by its owner only."""
    path = folder / (FILE + ".new")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(demo)))
    path.replace(folder / FILE)


def entry_code(ws: Workspace) -> str:
    """Return a code that signs the demo's account in once, while this process serves."""
    _codes[ws] = secrets.token_urlsafe(24)
    return _codes[ws]


def enter(ws: Workspace, code: str, *, address: str, agent: str, now: datetime) -> str:
    """Use the entry code up; return the token of a new session.

    Raises NotAllowed when the code is wrong or used, or this is no demo being served.
    """
    expected = _codes.get(ws)
    if expected is None or not secrets.compare_digest(expected.encode(), code.encode()):
        raise NotAllowed(
            "demo.entry",
            Text(
                "This link has been used: sign in with name and password.",
                "此链接已被使用：请用登录名和密码登录。",
            ),
        )
    del _codes[ws]
    return sign_in.start_session(ws, staff.named(ws, LOGIN), now, address=address, agent=agent)
