"""What a workspace's `regulars.toml` says."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from regulars.kit import clock
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Language, Text

FILE = "regulars.toml"
RESTORING = ".restoring"
"""Stands in a folder while a backup is moved into it: until that has ended it is no workspace."""


class WorkspaceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[workspace]`: who we are and in which zone, currency and languages we report."""

    name: str = "Regulars"
    time_zone: str = "UTC"
    currency: str = "CNY"
    languages: tuple[Language, ...] = ("en", "zh")


class DatabaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[database]`: `url` of the SQL database; relative SQLite paths start at the workspace."""

    url: str = "sqlite:///state.db"


class EngineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[engine]`: what analytics run on, and how much of this machine they may use."""

    backend: str = "duckdb"
    memory: str = "4GB"
    threads: int = 2


class IntakeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[intake]`: limits of the HTTP intake, in bytes, rows, seconds and days.

    `events_per_second` of one key, 0: ten times its `requests_per_second`.
    """

    event_bytes: int = 32_768
    batch_bytes: int = 512_000
    batch_events: int = 2_500
    flush_rows: int = 100_000
    flush_seconds: int = 300
    remember_days: int = 30
    requests_per_second: int = 2_000
    events_per_second: int = 0


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[mail]`: the SMTP server that messages go through; without a host nothing is sent.

    `security` is starttls, tls or none. The password stands in the environment variable that
    `password_variable` names. `address` is where this server is reached, for links. At most
    `connections` are open at once.
    """

    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_variable: str = "REGULARS_MAIL_PASSWORD"
    sender: str = "regulars@localhost"
    address: str = ""
    connections: Annotated[int, msgspec.Meta(ge=1, le=50)] = 4


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `regulars.toml`."""

    workspace: WorkspaceSettings = WorkspaceSettings()
    database: DatabaseSettings = DatabaseSettings()
    engine: EngineSettings = EngineSettings()
    intake: IntakeSettings = IntakeSettings()
    mail: MailSettings = MailSettings()

    @property
    def zone(self) -> ZoneInfo:
        """The reporting time zone."""
        return ZoneInfo(self.workspace.time_zone)


def check(settings: Settings) -> Settings:
    """Return `settings`; raises Invalid naming the field that cannot be."""
    if not clock.is_zone(settings.workspace.time_zone):
        raise Invalid(
            "settings.time_zone",
            Text(
                f"“{settings.workspace.time_zone}” is no time zone; write one like Asia/Shanghai.",
                f"“{settings.workspace.time_zone}”不是时区；请写成 Asia/Shanghai 这样的名称。",
            ),
            field="workspace.time_zone",
        )
    if len(settings.workspace.currency) != 3 or not settings.workspace.currency.isupper():
        raise Invalid(
            "settings.currency",
            Text(
                "The currency is a code of three capitals, such as CNY.",
                "货币请写三个大写字母的代码，例如 CNY。",
            ),
            field="workspace.currency",
        )
    if settings.engine.backend not in ("duckdb", "spark"):
        raise Invalid(
            "settings.backend",
            Text("engine.backend is duckdb or spark.", "engine.backend 只能是 duckdb 或 spark。"),
            field="engine.backend",
        )
    return settings


def load(folder: Path) -> Settings:
    """Read the settings of the workspace in `folder`.

    Raises NotFound when there is none, Invalid when a field is wrong.
    """
    file = folder / FILE
    if not file.is_file() and (folder / RESTORING).exists():
        raise NotFound(
            "workspace.restoring",
            Text(
                f"A restore into {folder} was cut off: run it again.",
                f"恢复到 {folder} 的操作被中断：请再次运行。",
            ),
        )
    if not file.is_file():
        raise NotFound(
            "workspace.missing",
            Text(
                f"There is no workspace in {folder}: run “regulars init {folder}” first.",
                f"{folder} 里没有工作区：请先运行“regulars init {folder}”。",
            ),
        )
    try:
        return check(msgspec.convert(tomllib.loads(file.read_text("utf-8")), Settings))
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(
            "settings.unreadable",
            Text(f"{file} is wrong: {error}.", f"{file} 有误：{error}。"),
        ) from error


def render(settings: Settings) -> str:
    """Return the text of `regulars.toml` for `settings`; JSON's scalars and lists are TOML's."""
    lines = []
    for section in settings.__struct_fields__:
        lines.append(f"[{section}]")
        part = getattr(settings, section)
        for field in part.__struct_fields__:
            lines.append(f"{field} = {msgspec.json.encode(getattr(part, field)).decode()}")
        lines.append("")
    return "\n".join(lines)
