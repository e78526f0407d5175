"""regulars.toml is read strictly: what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.store import settings
from regulars.store.settings import Settings, WorkspaceSettings
from regulars.store.workspace import create_folder


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    wanted = Settings(workspace=WorkspaceSettings(name="回头客", time_zone="Asia/Shanghai"))
    create_folder(tmp_path / "shop", wanted)
    assert settings.load(tmp_path / "shop") == wanted


def test_a_folder_without_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="regulars init"):
        settings.load(tmp_path)


def test_a_second_workspace_in_one_folder_is_refused(tmp_path: Path) -> None:
    create_folder(tmp_path, Settings())
    with pytest.raises(Conflict):
        create_folder(tmp_path, Settings())


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('[workspace]\ntime_zone = "Beijing"', "no time zone"),
        ('[workspace]\ncurrency = "yuan"', "three capitals"),
        ('[engine]\nbackend = "pandas"', "duckdb or spark"),
        ('[workspace]\ncolour = "red"', "colour"),
        ("[workspace", "wrong"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, named: str) -> None:
    (tmp_path / settings.FILE).write_text(line)
    with pytest.raises(Invalid, match=named):
        settings.load(tmp_path)


def test_the_secret_is_for_its_owner_only(tmp_path: Path) -> None:
    create_folder(tmp_path, Settings())
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
