"""A command waits for what it uses and for nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from regulars import app
from regulars.faces import command_index
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace

RUN = """
import json, sys
sys.argv = ["regulars", *json.loads(sys.argv[1])]
from regulars import app
try:
    app.main()
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))
"""


def modules_of(*words: str) -> set[str]:
    """Return the modules that a process has loaded after `regulars …`."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(words)], capture_output=True, text=True, check=True
    )
    return set(json.loads(ran.stderr.splitlines()[-1]))


def test_help_loads_no_engine_no_database_and_no_server() -> None:
    loaded = modules_of("--help")
    heavy = {"numpy", "pyarrow", "duckdb", "ibis", "deltalake", "sqlalchemy", "fastapi", "scipy"}
    assert loaded.isdisjoint(heavy)


@pytest.mark.parametrize("words", [("show", "--help"), ("target", "--help")])
def test_help_of_a_group_loads_no_engine_either(words: tuple[str, ...]) -> None:
    assert modules_of(*words).isdisjoint({"fastapi", "duckdb", "scipy", "sqlalchemy"})


def test_a_number_is_shown_without_server_and_without_what_only_learning_needs(
    ws: Workspace,
) -> None:
    answered = datetime(2026, 3, 1, tzinfo=UTC)
    answer = {"name": "Survey Answered", "metric": "nps", "scale_min": 0.0, "scale_max": 10.0}
    rows = [
        {**answer, "event_id": f"e{i}", "occurred_at": answered, "score": 9.0} for i in range(6)
    ]
    inbox.accept(ws, inbox.make(rows, answered))
    loaded = modules_of("show", "nps", "--json", "-w", str(ws.folder))
    assert {"duckdb", "deltalake"} <= loaded
    unwanted = {"fastapi", "scipy.stats", "scipy.special", "sklearn", "pandas", "alembic", "lxml"}
    assert loaded.isdisjoint(unwanted)


def commands_of(command: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the words that call each command below `command`, and its help."""
    for name, one in getattr(command, "commands", {}).items():
        yield (*above, name), one.help or ""
        yield from commands_of(one, (*above, name))


def test_what_help_lists_from_source_is_what_the_modules_make() -> None:
    made = dict(commands_of(typer.main.get_command(app.build_cli())))
    listed = dict(commands_of(typer.main.get_command(app.build_cli(["--help"]))))
    assert list(listed) == list(made)
    assert listed == made


@pytest.mark.parametrize(
    ("words", "module"),
    [
        ("show nps --by touchpoint", "understand.metrics.commands"),
        ("show health --json", "understand.health.analysis"),
        ("target list", "prove.targets.commands"),
        ("import answers.csv", "listen.imports.commands"),
    ],
)
def test_a_call_imports_the_module_of_its_command(words: str, module: str) -> None:
    needed = command_index.wanted(app.commands(), words.split())
    assert needed == {f"regulars.{module}"}


def test_a_group_listed_from_source_keeps_its_help(tmp_path: Path) -> None:
    file = tmp_path / "commands.py"
    file.write_text(
        "def register(app, opens):\n"
        "    stores = typer.Typer(help='All stores.')\n"
        "    app.add_typer(stores, name='store')\n"
        "    _reading(stores, opens)\n"
        "def _reading(group, opens):\n"
        "    @group.command('list')\n"
        "    def list_(): 'List them.'\n"
    )
    assert [(one.way, one.help) for one in command_index.read(file, "m")] == [
        (("store",), "All stores."),
        (("store", "list"), "List them."),
    ]
