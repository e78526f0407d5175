"""The tree by file, from the shell."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from regulars.kit.errors import NotFound
from tests.company.staff.test_commands import run, told

TREE = """
[[place]]
id = "east"
name = { en = "East", zh = "华东" }
kind = "region"

[[place]]
id = "sh-01"
name = "Nanjing Road"
parent = "east"
opened_on = 2024-05-01
"""


def test_the_tree_by_file(cli: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "places.toml"
    file.write_text(TREE, "utf-8")
    run(cli, "places", "import", str(file))
    assert [row["id"] for row in told(cli, "places", "show")] == ["east", "sh-01"]
    assert "Nanjing Road" in run(cli, "places", "show")
    exported = run(cli, "places", "export")
    file.write_text(exported.replace("Nanjing Road", "Bund"), "utf-8")
    run(cli, "places", "import", str(file))
    assert [row["subject"] for row in told(cli, "places", "versions")] == ["places.toml"] * 2
    run(cli, "places", "restore", "1")
    assert run(cli, "places", "export") == exported
    assert "Bund" in run(cli, "places", "export", "--version", "2")
    assert "sh-01" in run(cli, "places", "versions") + exported
    with pytest.raises(NotFound):
        run(cli, "places", "import", str(tmp_path / "nothing.toml"))
