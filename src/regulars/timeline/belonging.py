"""What the lake remembers: whose it is, in a small file beside it, and under which key."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from regulars.store.workspace import Store
    from regulars.timeline.lake import Lake

FILE = "workspace.json"


@dataclass(frozen=True, slots=True)
class Owner:
    """The workspace by its own id, and a print of its key: no key can be made of it."""

    workspace_id: str
    key_print: str


def key_print(store: Store) -> str:
    """Return what tells the keys of two workspaces apart."""
    return store.keyed_hash("lineage", "key")


def new_owner(store: Store) -> Owner:
    """Return an id for a workspace that has none yet, with its key's print."""
    return Owner(secrets.token_hex(16), key_print(store))


def path_of(lake: Lake) -> Path:
    """Return where the file lies: beside the lake's folder, so that it goes where that goes."""
    return lake.folder.parent / FILE


def read(lake: Lake) -> Owner | None:
    """Return whose the lake is; None where nobody has said so, or no longer readably."""
    try:
        told = json.loads(path_of(lake).read_text("utf-8"))
        return Owner(str(told["workspace_id"]), str(told["key_print"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(lake: Lake, owner: Owner) -> None:
    """Let the lake remember; whole or not at all."""
    path = path_of(lake)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".writing")
    with aside.open("w", encoding="utf-8") as file:
        json.dump(asdict(owner), file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
