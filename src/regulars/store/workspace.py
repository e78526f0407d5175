"""The folder of a workspace: its settings, its secret and its database."""

from __future__ import annotations

import hmac
import re
import secrets
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from regulars.kit.errors import Conflict, Unavailable
from regulars.kit.text import Text
from regulars.store import private
from regulars.store import settings as settings_file
from regulars.store.database import Database
from regulars.store.settings import Settings
from regulars.store.spill import Spill

SECRET_FILE = "secret.key"


class Store:
    """An opened workspace folder, without its timeline. The company floor works on this."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.notes: list[Text] = []
        """What whoever opened it is to be told."""
        self.share = 1.0
        """How much of the memory that the workspace may use is this process's."""

    @cached_property
    def database(self) -> Database:
        """The SQL database that `regulars.toml` names."""
        url = sa.make_url(self.settings.database.url)
        if self.database_file is not None:
            url = url.set(database=str(self.database_file))
        return Database(url.render_as_string(hide_password=False))

    @property
    def database_file(self) -> Path | None:
        """Where SQLite's file lies, whether it is there or not; None on PostgreSQL."""
        url = sa.make_url(self.settings.database.url)
        if url.get_backend_name() != "sqlite":
            return None
        return self.folder / (url.database or "state.db")

    @cached_property
    def secret(self) -> bytes:
        """32 random bytes, this workspace's own; losing them severs identities from events.

        Raises Unavailable when the file is missing or damaged.
        """
        path = self.folder / SECRET_FILE
        words = path.read_text("ascii", "replace").strip() if path.is_file() else ""
        if not re.fullmatch(r"[0-9a-f]{64}", words):
            raise Unavailable(
                "secret.damaged",
                Text(
                    f"{path} is missing or damaged: put it back from a backup.",
                    f"{path} 缺失或已损坏：请从备份恢复。",
                ),
            )
        return bytes.fromhex(words)

    @cached_property
    def spill(self) -> Spill:
        """Where this process puts aside what does not fit into memory, until it is closed."""
        return Spill(self.folder)

    def occupy(self) -> None:
        """Let other processes see that this one is at work here, until it closes."""
        _ = self.spill

    @property
    def zone(self) -> ZoneInfo:
        """The reporting time zone."""
        return self.settings.zone

    def keyed_hash(self, purpose: str, value: str) -> str:
        """Return HMAC-SHA256 of `value` under the workspace's key, as 32 hexadecimal digits.

        `purpose` keeps hashes of different uses apart.
        """
        message = f"{purpose}\x1f{value}".encode()
        return hmac.digest(self.secret, message, "sha256").hex()[:32]

    def close(self) -> None:
        """Release the database, and what was put aside."""
        if "spill" in self.__dict__:
            self.__dict__.pop("spill").close()
        if "database" in self.__dict__:
            self.database.close()


def create_folder(folder: Path, settings: Settings) -> None:
    """Write `regulars.toml` and the secret into a new or empty folder.

    Raises Conflict when a workspace is there already.
    """
    settings_file.check(settings)
    if (folder / settings_file.FILE).exists():
        raise Conflict(
            "workspace.exists",
            Text(f"{folder} holds a workspace already.", f"{folder} 里已有工作区。"),
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private.create(folder / SECRET_FILE, secrets.token_hex(32) + "\n")
    private.create(folder / settings_file.FILE, settings_file.render(settings))
